"""A cluster's GPUs in memory, and a clock that a test moves."""

from dataclasses import dataclass, field

from eohub_hub.kubernetes.ledger import GpuNode, Holder
from eohub_hub.kubernetes.ports import GpusUnknown

GPU = "nvidia.com/gpu"


def gpu_node(name: str = "one", gpus: int = 4, *pods: Holder, is_open: bool = True) -> GpuNode:
    """A node with GPUs and the pods that hold them."""
    return GpuNode(name, {}, (), is_open, {GPU: gpus}, pods)


def holder(pod: str, gpus: int = 1, *, is_ending: bool = False) -> Holder:
    """A pod that holds GPUs."""
    return Holder(pod, {GPU: gpus}, is_ending)


@dataclass
class FakeGpuCluster:
    """Says what it was told; `silence` makes it say nothing."""

    found: tuple[GpuNode, ...] = ()
    silence: str | None = None
    asked: int = 0

    async def nodes(self) -> tuple[GpuNode, ...]:
        self.asked += 1
        if self.silence is not None:
            raise GpusUnknown(self.silence)
        return self.found


@dataclass
class MovedClock:
    """Seconds that pass when a test says so."""

    now: float = 0.0
    step: float = field(default=0.0)

    def __call__(self) -> float:
        self.now += self.step
        return self.now
