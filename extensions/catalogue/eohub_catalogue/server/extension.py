"""Registers the catalogue's routes with a Jupyter server; their code is imported when one is asked for."""

import os
from functools import cache
from typing import Any

from eohub_toolkit.late import install_late

PREFIX = "/eohub/catalogue"


def register(server_app: Any) -> None:
    """Add the routes to a ServerApp."""
    configured = server_app.config.get("EOHubCatalogue", {}).get("catalogues", ())
    install_late(server_app.web_app, PREFIX, lambda base_url: _handlers(base_url, configured))


def _handlers(base_url: str, configured: object) -> list[Any]:
    from eohub_catalogue.server.catalogues import Catalogues
    from eohub_catalogue.server.data_store import DataStoreProbe
    from eohub_catalogue.server.routes import ROUTES
    from eohub_catalogue.server.settings import settings_of
    from eohub_catalogue.server.stac_api import StacApi
    from eohub_catalogue.server.web import Web
    from eohub_toolkit.routes import handlers

    # This is the entry point of the pod's half: nothing else here reads the environment.
    environ = dict(os.environ)  # noqa: TID251
    settings = cache(lambda: settings_of(environ, configured))
    # One way out for everything, since budgets and rests are kept for each host.
    web = cache(
        lambda: Web.guarded(settings().allowed_hosts, settings().rates(), settings().deadline_seconds)
    )
    catalogues = Catalogues(settings, lambda source, _: StacApi(web(), source))
    provide = {Catalogues: catalogues, DataStoreProbe: DataStoreProbe(settings)}
    return list(handlers(base_url, PREFIX, ROUTES, provide))
