"""The command `eohub` and its verbs."""

import argparse
from collections.abc import Mapping, Sequence

from rich.console import Console

from eohub_hub.local.errors import disk_trouble
from eohub_hub.local.screen import Screen
from eohub_hub.local.settings import LocalSettings
from eohub_hub.local.tools import find_tools
from eohub_hub.verb import Call, Command, Named
from eohub_toolkit.errors import EohubError
from eohub_toolkit.settings import load

VERBS: tuple[Named, ...] = (
    Named(
        "up",
        "Start EOHub on this machine and stay until Ctrl-C.",
        "eohub_hub.local.verb_up",
        "UP",
    ),
    Named(
        "down",
        "Stop EOHub with all users' servers, and wait until it has stopped.",
        "eohub_hub.local.verb_down",
        "DOWN",
    ),
    Named(
        "status",
        "Say what runs, whether it answers, and how much memory it takes; exit code 1 when EOHub is down.",
        "eohub_hub.local.verb_status",
        "STATUS",
    ),
    Named(
        "doctor",
        "Check everything that a start needs, the configuration, and what runs; exit code 1 at any fault.",
        "eohub_hub.local.verb_doctor",
        "DOCTOR",
    ),
    Named(
        "backup",
        "Save everything of this EOHub in one file, while it runs or not.",
        "eohub_hub.local.backup.commands",
        "BACKUP",
    ),
    Named(
        "restore",
        "Put a backup into an empty state folder.",
        "eohub_hub.local.backup.commands",
        "RESTORE",
    ),
    Named(
        "audit",
        "Check the audit log, or search it.",
        "eohub_hub.audit.commands",
        "AUDIT",
    ),
    Named(
        "explain",
        "Say whether a person may start a profile, and why not; exit code 1 when they may not.",
        "eohub_hub.local.explain",
        "EXPLAIN",
    ),
    Named(
        "environments",
        "List the environments of this machine and how each stands; exit code 1 where one failed its test.",
        "eohub_hub.local.environments.commands",
        "ENVIRONMENTS",
    ),
    Named(
        "catalogue",
        "Add, import, export or check what the catalogue holds, while EOHub runs or not.",
        "eohub_hub.local.catalogue",
        "CATALOGUE",
    ),
)


def run(arguments: Sequence[str], environ: Mapping[str, str], console: Console) -> int:
    """Run one command; its exit code is 0, or 1 after one sentence that says what is wrong."""
    screen = Screen(console)
    options = _parser(arguments).parse_args(arguments)
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


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """A parser that knows all verbs by name, and all of the one that is called."""
    parser = argparse.ArgumentParser(prog="eohub", description="Run EOHub on this machine.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for named in VERBS:
        each: argparse.ArgumentParser = commands.add_parser(named.name, help=named.help)
        if named.name in arguments[:1]:
            named.load().describe(each)
    return parser
