"""The service that serves the administrators' pages."""

import asyncio
import secrets
import signal
from pathlib import Path
from typing import Any

from jupyterhub.services.auth import HubOAuth
from tornado.web import Application, RequestHandler, StaticFileHandler

from eohub_hub.admin.pages import CALLBACK, PAGES, page_templates
from eohub_hub.admin.settings import AdminSettings
from eohub_toolkit.http import Client

_FILES = Path(__file__).parent / "templates"
_LONGEST_BODY = 256 << 10
_REMEMBERED_SECONDS = 30


class Health(RequestHandler):
    """Answers while the service works."""

    def get(self) -> None:
        """Say so."""
        self.finish("ok")


def create_app(settings: AdminSettings, hub: Client) -> Application:
    """The pages below `settings.prefix`; logins go through the hub's OAuth."""
    HubOAuth.instance(cache_max_age=_REMEMBERED_SECONDS)
    shared = {"settings": settings, "hub": hub, "templates": page_templates()}
    address, callback = CALLBACK
    handlers: list[Any] = [(f"{settings.prefix}{path}", page, shared) for path, page in PAGES]
    return Application(
        [
            *handlers,
            (f"{settings.prefix}{address}", callback),
            (f"{settings.prefix}health", Health),
            (f"{settings.prefix}(style.css)", StaticFileHandler, {"path": str(_FILES)}),
        ],
        # Who comes back after a restart goes once through the hub, unnoticed.
        cookie_secret=secrets.token_bytes(32),
        xsrf_cookies=True,
    )


async def serve(settings: AdminSettings) -> None:
    """Serve on loopback until the hub says that it is enough."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with Client(settings.hub_api_url.rstrip("/") + "/") as hub:
        server = create_app(settings, hub).listen(
            settings.listening_port, "127.0.0.1", max_body_size=_LONGEST_BODY, xheaders=True
        )
        await stop.wait()
        server.stop()
        await server.close_all_connections()
