"""Find out at start which walls and limits work here, by really building them around a small Python
program."""

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil

from eohub_hub.isolation import cgroup
from eohub_hub.isolation.limits import Bound, Machine
from eohub_hub.isolation.network_probe import RESOLVER, find_network
from eohub_hub.isolation.order import Entry, Mode, Network, Order
from eohub_hub.isolation.walls import (
    Folders,
    Isolation,
    bubblewrap_arguments,
    candidates,
    choose,
    interpreter_folders,
    server_view,
    system_entries,
)
from eohub_hub.spawner.home import account_files, private_folder

LAUNCHER = (sys.executable, "-I", "-m", "eohub_hub.isolation.enter")
_PROBE_SECONDS = 20
_PROBE_MEMORY_BYTES = 1 << 30
_LOG_BYTES = 4 << 20
GRACE_SECONDS = 10
NAMES_FILE = "resolv.conf"
"""Among a server's facts where it asks for names elsewhere than the machine does."""
_LOOK_AROUND = """
import json, os, ssl, sys
home, secret = sys.argv[1:]
open(os.path.join(home, "written"), "w").close()
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(json.dumps({
    "sees_secret": os.path.exists(secret), "account": os.getuid(),
    "processes": sum(name.isdigit() for name in os.listdir("/proc")),
    "may_gain_rights": status["NoNewPrivs"].strip() != "1",
}))
"""
_MOST_PROCESSES_INSIDE = 4


@dataclass(frozen=True, slots=True)
class Walls:
    """What is needed to build walls here: the hub's state folder, and where account numbers begin."""

    state: Path
    first_uid: int

    def order(
        self,
        mode: Mode,
        folders: Folders,
        command: tuple[str, ...],
        *,
        number: int,
        memory_bytes: int,
        log: Path,
        network: Network | None = None,
    ) -> Order:
        """Write the order that starts `command` for the person with that number within walls of that kind."""
        view = tuple(_view(folders, memory_bytes)) if mode in (Mode.ACCOUNTS, Mode.BUBBLEWRAP) else ()
        argv = command
        if mode is Mode.BUBBLEWRAP:
            argv = tuple(bubblewrap_arguments(bubblewrap() or "bwrap", view, str(folders.home), command))
        return Order(
            mode=mode,
            argv=argv,
            folder=str(folders.home),
            log=str(log),
            log_bytes=_LOG_BYTES,
            grace_seconds=GRACE_SECONDS,
            uid=self.uid(mode, number),
            root=str(self.state / "servers" / "root") if mode is Mode.ACCOUNTS else None,
            view=view if mode is Mode.ACCOUNTS else (),
            network=network,
        )

    def uid(self, mode: Mode, number: int) -> int | None:
        """The system account of the person with that number; None where servers run as the hub itself."""
        return self.first_uid + number if mode is Mode.ACCOUNTS else None


def bubblewrap() -> str | None:
    """Path of the program bwrap, None where it is not installed."""
    return shutil.which("bwrap", path="/usr/local/bin:/usr/bin:/bin")


def find_walls(walls: Walls, environment: Path) -> Isolation:
    """Try the walls from the best kind on, each for real, and take the first that holds; networks are not
    tried."""
    modes = candidates(linux=sys.platform == "linux", root=os.geteuid() == 0)
    return choose(modes, lambda mode: obstacle(walls, environment, mode))


def find_isolation(walls: Walls, environment: Path) -> Isolation:
    """What separates servers here: the best walls, and whether a network of its own works within them."""
    found = find_walls(walls, environment)
    if not found.separates_accounts:
        return found

    def run(code: tuple[str, ...], network: Network) -> tuple[int, str]:
        with _place(walls) as folder:
            return _try(walls, environment, found.mode, folder, code, network)

    return replace(found, network=find_network(run))


def obstacle(walls: Walls, environment: Path, mode: Mode) -> str | None:
    """Why a server cannot run within walls of that kind, a sentence without paths; None when a real one
    did."""
    if not os.access(environment / "bin" / "python", os.X_OK):
        return "The environment of the servers has no Python."
    if mode is Mode.SINGLE:
        return None
    if mode is Mode.BUBBLEWRAP and bubblewrap() is None:
        return "The program bwrap (package bubblewrap) is not installed."
    with _place(walls) as folder:
        secret = private_folder(folder / "secret")
        status, text = _try(
            walls, environment, mode, folder, (_LOOK_AROUND, str(folder / "home"), str(secret))
        )
    return _judge(mode, status, text, walls.uid(mode, 0))


