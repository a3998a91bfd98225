"""Routes of a Jupyter server extension that are imported with their first request, not at the start."""

from collections.abc import Callable
from typing import Any, override

from tornado.httputil import HTTPMessageDelegate, HTTPServerRequest
from tornado.routing import PathMatches, Rule, RuleRouter
from tornado.web import Application

type MakeHandlers = Callable[[str], list[Any]]
"""Gives Tornado handlers for a base URL."""


class LateRouter(RuleRouter):
    """Has no rules until the first request, then those of the handlers that `make` gives."""

    def __init__(self, application: Application, make: MakeHandlers) -> None:
        super().__init__()
        self._application = application
        self._make = make

    @override
    def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> HTTPMessageDelegate | None:
        """Hand the request to the route it belongs to."""
        if not self.rules:
            self.add_rules(self._make(self._application.settings["base_url"]))
        return super().find_handler(request, **kwargs)

    @override
    def get_target_delegate(
        self, target: Any, request: HTTPServerRequest, **target_params: Any
    ) -> HTTPMessageDelegate | None:
        """Let the application run the handler."""
        return self._application.get_handler_delegate(request, target, **target_params)


def install_late(application: Application, prefix: str, make: MakeHandlers) -> None:
    """Have what lies below the base URL and `prefix` answered by the handlers of `make`.

    Each of them must authenticate its requests, as those of `eohub_toolkit.routes` do.
    """
    pattern = f"{application.settings['base_url'].rstrip('/')}{prefix}/.*"
    rule = Rule(PathMatches(pattern), LateRouter(application, make))
    # Tornado's own method: Jupyter's asks each handler class for its authentication, and here is none yet.
    Application.add_handlers(application, ".*$", [rule])
