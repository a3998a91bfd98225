"""What counts as activity: work that would be lost or delayed by a stop. An open tab is none."""

from collections.abc import Iterator

from eohub_lifetime.contract import Report
from eohub_profiles.decision import Lifetime


def activity(report: Report, lifetime: Lifetime) -> tuple[str, ...]:
    """Return what the server was busy with, in words for its person; empty where it was idle."""
    return tuple(_activity(report, lifetime))


def _activity(report: Report, lifetime: Lifetime) -> Iterator[str]:
    if report.busy_kernels > 0:
        yield _counted(report.busy_kernels, "busy kernel")
    if report.cpu_percent > lifetime.cpu_percent:
        yield f"CPU at {report.cpu_percent:.0f} %"
    if report.gpu_percent is not None and report.gpu_percent > lifetime.gpu_percent:
        yield f"GPU at {report.gpu_percent:.0f} %"
    if report.dask_tasks > 0:
        yield _counted(report.dask_tasks, "Dask task")
    if report.terminal_jobs > 0:
        yield _counted(report.terminal_jobs, "terminal job")


def _counted(number: int, what: str) -> str:
    return f"one {what}" if number == 1 else f"{number} {what}s"
