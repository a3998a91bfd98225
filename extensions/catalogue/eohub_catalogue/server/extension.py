"""Registers the catalogue's routes with a Jupyter server; their code is imported when one is asked for."""

import os
from functools import cache
from typing import Any, override

from tornado.httputil import HTTPMessageDelegate, HTTPServerRequest
from tornado.routing import PathMatches, Rule, RuleRouter
from tornado.web import Application

PREFIX = "/eohub/catalogue"


class LateRouter(RuleRouter):
    """Has no rules until the first request under the prefix, then those of `routes`."""

    def __init__(self, application: Application, configured: object) -> None:
        super().__init__()
        self._application = application
        self._configured = configured

    @override
    def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> HTTPMessageDelegate | None:
        """Hand the request to the route it belongs to."""
        if not self.rules:
            self.add_rules(self._handlers())
        return super().find_handler(request, **kwargs)

    @override
    def get_target_delegate(
        self, target: Any, request: HTTPServerRequest, **target_params: Any
    ) -> HTTPMessageDelegate | None:
        """Let the application run the handler."""
        return self._application.get_handler_delegate(request, target, **target_params)

    def _handlers(self) -> list[Any]:
        from eohub_catalogue.server.catalogues import Catalogues
        from eohub_catalogue.server.data_store import DataStoreProbe
        from eohub_catalogue.server.routes import ROUTES
        from eohub_catalogue.server.settings import settings_of
        from eohub_toolkit.routes import handlers

        # This is the entry point of the pod's half: nothing else here reads the environment.
        environ = dict(os.environ)  # noqa: TID251
        settings = cache(lambda: settings_of(environ, self._configured))
        provide = {Catalogues: Catalogues(settings), DataStoreProbe: DataStoreProbe(settings)}
        return list(handlers(self._application.settings["base_url"], PREFIX, ROUTES, provide))


def register(server_app: Any) -> None:
    """Add the routes to a ServerApp."""
    application: Application = server_app.web_app
    configured = server_app.config.get("EOHubCatalogue", {}).get("catalogues", ())
    pattern = f"{application.settings['base_url'].rstrip('/')}{PREFIX}/.*"
    rule = Rule(PathMatches(pattern), LateRouter(application, configured))
    # Tornado's own method: Jupyter's asks each handler class for its authentication, and here is none yet.
    # Every route is authenticated by the toolkit's handler.
    Application.add_handlers(application, ".*$", [rule])
