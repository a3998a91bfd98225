"""Registers the routes with a Jupyter server, and has it report once it is up."""

import asyncio
import os
from typing import TYPE_CHECKING, Any

from tornado.ioloop import IOLoop

from eohub_toolkit.late import install_late

if TYPE_CHECKING:
    from eohub_lifetime.server.reporter import Reporter

PREFIX = "/eohub/lifetime"
_FIRST_REPORT_SECONDS = 5.0
"""What a person waits for at the start goes first."""


def register(server_app: Any) -> None:
    """Add the routes to a ServerApp, and begin to report some seconds later."""
    reporting = Reporting(server_app)
    install_late(server_app.web_app, PREFIX, reporting.handlers)
    IOLoop.current().call_later(_FIRST_REPORT_SECONDS, reporting.begin)


class Reporting:
    """The reporter of one Jupyter server, made when it is first needed."""

    def __init__(self, server_app: Any) -> None:
        self._app = server_app
        self._reporter: Reporter | None = None
        self._task: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Report from now on, where there is a service to report to."""
        await asyncio.to_thread(_import_all)
        reporter = self._made()
        if reporter.is_managed:
            self._task = asyncio.create_task(reporter.run())

    def handlers(self, base_url: str) -> list[Any]:
        """Tornado handlers of the routes."""
        from eohub_lifetime.server.reporter import Reporter
        from eohub_lifetime.server.routes import ROUTES
        from eohub_toolkit.routes import handlers

        return list(handlers(base_url, PREFIX, ROUTES, {Reporter: self._made()}))

    def _made(self) -> "Reporter":
        from eohub_lifetime.server.parts import make_reporter

        if self._reporter is None:
            # This is the entry point of the pod's half: nothing else here reads the environment.
            self._reporter = make_reporter(self._app, dict(os.environ))  # noqa: TID251
        return self._reporter


def _import_all() -> None:
    from eohub_lifetime.server import parts

    assert parts
