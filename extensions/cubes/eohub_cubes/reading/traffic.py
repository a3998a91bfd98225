"""Which request of a person the reads of now belong to, across threads and event loops."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

from eohub_cubes.errors import Cancelled
from eohub_cubes.ports import Traffic

_CURRENT: ContextVar[Traffic | None] = ContextVar("eohub_cubes_traffic", default=None)


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
