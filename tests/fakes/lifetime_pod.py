"""What the pod's half of lifetime meets, in memory."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from eohub_lifetime.contract import Report, ServerLifetime
from eohub_lifetime.errors import CannotKeep
from eohub_toolkit.errors import Unavailable

LIVES = ServerLifetime(
    ending=None, rules="Stops after 1 h without activity.", busy_with=(), age_seconds=60, refresh_seconds=60
)


@dataclass
class SeenWork:
    """A Looker that sees what it is told to."""

    reports: list[Report] = field(default_factory=list[Report])
    is_broken: bool = False

    async def look(self) -> Report:
        if self.is_broken:
            raise RuntimeError("a kernel manager of another kind")
        return self.reports.pop(0) if self.reports else Report()


@dataclass
class MemoryService:
    """A LifetimeService that keeps what it was told."""

    said: ServerLifetime = LIVES
    heard: list[Report] = field(default_factory=list[Report])
    is_away: bool = False
    may_keep: bool = True
    heard_three: asyncio.Event = field(default_factory=asyncio.Event)

    async def report(self, report: Report) -> ServerLifetime:
        if self.is_away:
            raise Unavailable("The service cannot be reached.")
        self.heard.append(report)
        if len(self.heard) == 3:
            self.heard_three.set()
        return self.said

    async def keep(self) -> ServerLifetime:
        if not self.may_keep:
            raise CannotKeep("This server cannot be kept any longer.")
        return self.said


class KernelManager:
    """Lists kernels as Jupyter's manager does."""

    def __init__(self, *models: dict[str, Any]) -> None:
        self._models = models

    def list_kernels(self) -> list[dict[str, Any]]:
        return list(self._models)


class GatewayManager(KernelManager):
    """Lists them as a manager of remote kernels does."""

    async def list_kernels(self) -> list[dict[str, Any]]:  # type: ignore[override]
        return list(self._models)


class NvmlError(Exception):
    """What the library raises."""


@dataclass
class Nvml:
    """NVIDIA's library for GPUs with these samples; None: a GPU that tells nothing, a number: no samples."""

    gpus: list[list[int] | int | None]
    stamp: int = 100
    asked_since: list[int] = field(default_factory=list[int])
    is_gone: bool = False
    NVMLError = NvmlError
    NVML_GPU_UTILIZATION_SAMPLES = 1
    NVML_VALUE_TYPE_UNSIGNED_INT = 1

    def nvmlDeviceGetCount(self) -> int:  # noqa: N802 the library's name
        if self.is_gone:
            raise NvmlError
        return len(self.gpus)

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:  # noqa: N802 the library's name
        return index

    def nvmlDeviceGetSamples(self, handle: int, _: int, since: int) -> tuple[int, list[Any]]:  # noqa: N802
        gpu = self.gpus[handle]
        if not isinstance(gpu, list):
            raise NvmlError
        self.asked_since.append(since)
        return 1, [_Sample(self.stamp + number, value) for number, value in enumerate(gpu)]

    def nvmlDeviceGetUtilizationRates(self, handle: int) -> Any:  # noqa: N802 the library's name
        gpu = self.gpus[handle]
        if gpu is None:
            raise NvmlError
        return _Rates(gpu if isinstance(gpu, int) else 0)


@dataclass
class _Rates:
    gpu: int


class _Sample:
    def __init__(self, stamp: int, value: int) -> None:
        self.timeStamp = stamp
        self.sampleValue = _Value(value)


@dataclass
class _Value:
    uiVal: int  # noqa: N815 the library's name
