"""The event loop that reads run on, whichever thread waits for them, also that of another loop."""

import asyncio
import gc
import os
from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from threading import Lock, Thread
from typing import Any

_lock = Lock()
_loop: asyncio.AbstractEventLoop | None = None
_waiting = 0
_collects = False


def loop() -> asyncio.AbstractEventLoop:
    """The loop, started with its first use in a thread of its own."""
    global _loop
    with _lock:
        if _loop is None:
            _loop = asyncio.new_event_loop()
            Thread(target=_loop.run_forever, name="eohub_reads", daemon=True).start()
        return _loop


def now[T](read: Coroutine[Any, Any, T]) -> T:
    """Wait for a read without a loop."""
    with _uncollected():
        return asyncio.run_coroutine_threadsafe(read, loop()).result()


async def on_loop[T](read: Coroutine[Any, Any, T]) -> T:
    """Await a read on the loop, where its connections stay; zarr's is busy while it copies large chunks."""
    if asyncio.get_running_loop() is loop():
        return await read
    found = await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(_caught(read), loop()))
    if isinstance(found, Exception):
        raise found
    return found


async def _caught[T](read: Coroutine[Any, Any, T]) -> T | Exception:
    """Of a read that was cancelled and then fails nobody takes the exception, and asyncio would log it."""
    try:
        return await read
    except Exception as failed:
        return failed


@contextmanager
def _uncollected() -> Generator[None]:
    """Collect no garbage while a thread waits for the loop's.

    Who waits may be h5py, which reads a file with its own lock held. Garbage of h5py that the loop's thread
    collects needs that lock, so that each would wait for the other for ever.
    """
    global _waiting, _collects
    with _lock:
        if _waiting == 0:
            _collects = gc.isenabled()
            gc.disable()
        _waiting += 1
    try:
        yield
    finally:
        with _lock:
            _waiting -= 1
            if _waiting == 0 and _collects:
                gc.enable()


def _forget() -> None:
    global _loop, _lock, _waiting
    if _waiting and _collects:
        gc.enable()
    _loop, _lock, _waiting = None, Lock(), 0


os.register_at_fork(after_in_child=_forget)
