"""The command `eohub` and its verbs."""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from eohub_hub.audit.commands import AUDIT
from eohub_hub.local import doctor, processes
from eohub_hub.local.backup.commands import BACKUP, RESTORE
from eohub_hub.local.down import down
from eohub_hub.local.environments.commands import ENVIRONMENTS
from eohub_hub.local.errors import disk_trouble
from eohub_hub.local.explain import EXPLAIN
from eohub_hub.local.health import probes
from eohub_hub.local.lock import holder
from eohub_hub.local.part import part_states
from eohub_hub.local.ports import Ports, recall
from eohub_hub.local.screen import Screen
from eohub_hub.local.services import Addresses
from eohub_hub.local.settings import LocalSettings
from eohub_hub.local.state import StateFolder
from eohub_hub.local.tools import find_tools
from eohub_hub.local.up import Stack
from eohub_hub.verb import Call, Command, Verb
from eohub_toolkit.errors import EohubError
from eohub_toolkit.settings import load


def run(arguments: Sequence[str], environ: Mapping[str, str], console: Console) -> int:
    """Run one command; its exit code is 0, or 1 after one sentence that says what is wrong."""
    screen = Screen(console)
    options = _parser().parse_args(arguments)
    try:
        settings = load(LocalSettings, environ)
        command: Command = options.command
        return command(Call(settings, find_tools(), environ, screen, options))
    except EohubError as error:
        screen.fault(error)
    except OSError as error:
        screen.fault(disk_trouble(error, load(LocalSettings, environ).state_folder))
    except KeyboardInterrupt:
        screen.say("Interrupted.")
    return 1


def _up(call: Call) -> int:
    """Start EOHub on this machine and stay until Ctrl-C."""
    return Stack(call.settings, call.tools, call.environ, call.screen).run()


def _down(call: Call) -> int:
    """Stop EOHub with all users' servers, and wait until it has stopped."""
    return down(StateFolder(call.settings.state_folder), call.screen)


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


def _doctor(call: Call) -> int:
    """Check everything that a start needs, the configuration, and what runs; exit code 1 at any fault."""
    file: Path | None = call.options.config
    if file is not None:
        checks = doctor.examine_file(file.absolute(), call.environ)
    else:
        state = StateFolder(call.settings.state_folder)
        running = holder(state.lock) is not None
        checks = doctor.examine(call.settings, call.tools, call.environ, running=running)
        checks += doctor.examine_running(call.environ, state) if running else []
    if call.options.json:
        call.screen.say(json.dumps([check.as_fields() for check in checks], indent=2))
    else:
        call.screen.checks(checks)
    return 0 if doctor.first_fault(checks) is None else 1


def _doctor_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the report for a program")
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="check a jupyterhub_config.py of your own (it is run)"
    )


VERBS: tuple[Verb, ...] = (
    Verb("up", _up),
    Verb("down", _down),
    Verb("status", _status),
    Verb("doctor", _doctor, _doctor_options),
    BACKUP,
    RESTORE,
    AUDIT,
    EXPLAIN,
    ENVIRONMENTS,
)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="eohub", description="Run EOHub on this machine.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for verb in VERBS:
        verb.add_to(commands)
    return parser
