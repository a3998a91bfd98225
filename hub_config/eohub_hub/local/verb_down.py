"""`eohub down`."""

from eohub_hub.local.down import down
from eohub_hub.local.state import StateFolder
from eohub_hub.verb import Call, Verb


def _down(call: Call) -> int:
    """Stop EOHub with all users' servers, and wait until it has stopped."""
    return down(StateFolder(call.settings.state_folder), call.screen)


DOWN = Verb("down", _down)
