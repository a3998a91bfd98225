"""The command `eohub`: up, down, status and doctor."""

import argparse
from collections.abc import Callable, Mapping, Sequence

from rich.console import Console

from eohub_hub.local import doctor, processes
from eohub_hub.local.down import down
from eohub_hub.local.errors import disk_trouble
from eohub_hub.local.health import probes
from eohub_hub.local.lock import holder
from eohub_hub.local.part import part_states
from eohub_hub.local.ports import Ports, recall
from eohub_hub.local.screen import Screen
from eohub_hub.local.services import Addresses
from eohub_hub.local.settings import LocalSettings
from eohub_hub.local.state import StateFolder
from eohub_hub.local.tools import Tools, find_tools
from eohub_hub.local.up import Stack
from eohub_toolkit.errors import EohubError
from eohub_toolkit.settings import load

Command = Callable[[LocalSettings, Tools, Mapping[str, str], Screen], int]


def run(arguments: Sequence[str], environ: Mapping[str, str], console: Console) -> int:
    """Run one command; its exit code is 0, or 1 after one sentence that says what is wrong."""
    screen = Screen(console)
    command: Command = _parser().parse_args(arguments).command
    try:
        settings = load(LocalSettings, environ)
        return command(settings, find_tools(), environ, screen)
    except EohubError as error:
        screen.fault(error)
    except OSError as error:
        screen.fault(disk_trouble(error, load(LocalSettings, environ).state_folder))
    except KeyboardInterrupt:
        screen.say("Interrupted.")
    return 1


def _up(settings: LocalSettings, tools: Tools, environ: Mapping[str, str], screen: Screen) -> int:
    """Start EOHub on this machine and stay until Ctrl-C."""
    return Stack(settings, tools, environ, screen).run()


def _down(settings: LocalSettings, tools: Tools, environ: Mapping[str, str], screen: Screen) -> int:
    """Stop EOHub with all users' servers, and wait until it has stopped."""
    return down(StateFolder(settings.state_folder), screen)


def _status(settings: LocalSettings, tools: Tools, environ: Mapping[str, str], screen: Screen) -> int:
    """Say what runs, whether it answers, and how much memory it takes; exit code 1 when EOHub is down."""
    state = StateFolder(settings.state_folder)
    keeper = holder(state.lock)
    if keeper is None:
        screen.say(f"EOHub does not run from {state.root}.")
        return 1
    ports = Ports(**recall(state.ports))
    parts = part_states(processes.members(state.instance), probes(ports))
    screen.parts(
        parts, {"Address": Addresses(ports).public, "State": str(state.root), "Process": str(keeper)}
    )
    return 0 if all(part.answers is not False for part in parts) else 1


def _doctor(settings: LocalSettings, tools: Tools, environ: Mapping[str, str], screen: Screen) -> int:
    """Check everything that a start needs; exit code 1 when something is missing."""
    running = holder(StateFolder(settings.state_folder).lock) is not None
    checks = doctor.examine(settings, tools, environ, running=running)
    screen.checks(checks)
    return 0 if doctor.first_fault(checks) is None else 1


_COMMANDS: Mapping[str, Command] = {"up": _up, "down": _down, "status": _status, "doctor": _doctor}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="eohub", description="Run EOHub on this machine.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, command in _COMMANDS.items():
        text = (command.__doc__ or "").strip()
        commands.add_parser(name, help=text, description=text).set_defaults(command=command)
    return parser
