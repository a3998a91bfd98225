"""`eohub down`: stop the running stack from another terminal, and end what a crash left behind."""

import os
import signal
from contextlib import suppress

from eohub_hub.local.lock import hold, holder, wait_released
from eohub_hub.local.screen import Screen
from eohub_hub.local.state import StateFolder
from eohub_hub.local.strays import end_strays

_PATIENCE_SECONDS = 45.0
_GRACE_SECONDS = 5.0


def down(state: StateFolder, screen: Screen) -> int:
    """Leave no process of this state folder; 0 also when there was none. Raises PartFailed."""
    state.check_version()
    if not state.exists():
        screen.say(f"There is no EOHub in {state.root}.")
        return 0
    keeper = holder(state.lock)
    if keeper is not None:
        with screen.progress("Stopping EOHub"):
            _ask(keeper, signal.SIGTERM)
            if not wait_released(state.lock, _PATIENCE_SECONDS):
                _ask(keeper, signal.SIGKILL)
                wait_released(state.lock, _GRACE_SECONDS)
    with hold(state.lock):
        ended = end_strays(state, screen, with_users=True, grace_seconds=_GRACE_SECONDS)
    screen.say("EOHub has stopped." if keeper is not None or ended else "EOHub is not running.")
    return 0


def _ask(keeper: int, number: signal.Signals) -> None:
    # The lock's holder lives, so its process id is not somebody else's.
    with suppress(ProcessLookupError):
        os.kill(keeper, number)
