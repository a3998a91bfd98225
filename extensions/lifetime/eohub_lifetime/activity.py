"""What counts as activity: work that would be lost or delayed by a stop. An open tab is none."""

from collections.abc import Iterator
from dataclasses import dataclass

from eohub_profiles.decision import Lifetime


@dataclass(frozen=True, slots=True)
class Sample:
    """What a server was doing when it was looked at.

    `cpu_percent` is that of one core since the look before, summed over the server's processes, so 200 is two
    busy cores. `gpu_percent` is the busiest GPU's, None without a GPU that can be read. `dask_tasks` are
    running or waiting on clusters that a kernel is a client of. A terminal's job counts where it is in the
    foreground; a shell that waits for a command is none.
    """

    busy_kernels: int
    cpu_percent: float
    gpu_percent: float | None
    dask_tasks: int
    terminal_jobs: int


def activity(sample: Sample, lifetime: Lifetime) -> tuple[str, ...]:
    """Return what the server was busy with, in words for its person; empty where it was idle."""
    return tuple(_activity(sample, lifetime))


def _activity(sample: Sample, lifetime: Lifetime) -> Iterator[str]:
    if sample.busy_kernels > 0:
        yield _counted(sample.busy_kernels, "busy kernel")
    if sample.cpu_percent > lifetime.cpu_percent:
        yield f"CPU at {sample.cpu_percent:.0f} %"
    if sample.gpu_percent is not None and sample.gpu_percent > lifetime.gpu_percent:
        yield f"GPU at {sample.gpu_percent:.0f} %"
    if sample.dask_tasks > 0:
        yield _counted(sample.dask_tasks, "Dask task")
    if sample.terminal_jobs > 0:
        yield _counted(sample.terminal_jobs, "terminal job")


def _counted(number: int, what: str) -> str:
    return f"one {what}" if number == 1 else f"{number} {what}s"
