"""Which limits this machine can enforce on a user's server, and honest words for them. Pure."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from eohub_profiles.sizes import format_size

MAXIMUM_PROCESSES = 2048
"""Processes and threads of one server: a Dask cluster in a notebook needs hundreds, a fork bomb makes
millions."""
_AFFINITY = "set by affinity, which a program can undo"
"""sched_setaffinity(2) takes no right, and no walls here take it away."""
_PRIVATE = "the private memory of each process, not for shared memory"
"""RLIMIT_DATA counts no shared mapping, be it of a file or anonymous (setrlimit(2))."""


class Bound(StrEnum):
    """What enforces a limit."""

    CGROUP = "cgroup"
    PROCESS = "process"
    ACCOUNT = "account"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Machine:
    """What was found at start: who bounds memory, processes and CPU time, the cores that a server may be
    pinned to, and all memory there is (0 where it is not known)."""

    memory: Bound
    processes: Bound
    cores: tuple[int, ...]
    cpu: Bound = Bound.NOTHING
    memory_bytes: int = 0

    def is_smaller_than(self, cpu: float, memory_bytes: int) -> bool:
        """Whether a server of that size would get less here, however idle everything else is."""
        return 0 < len(self.cores) < cpu or 0 < self.memory_bytes < memory_bytes


@dataclass(frozen=True, slots=True)
class Enforcement:
    """One line per resource, for people: what is promised and what makes it true."""

    memory: str
    cpu: str
    processes: str

    @property
    def lines(self) -> tuple[str, ...]:
        """All of it, in the order in which a form prints it."""
        return (self.memory, self.cpu, self.processes)


def enforcement(
    machine: Machine, cores_wanted: float | None = None, memory_bytes: int | None = None
) -> Enforcement:
    """Say what is enforced for a server of that size, or for any server where no size is given."""
    amount = "" if memory_bytes is None else f" {format_size(memory_bytes)},"
    memory = {
        Bound.CGROUP: f"Memory:{amount} enforced for the whole server",
        Bound.PROCESS: f"Memory:{amount} enforced for {_PRIVATE}",
    }.get(machine.memory, f"Memory:{amount} not enforced on this machine")
    processes = f"Processes: at most {MAXIMUM_PROCESSES}"
    scope = {Bound.CGROUP: f"{processes}", Bound.ACCOUNT: f"{processes} per person"}
    return Enforcement(
        memory, _cpu(machine, cores_wanted), scope.get(machine.processes, "Processes: not bounded")
    )


def resource_limits(machine: Machine, memory_bytes: int) -> dict[str, int]:
    """Limits for setrlimit(2) by the name of their constant.

    RLIMIT_DATA bounds what a process may write to privately (heap and anonymous maps, since Linux 4.7).
    RLIMIT_AS would bound addresses instead, and Arrow, Numba, CUDA and every JavaScript engine reserve many
    times more addresses than they ever touch. RLIMIT_NPROC counts all processes of an account, so it is safe
    only where an account is one person's. Core dumps are off: they would write tokens to disk.
    """
    limits = {"RLIMIT_CORE": 0}
    if machine.memory is Bound.PROCESS:
        limits["RLIMIT_DATA"] = memory_bytes
    if machine.processes is Bound.ACCOUNT:
        limits["RLIMIT_NPROC"] = MAXIMUM_PROCESSES
    return limits


def choose_cores(machine: Machine, wanted: float, busy: Iterable[Sequence[int]]) -> tuple[int, ...]:
    """Choose the cores with the fewest servers on them (`busy`: the cores of each running server), lowest
    first.

    At least one, at most all; none where the machine cannot pin or the server may have every core anyway.
    """
    load = Counter(core for cores in busy for core in cores)
    count = max(1, math.ceil(wanted))
    if count >= len(machine.cores):
        return machine.cores
    return tuple(sorted(sorted(machine.cores, key=lambda core: (load[core], core))[:count]))


def _cpu(machine: Machine, wanted: float | None) -> str:
    if machine.cpu is Bound.CGROUP:
        amount = "" if wanted is None else f" {wanted:g},"
        return f"CPU:{amount} enforced for the whole server"
    if not machine.cores:
        return "CPU: not enforced, threads are set to the number of cores"
    available = len(machine.cores)
    if wanted is None:
        return f"CPU: {_AFFINITY} ({available} cores on this machine)"
    count = min(available, max(1, math.ceil(wanted)))
    return f"CPU: {count} of {available} cores, {_AFFINITY}"
