"""`eohub environments`: which there are on this machine and how each stands; make one or try one again."""

import argparse

from eohub_hub.local.environment import Uv
from eohub_hub.local.environments import package_index
from eohub_hub.local.environments.here import room_of, try_out
from eohub_hub.local.environments.room import EnvironmentRoom, Standing, State
from eohub_hub.local.state import StateFolder
from eohub_hub.verb import Call, Verb


def _environments(call: Call) -> int:
    """List the environments of this machine and how each stands; exit code 1 where one failed its test."""
    room, _ = _room(call)
    states = room.states()
    for state in states:
        call.screen.say(line_of(state))
    return 1 if any(state.standing is Standing.FAILED for state in states) else 0


def _make(call: Call) -> int:
    """Make an environment now and try it, so that nobody waits for it; exit code 1 where it does not work."""
    room, state = _room(call)
    return _ready(call, room, state)


def _try(call: Call) -> int:
    """Run the smoke cells of an environment again; exit code 1 where it does not work."""
    room, state = _room(call)
    room.forget_outcome(call.options.name)
    return _ready(call, room, state)


def line_of(state: State) -> str:
    """One environment for a terminal: its id, languages, how it stands, and why it cannot be used."""
    languages = ", ".join(state.known.languages)
    why = f". {state.why}" if state.why else ""
    return f"{state.known.id:10} {languages:18} {state.standing}{why}"


def _room(call: Call) -> tuple[EnvironmentRoom, StateFolder]:
    state = StateFolder(call.settings.state_folder)
    state.check_version()
    state.prepare()
    package_index.remember(state.environments, call.environ)
    room = room_of(state)
    room.look_around()
    return room, state


def _ready(call: Call, room: EnvironmentRoom, state: StateFolder) -> int:
    uv = Uv(call.tools.beside_python("uv"))
    known = room.known(call.options.name)
    with call.screen.progress(f"Looking at {known.title}"):
        found = room.make_ready(known.id, uv, try_out(state), call.screen.update)
    call.screen.say(line_of(found))
    return 0 if found.standing is Standing.READY else 1


def _options(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(metavar="ACT")
    for name, act in (("make", _make), ("try", _try)):
        verb = acts.add_parser(name, help=act.__doc__, description=act.__doc__)
        verb.add_argument("name", metavar="ID", help="an environment as the list shows it")
        verb.set_defaults(command=act)


ENVIRONMENTS = Verb("environments", _environments, _options)
