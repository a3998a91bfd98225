"""Loaded by Dask into each process that makes a client (`distributed.client.preload`): notes what works.

A kernel that waits for a cluster is busy by itself; this is for what goes on after its cell has ended.
"""

import asyncio
import contextlib
import os
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_runtime_dir

from eohub_lifetime.server.dask_notes import FOLDER, PERIOD_SECONDS, write_note

_ASK_SECONDS = 4.0
_tasks: dict[str, asyncio.Task[None]] = {}


async def dask_setup(client: Any) -> None:
    """Begin to note how many tasks the client's cluster works on; a fault here concerns no computation."""
    _tasks[client.id] = asyncio.create_task(_note(client, Path(jupyter_runtime_dir(), FOLDER)))


async def dask_teardown(client: Any) -> None:
    """Stop noting."""
    task = _tasks.pop(client.id, None)
    if task is not None:
        task.cancel()


async def _note(client: Any, folder: Path) -> None:
    name = f"{os.getpid()}-{client.id[-36:]}"
    while True:
        # An unreachable scheduler works on nothing that is known, and a full disk is no reason to stop.
        with contextlib.suppress(Exception):
            async with asyncio.timeout(_ASK_SECONDS):
                working = await client.scheduler.processing(workers=None)
            count = sum(len(keys) for keys in working.values())
            await asyncio.to_thread(write_note, folder, name, count)
        await asyncio.sleep(PERIOD_SECONDS)
