"""`eohub up`."""

from eohub_hub.local.up import Stack
from eohub_hub.verb import Call, Verb


def _up(call: Call) -> int:
    """Start EOHub on this machine and stay until Ctrl-C."""
    return Stack(call.settings, call.tools, call.environ, call.screen).run()


UP = Verb("up", _up)
