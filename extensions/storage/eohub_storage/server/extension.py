"""Registers the drive's routes with a Jupyter server; their code is imported when one is asked for."""

import os
from typing import Any

from eohub_toolkit.late import install_late

PREFIX = "/eohub/storage"


def register(server_app: Any) -> None:
    """Add the routes to a ServerApp."""
    install_late(server_app.web_app, PREFIX, _handlers)


def _handlers(base_url: str) -> list[Any]:
    from eohub_storage.server.parts import Drive
    from eohub_storage.server.routes import ROUTES
    from eohub_storage.server.stream import stream_handler
    from eohub_toolkit.routes import handlers

    # This is the entry point of the pod's half: nothing else here reads the environment.
    drive = Drive(dict(os.environ))  # noqa: TID251
    return [*handlers(base_url, PREFIX, ROUTES, {Drive: drive}), stream_handler(base_url, PREFIX, drive)]
