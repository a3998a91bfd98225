"""Registers the routes of cubes with a Jupyter server; their code is imported when one is asked for."""

import os
from pathlib import Path
from typing import Any

from eohub_toolkit.late import install_late

PREFIX = "/eohub/cubes"


def register(server_app: Any) -> None:
    """Add the routes to a ServerApp."""
    root = Path(server_app.root_dir)
    install_late(server_app.web_app, PREFIX, lambda base_url: _handlers(base_url, root))


def _handlers(base_url: str, root: Path) -> list[Any]:
    from eohub_cubes.server.parts import parts_of
    from eohub_cubes.server.routes import ROUTES
    from eohub_toolkit.routes import handlers

    # This is the entry point of the pod's half: nothing else here reads the environment.
    return list(handlers(base_url, PREFIX, ROUTES, parts_of(dict(os.environ), root)))  # noqa: TID251
