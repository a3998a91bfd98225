"""What must hold before the stack can start; each failed check is one sentence with a way out."""

import os
import platform
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eohub_hub.local import ports
from eohub_hub.local.effective import configuration_in, effective_configuration
from eohub_hub.local.environment import MARKER
from eohub_hub.local.errors import BrokenState, DiskTrouble, ToolMissing, disk_trouble
from eohub_hub.local.hub_process import hub_variables
from eohub_hub.local.hub_settings import hub_setting_faults
from eohub_hub.local.lint import lint
from eohub_hub.local.live import Probe, login_works, new_browser, parts_answer, server_starts
from eohub_hub.local.services import Addresses
from eohub_hub.local.settings import LocalSettings
from eohub_hub.local.state import StateFolder
from eohub_hub.local.tools import (
    ENVIRONMENT_FLOORS,
    HUB_FLOORS,
    OPTIONAL_FLOORS,
    Tools,
    missing_tools,
    optional_too_old,
    too_old,
    versions,
)
from eohub_hub.settings import HubSettings
from eohub_toolkit.errors import EohubError
from eohub_toolkit.settings import load

ENVIRONMENT = "User environment"
"""Title of the one check whose fault a start can mend."""

OLDEST_PYTHON = (3, 12)
FIRST_PYTHON_TOO_NEW = (3, 14)
MIB = 1024**2
FIRST_START_MIB = 3072
"""The users' environment takes about 1.6 GiB, its wheels in the cache the rest; S3 reserves little."""
LATER_START_MIB = 256


@dataclass(frozen=True)
class Check:
    """One line of `eohub doctor`: what was looked at, and what is wrong with it."""

    title: str
    faults: tuple[EohubError, ...]
    note: str = ""

    def as_fields(self) -> dict[str, Any]:
        """The check for a program: `{title, ok, note, faults: [{detail, hint}]}`."""
        faults = [{"detail": fault.detail, "hint": fault.hint} for fault in self.faults]
        return {"title": self.title, "ok": not self.faults, "note": self.note, "faults": faults}


def examine(
    settings: LocalSettings, tools: Tools, environ: Mapping[str, str], *, running: bool
) -> list[Check]:
    """Every check in the order in which its failure would matter; `running` leaves out the ports."""
    state = StateFolder(settings.state_folder)
    hub, added = versions(HUB_FLOORS), versions(OPTIONAL_FLOORS)
    packages = [*too_old(HUB_FLOORS, hub), *optional_too_old(added)]
    checks = [
        Check("Python", tuple(python_faults(sys.version_info[:2])), platform.python_version()),
        Check("State folder", tuple(_faults(lambda: _check_folder(state))), str(state.root)),
        Check("Hub settings", tuple(hub_setting_faults(environ, state))),
        Check("Programs", tuple(missing_tools(tools)), str(tools.node.parent)),
        Check("Hub packages", tuple(packages), _listed(hub | _there(added))),
        environment(state),
        Check("Disk", *_disk(state)),
    ]
    if state.ports.exists():
        checks += [
            Check("Secret files", tuple(mode_faults(state))),
            Check("Configuration", tuple(_configuration_faults(environ, state))),
        ]
    if not running:
        checks.append(Check("Ports", tuple(_faults(lambda: choose_ports(settings, state)))))
    return checks


def examine_file(file: Path, environ: Mapping[str, str]) -> list[Check]:
    """The checks of a configuration file of somebody's own, which is run for that."""
    hub, added = versions(HUB_FLOORS), versions(OPTIONAL_FLOORS)
    packages = [*too_old(HUB_FLOORS, hub), *optional_too_old(added)]
    try:
        faults: list[EohubError] = [*lint(configuration_in(file), environ, one_machine=False)]
    except EohubError as error:
        faults = [error]
    return [
        Check("Hub packages", tuple(packages), _listed(hub)),
        Check("Configuration", tuple(faults), str(file)),
    ]


def mode_faults(state: StateFolder) -> list[EohubError]:
    """What others on this machine can read of a state folder and should not."""
    places = [state.root, state.secrets, state.root / "hub", state.root / "audit", state.root / "identity"]
    places += [path for path in sorted(state.secrets.glob("*")) if path.is_file()]
    places += sorted(state.root.glob("*/*.sqlite"))
    return [
        DiskTrouble(f"{path} can be read by others.", hint=f"Say: chmod go= {path}")
        for path in places
        if path.exists() and path.stat().st_mode & 0o077
    ]


