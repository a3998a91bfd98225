"""The outside world of the GPU queue."""

from typing import Protocol

from eohub_hub.kubernetes.ledger import GpuNode


class GpusUnknown(Exception):
    """The cluster does not say which GPUs it has: it cannot be asked, or the hub may not ask."""


class GpuCluster(Protocol):
    """Says which GPUs there are and which pods hold them."""

    async def nodes(self) -> tuple[GpuNode, ...]:
        """Every node with GPUs, as it is now; raises GpusUnknown."""
        ...
