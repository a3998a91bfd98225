"""The environments of one state folder, put together from this checkout, its tools and its walls."""

from collections.abc import Mapping
from pathlib import Path

from eohub_hub.isolation.order import Mode
from eohub_hub.isolation.probe import Walls, find_walls
from eohub_hub.local.environment import Report, Uv
from eohub_hub.local.environments import package_index
from eohub_hub.local.environments.manifest import Known, Manifest, load_manifest
from eohub_hub.local.environments.on_demand import OnDemand
from eohub_hub.local.environments.room import EnvironmentRoom, State, TryOut
from eohub_hub.local.environments.trial import Outcome, Trial
from eohub_hub.local.processes import MARK
from eohub_hub.local.state import ENVIRONMENT, StateFolder
from eohub_hub.local.tools import PROJECT, Tools, find_tools
from eohub_hub.spawner.settings import FIRST_UID

KERNELS = PROJECT / "kernels"


def room_of(state: StateFolder) -> EnvironmentRoom:
    """The environments of a state folder; raises BrokenState where the manifest cannot be read."""
    return EnvironmentRoom(load_manifest(KERNELS), state.environments, PROJECT)


def make_first(state: StateFolder, tools: Tools, environ: Mapping[str, str], report: Report) -> State:
    """Make and try what a first start makes, look for programs, and keep how the package index is reached.

    Returns how that environment stands; raises what `make_ready` raises.
    """
    package_index.remember(state.environments, environ)
    room = room_of(state)
    room.look_around()
    # Marked, so that the next start ends what goes on writing after this one was killed.
    uv = Uv(tools.beside_python("uv"), {**environ, MARK: state.instance})
    return room.make_ready(ENVIRONMENT, uv, try_out(state), report)


def on_demand(state: StateFolder, manifest: Manifest) -> OnDemand:
    """The same for the hub, which makes them as `eohub up` would."""
    marks = {MARK: state.instance}
    variables = package_index.recall(state.environments) | marks
    uv = Uv(find_tools().beside_python("uv"), variables)
    room = EnvironmentRoom(manifest, state.environments, PROJECT)
    return OnDemand(room, uv, lambda mode: trial(state, mode).of)


def trial(state: StateFolder, mode: Mode) -> Trial:
    """Trials within walls of that kind."""
    return Trial(KERNELS, Walls(state.root, FIRST_UID), mode, {MARK: state.instance})


def try_out(state: StateFolder) -> TryOut:
    """Trials within the walls that this machine has, which are found at the first trial."""
    modes: list[Mode] = []

    def run(known: Known, environment: Path) -> Outcome:
        if not modes:
            modes.append(find_walls(Walls(state.root, FIRST_UID), environment).mode)
        return trial(state, modes[0]).of(known, environment)

    return run
