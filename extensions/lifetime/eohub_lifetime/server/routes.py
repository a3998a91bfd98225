"""What the Lab can ask the user's own Jupyter server."""

from eohub_lifetime.contract import Nothing, ServerLifetime
from eohub_lifetime.server.extension import PREFIX
from eohub_lifetime.server.reporter import Reporter
from eohub_toolkit.routes import route


@route("GET", "/status")
async def show_lifetime(reporter: Reporter) -> ServerLifetime:
    """Say when this server ends, and why."""
    return reporter.status()


@route("POST", "/keep")
async def keep_server(nothing: Nothing, reporter: Reporter) -> ServerLifetime:
    """Keep this server for longer, where the policy allows it."""
    return await reporter.keep()


ROUTES = (show_lifetime, keep_server)
__all__ = ["PREFIX", "ROUTES"]
