"""Which request of a person the reads of now belong to, across threads and event loops."""

import asyncio
from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from eohub_cubes.errors import Cancelled
from eohub_cubes.ports import Traffic

_CURRENT: ContextVar[Traffic | None] = ContextVar("eohub_cubes_traffic", default=None)
_LOOK_SECONDS = 0.2
"""How often a read that is under way looks whether somebody still waits for it."""


@contextmanager
def counted(traffic: Traffic) -> Generator[Traffic]:
    """Count what is read inside, and end it once `traffic.cancelled` is set."""
    token = _CURRENT.set(traffic)
    try:
        yield traffic
    finally:
        _CURRENT.reset(token)


def stop_if_cancelled() -> None:
    """Raise Cancelled where nobody waits any more."""
    traffic = _CURRENT.get()
    if traffic is not None and traffic.cancelled:
        raise Cancelled


async def while_wanted[T](read: Coroutine[Any, Any, T]) -> T:
    """Await a read; one under way ends soon after nobody waits any more, and raises Cancelled."""
    if _CURRENT.get() is None:
        return await read
    task = asyncio.ensure_future(read)
    # Of one that was cancelled and then fails nobody takes the exception.
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    try:
        while not task.done():
            stop_if_cancelled()
            await asyncio.wait([task], timeout=_LOOK_SECONDS)
        return task.result()
    finally:
        task.cancel()


def begin() -> None:
    """Count one request that is about to be sent; raises Cancelled where nobody waits any more."""
    stop_if_cancelled()
    traffic = _CURRENT.get()
    if traffic is not None:
        traffic.requests += 1


def came(size: int) -> None:
    """Count bytes that came."""
    traffic = _CURRENT.get()
    if traffic is not None:
        traffic.bytes_read += size


def renewed(times: int) -> None:
    """Count keys or tokens that were got anew."""
    traffic = _CURRENT.get()
    if traffic is not None:
        traffic.renewals += times
