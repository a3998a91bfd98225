"""The event loop that blocking reads run on, whichever thread waits, also that of another loop."""

import asyncio
import os
from collections.abc import Coroutine
from threading import Lock, Thread
from typing import Any

_lock = Lock()
_loop: asyncio.AbstractEventLoop | None = None


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
    return asyncio.run_coroutine_threadsafe(read, loop()).result()


def _forget() -> None:
    global _loop, _lock
    _loop, _lock = None, Lock()


os.register_at_fork(after_in_child=_forget)