def _configuration_faults(environ: Mapping[str, str], state: StateFolder) -> list[EohubError]:
    def look() -> list[EohubError]:
        at = Addresses(ports.Ports(**ports.recall(state.ports)))
        return [*lint(effective_configuration(environ, state, at), {}, one_machine=True)]

    try:
        return look()
    except EohubError as error:
        return [error]
    except (OSError, KeyError) as error:
        return [BrokenState(f"The configuration cannot be made: {error}.", hint="Start once with `make up`.")]


def examine_running(environ: Mapping[str, str], state: StateFolder) -> list[Check]:
    """Probes of what runs now: every part, a login up to the password, the walls of a server."""
    at_ports = ports.Ports(**ports.recall(state.ports))
    settings = load(HubSettings, hub_variables(environ, state, Addresses(at_ports)))
    with new_browser() as browser:
        return [
            _probed("Parts", lambda: parts_answer(at_ports)),
            _probed("Login", lambda: login_works(settings, browser)),
            _probed("Server", lambda: server_starts(state)),
        ]


def _probed(title: str, probe: Probe) -> Check:
    try:
        return Check(title, (), probe())
    except EohubError as error:
        return Check(title, (error,))


def environment(state: StateFolder) -> Check:
    """Whether what runs in users' servers is new enough; one that is not whole is made by the next start."""
    if not _has_environment(state):
        return Check(ENVIRONMENT, (), "made at the next start")
    found = versions(ENVIRONMENT_FLOORS, state.environment)
    added = versions(OPTIONAL_FLOORS, state.environment)
    faults = [*too_old(ENVIRONMENT_FLOORS, found), *optional_too_old(added)]
    return Check(ENVIRONMENT, tuple(faults), _listed(found | _there(added)))


def first_fault(checks: Sequence[Check]) -> EohubError | None:
    """The fault to tell about when only one can be told."""
    return next((fault for check in checks for fault in check.faults), None)


def choose_ports(settings: LocalSettings, state: StateFolder) -> ports.Ports:
    """The ports that a start would use now; raises PortTaken, BrokenState."""
    return ports.choose(settings.wanted_ports(), ports.recall(state.ports), ports.is_free, ports.owner)


def python_faults(version: tuple[int, ...]) -> list[EohubError]:
    """What is wrong with a version of Python, given as major and minor number."""
    if OLDEST_PYTHON <= version < FIRST_PYTHON_TOO_NEW:
        return []
    fault = "too old" if version < OLDEST_PYTHON else "newer than EOHub was tested with"
    return [
        ToolMissing(f"Python {version[0]}.{version[1]} is {fault}.", hint="Use Python 3.12 or 3.13, or uv.")
    ]


def free_mebibytes(path: Path) -> int:
    """Free space for us at `path` or at its nearest existing parent, in MiB."""
    return shutil.disk_usage(_existing(path)).free // MIB


def _has_environment(state: StateFolder) -> bool:
    return (state.environment / MARKER).exists()


def _check_folder(state: StateFolder) -> None:
    state.check_version()
    place = _existing(state.root)
    if not place.is_dir():
        raise disk_trouble(NotADirectoryError(20, "Not a directory"), place)
    if os.statvfs(place).f_flag & os.ST_RDONLY:
        raise disk_trouble(OSError(30, "Read-only file system"), place)
    if not os.access(place, os.W_OK | os.X_OK):
        raise disk_trouble(PermissionError(13, "Permission denied"), place)


def _disk(state: StateFolder) -> tuple[tuple[EohubError, ...], str]:
    needed = LATER_START_MIB if _has_environment(state) else FIRST_START_MIB
    free = free_mebibytes(state.root)
    note = f"{free / 1024:.1f} GiB free"
    if free >= needed:
        return (), note
    sentence = f"The disk of {state.root} has {free} MiB free, and this start needs {needed} MiB."
    return (DiskTrouble(sentence, hint="Free some space, or set EOHUB_STATE_DIR to another disk."),), note


def _faults(check: Callable[[], object]) -> list[EohubError]:
    try:
        check()
    except EohubError as error:
        return [error]
    return []


def _existing(path: Path) -> Path:
    return next(parent for parent in (path, *path.parents) if parent.exists())


def _there(found: dict[str, str | None]) -> dict[str, str | None]:
    return {name: version for name, version in found.items() if version is not None}


def _listed(found: dict[str, str | None]) -> str:
    return ", ".join(f"{name} {version or 'missing'}" for name, version in found.items())