def find_machine(mode: Mode, instance: str) -> tuple[Machine, cgroup.CgroupTree | None]:
    """Find the cores that this process may use and what bounds memory, processes and CPU, cgroup v2 if it
    can be."""
    cores = tuple(sorted(os.sched_getaffinity(0))) if hasattr(os, "sched_getaffinity") else ()
    tree = _find_cgroup(instance) if sys.platform == "linux" else None
    per_account = Bound.ACCOUNT if mode is Mode.ACCOUNTS else Bound.NOTHING
    memory = Bound.PROCESS if sys.platform == "linux" else Bound.NOTHING
    if tree is not None:
        memory = per_account = Bound.CGROUP
    cpu = Bound.CGROUP if tree is not None and tree.bounds_cpu else Bound.NOTHING
    return Machine(memory, per_account, cores, cpu, psutil.virtual_memory().total), tree


def remove_groups(instance: str) -> None:
    """Remove what `find_machine` and the spawner made of cgroups, when no server is left."""
    if sys.platform == "linux":
        for place in _places():
            cgroup.CgroupTree(place / _group_name(instance)).clear()


@contextmanager
def _place(walls: Walls) -> Generator[Path]:
    """A folder for one probe among the servers' own."""
    servers = private_folder(walls.state / "servers")
    with tempfile.TemporaryDirectory(prefix="probe-", dir=servers) as folder:
        yield Path(folder)


def _try(
    walls: Walls,
    environment: Path,
    mode: Mode,
    folder: Path,
    code: tuple[str, ...],
    network: Network | None = None,
) -> tuple[int, str]:
    """Run Python code with its arguments within walls; returns its exit status and what it printed."""
    uid = walls.uid(mode, 0)
    folders = Folders(
        state=walls.state,
        environment=environment,
        home=private_folder(folder / "home", uid),
        temporary=private_folder(folder / "tmp", uid),
        facts=private_folder(folder / "facts", mode=0o755),
    )
    private_folder(walls.state / "servers" / "root")
    account_files(folders.facts, "probe", os.getuid() if uid is None else uid, folders.home)
    command = (str(environment / "bin" / "python"), "-I", "-c", *code)
    log = folder / "log"
    order = walls.order(
        mode, folders, command, number=0, memory_bytes=_PROBE_MEMORY_BYTES, log=log, network=network
    )
    try:
        done = subprocess.run(
            LAUNCHER, input=order.dump(), env={"LANG": "C.UTF-8"}, timeout=_PROBE_SECONDS,
            capture_output=True, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return 1, "it took too long"
    text = log.read_text(errors="replace") if log.exists() else done.stderr.decode(errors="replace")
    return done.returncode, text.strip()


def _judge(mode: Mode, status: int, text: str, uid: int | None) -> str | None:
    name = "An account of its own" if mode is Mode.ACCOUNTS else "bubblewrap"
    last = text.splitlines()[-1] if text else "no reason given"
    if status != 0:
        return f"{name} does not work on this machine ({_without_paths(last)})."
    seen: dict[str, Any] = json.loads(last)
    expected = os.getuid() if uid is None else uid
    holds = (
        not seen["sees_secret"]
        and not seen["may_gain_rights"]
        and seen["processes"] <= _MOST_PROCESSES_INSIDE
        and seen["account"] == expected
    )
    return None if holds else f"{name} starts on this machine but does not wall off what it should."


def _view(folders: Folders, memory_bytes: int) -> list[Entry]:
    settings = folders.environment / "pyvenv.cfg"
    text = settings.read_text() if settings.exists() else ""
    executable = (folders.environment / "bin" / "python").resolve()
    interpreters = interpreter_folders(folders.environment, text, executable)
    # Where the machine's own is a link, what it leads to is replaced: a link cannot be mounted on.
    places = {"passwd": "/etc/passwd", "group": "/etc/group", NAMES_FILE: os.path.realpath(RESOLVER)}
    facts = {name: place for name, place in places.items() if (folders.facts / name).exists()}
    return server_view(folders, interpreters, system_entries(link_text, os.path.isdir), memory_bytes, facts)


def _without_paths(line: str) -> str:
    words = (word for word in line.split() if "/" not in word)
    return " ".join(words)[:160]


def link_text(path: str) -> str | None:
    """The text of a symbolic link, None for anything else."""
    with suppress(OSError):
        if stat.S_ISLNK(os.lstat(path).st_mode):
            return os.readlink(path)
    return None


def _find_cgroup(instance: str) -> cgroup.CgroupTree | None:
    return cgroup.prepare(_places(), _group_name(instance), _move_a_process)


def _group_name(instance: str) -> str:
    return f"eohub-{instance}"


def _places() -> list[Path]:
    mount = cgroup.mount_point(Path("/proc/self/mounts").read_text())
    own = cgroup.own_group(Path("/proc/self/cgroup").read_text())
    return [] if mount is None or own is None else cgroup.parents(mount, own)


def _move_a_process(group: Path) -> None:
    with subprocess.Popen(["/bin/sleep", "60"], stdin=subprocess.DEVNULL) as sleeper:
        try:
            (group / "cgroup.procs").write_text(str(sleeper.pid))
        finally:
            sleeper.kill()
