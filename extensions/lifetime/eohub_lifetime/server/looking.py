"""Looks at everything in the server that may work."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from eohub_lifetime.contract import Report
from eohub_lifetime.server.cpu import CpuMeter
from eohub_lifetime.server.dask_notes import tasks_noted
from eohub_lifetime.server.gpu import GpuMeter
from eohub_lifetime.server.kernels import busy_kernels
from eohub_lifetime.server.terminals import terminal_jobs


class ServerLooker:
    """A Looker on a real Jupyter server; `clock` is seconds since 1970."""

    def __init__(
        self, server_app: Any, *, cpu: CpuMeter, gpu: GpuMeter, notes: Path, clock: Callable[[], float]
    ) -> None:
        self._app = server_app
        self._cpu = cpu
        self._gpu = gpu
        self._notes = notes
        self._clock = clock
        self._looked_at = clock()

    async def look(self) -> Report:
        """What was done since the look before."""
        since, self._looked_at = self._looked_at, self._clock()
        return Report(
            busy_kernels=await busy_kernels(self._app.kernel_manager, since),
            terminal_jobs=terminal_jobs(self._app.web_app.settings.get("terminal_manager")),
            cpu_percent=await asyncio.to_thread(self._cpu.percent),
            gpu_percent=await asyncio.to_thread(self._gpu.percent),
            dask_tasks=await asyncio.to_thread(tasks_noted, self._notes, self._clock()),
        )
