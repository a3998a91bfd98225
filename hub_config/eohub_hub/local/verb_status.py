"""`eohub status`."""

from eohub_hub.local import processes
from eohub_hub.local.health import probes
from eohub_hub.local.lock import holder
from eohub_hub.local.part import part_states
from eohub_hub.local.ports import Ports, recall
from eohub_hub.local.services import Addresses
from eohub_hub.local.state import StateFolder
from eohub_hub.verb import Call, Verb


def _status(call: Call) -> int:
    """Say what runs, whether it answers, and how much memory it takes; exit code 1 when EOHub is down."""
    state = StateFolder(call.settings.state_folder)
    keeper = holder(state.lock)
    if keeper is None:
        call.screen.say(f"EOHub does not run from {state.root}.")
        return 1
    ports = Ports(**recall(state.ports))
    parts = part_states(processes.members(state.instance), probes(ports))
    call.screen.parts(
        parts, {"Address": Addresses(ports).public, "State": str(state.root), "Process": str(keeper)}
    )
    return 0 if all(part.answers is not False for part in parts) else 1


STATUS = Verb("status", _status)
