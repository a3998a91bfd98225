"""Registers the catalogue's routes with a Jupyter server; their code is imported when one is asked for."""

import os
from typing import Any

from eohub_toolkit.late import install_late

PREFIX = "/eohub/catalogue"


def register(server_app: Any) -> None:
    """Add the routes to a ServerApp."""
    configured = server_app.config.get("EOHubCatalogue", {}).get("catalogues", ())
    install_late(server_app.web_app, PREFIX, lambda base_url: _handlers(base_url, configured))


def _handlers(base_url: str, configured: object) -> list[Any]:
    from eohub_catalogue.server.parts import parts_of
    from eohub_catalogue.server.routes import ROUTES
    from eohub_toolkit.routes import handlers

    # This is the entry point of the pod's half: nothing else here reads the environment.
    provide = parts_of(dict(os.environ), configured)  # noqa: TID251
    return list(handlers(base_url, PREFIX, ROUTES, provide))
