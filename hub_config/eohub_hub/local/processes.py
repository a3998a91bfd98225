"""Finding and ending the processes of one stack, and never any other."""

from collections.abc import Iterable
from dataclasses import dataclass

import psutil

from eohub_hub.isolation.network import server_of_title

MARK = "EOHUB_INSTANCE"
"""Environment variable that every process of a stack carries, with the stack's instance id."""

_USER_MARKS = ("EOHUB_SERVER", "JUPYTERHUB_USER")
"""Set in a user's server: by the launcher from its first moment, and by JupyterHub."""

_SERVICE_MARK = "JUPYTERHUB_SERVICE_NAME"


@dataclass(frozen=True)
class Member:
    """A process of the stack; psutil compares start times before it signals, so a reused id is safe."""

    process: psutil.Process
    name: str
    of_user: bool

    @property
    def pid(self) -> int:
        """Process id."""
        return self.process.pid


def members(instance: str, *, excluding: Iterable[int] = ()) -> list[Member]:
    """Every process that carries the mark of `instance`, and every descendant of one, without `excluding`."""
    skipped = frozenset(excluding)
    found: dict[int, Member] = {}
    for process in psutil.process_iter():
        member = _member(process, instance)
        if member is not None:
            found.setdefault(process.pid, member)
    for member in list(found.values()):
        for child in _descendants(member.process):
            found.setdefault(child.pid, Member(child, member.name, member.of_user))
    return [member for pid, member in found.items() if pid not in skipped]


def end(ending: Iterable[Member], *, grace_seconds: float) -> list[Member]:
    """Ask each process to end, kill what is left after the grace; returns those that still live."""
    asked = list(ending)
    for member in asked:
        _signal(member, kill=False)
    _, alive = psutil.wait_procs([member.process for member in asked], timeout=grace_seconds)
    left = [member for member in asked if member.process in alive]
    for member in left:
        _signal(member, kill=True)
    _, alive = psutil.wait_procs([member.process for member in left], timeout=5.0)
    return [member for member in left if member.process in alive and not _is_zombie(member)]


def _member(process: psutil.Process, instance: str) -> Member | None:
    try:
        environment = process.environ()
    except psutil.AccessDenied:
        return _connecting(process, instance)
    except (psutil.Error, OSError):
        return None
    if environment.get(MARK) != instance:
        return None
    user = next((environment[mark] for mark in _USER_MARKS if environment.get(mark)), None)
    if user is not None:
        return Member(process, f"server {user}", True)
    return Member(process, environment.get(_SERVICE_MARK, "hub"), False)


def _connecting(process: psutil.Process, instance: str) -> Member | None:
    """What connects a server's network; it hides its environment."""
    try:
        shown = process.cmdline()[:1]
    except (psutil.Error, OSError):
        return None
    server = server_of_title(shown[0], instance) if shown else None
    return None if server is None else Member(process, f"server {server}", True)


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


def _is_zombie(member: Member) -> bool:
    # Dead, but not yet collected by a first process that is slow to do so.
    try:
        return member.process.status() == psutil.STATUS_ZOMBIE
    except psutil.Error:
        return True


def _signal(member: Member, *, kill: bool) -> None:
    try:
        if kill:
            member.process.kill()
        else:
            member.process.terminate()
    except psutil.Error:
        return
