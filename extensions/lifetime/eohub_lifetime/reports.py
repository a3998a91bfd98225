"""Reports put together, and answers that have grown old. Pure."""

from eohub_lifetime.contract import Report, ServerLifetime

LONGEST_ASK_SECONDS = 15.0


def merged(first: Report | None, second: Report) -> Report:
    """Return one report for the time of both, so that no work is lost with a report that did not arrive."""
    if first is None:
        return second
    gpus = [each.gpu_percent for each in (first, second) if each.gpu_percent is not None]
    return Report(
        busy_kernels=max(first.busy_kernels, second.busy_kernels),
        cpu_percent=max(first.cpu_percent, second.cpu_percent),
        gpu_percent=max(gpus, default=None),
        dask_tasks=max(first.dask_tasks, second.dask_tasks),
        terminal_jobs=max(first.terminal_jobs, second.terminal_jobs),
    )


def later(said: ServerLifetime, seconds: float) -> ServerLifetime:
    """Return what was said as it holds so many seconds later, for whoever asks this server's own half."""
    ending = said.ending
    if ending is not None:
        left = max(0.0, ending.stops_in_seconds - seconds)
        ending = ending.model_copy(update={"stops_in_seconds": left})
    age = None if said.age_seconds is None else said.age_seconds + seconds
    again = min(LONGEST_ASK_SECONDS, said.refresh_seconds)
    return said.model_copy(update={"ending": ending, "age_seconds": age, "refresh_seconds": again})
