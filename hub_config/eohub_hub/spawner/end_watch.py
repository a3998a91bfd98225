"""The end of a process, told by the kernel at the moment when it happens.

Asking every process every other second took a fifth of a core for a thousand servers, and left the port of a
dead one to anybody for that long.
"""

import asyncio
import os
import resource
from collections.abc import Callable
from typing import ClassVar

from eohub_hub.spawner.process import ProcessRecord, is_running


class EndWatch:
    """Waits for the end of one process in the running event loop, without asking (pidfd_open(2), Linux
    5.3)."""

    open: ClassVar[int] = 0

    def __init__(self, descriptor: int, tell: Callable[[], None]) -> None:
        self._descriptor = descriptor
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(descriptor, self._ended)
        EndWatch.open += 1

    def close(self) -> None:
        """Wait no longer; harmless when called again."""
        if self._descriptor >= 0:
            self._loop.remove_reader(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = -1
            EndWatch.open -= 1

    def _ended(self) -> None:
        self.close()
        self._tell()


def watch_end(record: ProcessRecord, tell: Callable[[], None]) -> EndWatch | None:
    """Call `tell` once, when the very process of the record has ended.

    None where that has to be asked for instead: it has ended already, the kernel tells nobody (macOS), or
    watches hold half of the files that this process may open.
    """
    if not hasattr(os, "pidfd_open") or EndWatch.open >= _most_watches():
        return None
    try:
        descriptor = os.pidfd_open(record.pid)
    except OSError:
        return None
    # Asked after the descriptor was taken: its process cannot be another one any more.
    if not is_running(record):
        os.close(descriptor)
        return None
    return EndWatch(descriptor, tell)


def _most_watches() -> int:
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return soft // 2
