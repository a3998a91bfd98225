"""CPU time of all that runs in the server."""

import os
from collections.abc import Callable

import psutil


class CpuMeter:
    """Percent of one core since the look before, summed over the server's processes."""

    def __init__(self, seconds_used: Callable[[], float], clock: Callable[[], float]) -> None:
        self._seconds_used = seconds_used
        self._clock = clock
        self._before = (clock(), seconds_used())

    def percent(self) -> float:
        """Return the percentage; processes whose time was lost with them make it 0 and not less."""
        now, used = self._clock(), self._seconds_used()
        then, before = self._before
        self._before = (now, used)
        return 0.0 if now <= then else max(0.0, 100.0 * (used - before) / (now - then))


def seconds_used() -> float:
    """CPU seconds of every process of this server, those that have ended included."""
    top = top_process()
    return sum(_seconds_of(process) for process in (top, *_children(top)))


def top_process() -> psutil.Process:
    """The first process of this server: that of its container or walls, or this one where there are none.

    An orphan is adopted by the first process, which reaps it: so its time is counted there.
    """
    own = os.getuid()
    try:
        first = psutil.Process(1)
        # Process 1 of a whole machine is root's; as root, one cannot tell the two apart.
        if own != 0 and first.uids().real == own:
            return first
    except psutil.Error:
        pass
    return psutil.Process()


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


def _seconds_of(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)
