"""`eohub explain USER PROFILE`: what the form would say to somebody, asked from a terminal."""

import argparse
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from eohub_hub.local.errors import BrokenState
from eohub_hub.local.hub_process import hub_variables
from eohub_hub.local.ports import Ports
from eohub_hub.local.services import Addresses
from eohub_hub.local.spawner import LIFETIME
from eohub_hub.local.state import StateFolder
from eohub_hub.settings import HubSettings
from eohub_hub.spawner.explain import explain
from eohub_hub.spawner.mounts.tool import MountTool, find_mount_tool
from eohub_hub.verb import Call, Verb
from eohub_profiles.catalog import load as load_policy
from eohub_profiles.decision import ONE_MACHINE, Subject, Usage
from eohub_profiles.faults import PolicyError
from eohub_profiles.request import OPTIONS
from eohub_profiles.wording import listed, shown
from eohub_toolkit.errors import NotFound, Unavailable
from eohub_toolkit.settings import load

_GROUPS = (
    "select groups.name from groups join user_group_map on group_id = groups.id"
    " join users on users.id = user_id where users.name = ?"
)
_RUNNING = (
    "select spawners.name from spawners join users on users.id = user_id"
    " where users.name = ? and server_id is not null"
)


def _explain(call: Call) -> int:
    """Say whether a person may start a profile, and why not; exit code 1 when they may not."""
    state = StateFolder(call.settings.state_folder)
    settings = load(HubSettings, hub_variables(call.environ, state, Addresses(Ports())))
    try:
        policy = load_policy(settings.policy_folder)
    except PolicyError as error:
        first = f"{settings.policy_folder}/{error.faults[0]}."
        raise BrokenState(first, hint="`eohub doctor` lists all faults.") from None
    subject, usage = who(state.root / "hub" / "jupyterhub.sqlite", call.options.user)
    options: dict[str, list[str]] = {"profile": [call.options.profile]}
    for name, value in call.options.option:
        options.setdefault(name, []).append(value)
    place = replace(
        ONE_MACHINE,
        shows_data_as_files=isinstance(find_mount_tool(), MountTool),
        ends_servers=LIFETIME in settings.managed_services,
    )
    found = explain(subject, usage, options, policy, place)
    for line in found.lines:
        call.screen.say(line)
    return 0 if found.is_allowed else 1


def who(database: Path, name: str) -> tuple[Subject, Usage]:
    """A person's groups and running servers in the hub's database, which is only read.

    Raises NotFound where nobody has the name, Unavailable where the database cannot be read.
    """
    if not database.exists():
        raise NotFound("The hub has not run yet, so it knows nobody.", hint="Start it once with `eohub up`.")
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as hub:
            if hub.execute("select 1 from users where name = ?", (name,)).fetchone() is None:
                raise NotFound(
                    f"The hub knows nobody called {shown(name)}.", hint="Names appear at the first login."
                )
            groups = frozenset(str(row[0]) for row in hub.execute(_GROUPS, (name,)))
            running = frozenset(str(row[0]) for row in hub.execute(_RUNNING, (name,)))
    except sqlite3.Error as error:
        raise Unavailable(f"The hub's database cannot be read: {error}.", hint="Try again.") from None
    return Subject(issuer="", sub="", name=name, groups=groups), Usage(running)


def _option(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or name not in OPTIONS or name == "profile":
        known = listed(option for option in OPTIONS if option != "profile")
        raise argparse.ArgumentTypeError(f"is not NAME=VALUE with a name of {known}")
    return name, value


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("user", metavar="USER", help="the name of a person, as the hub shows it")
    parser.add_argument("profile", metavar="PROFILE", help="the name of a profile")
    parser.add_argument(
        "--option", type=_option, action="append", default=[], metavar="NAME=VALUE",
        help="what else would be chosen, such as size=large or mounts=climate; may be given several times",
    )  # fmt: skip


EXPLAIN = Verb("explain", _explain, _options)
