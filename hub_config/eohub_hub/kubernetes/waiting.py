"""The wait for GPUs, as the person sees it."""

import asyncio
from collections.abc import Callable

from eohub_hub.kubernetes.ledger import Standing, Ticket
from eohub_hub.kubernetes.queue import GpuQueue
from eohub_hub.spawner.decision import CannotStart
from eohub_hub.spawner.progress import Steps
from eohub_profiles.decision import GpuRequest

GPU_RULE = "gpu"
LOOK_SECONDS = 2.0


async def wait_for_gpus(
    queue: GpuQueue,
    ticket: Ticket,
    steps: Steps,
    seconds: float,
    *,
    nodes_grow: bool,
) -> bool:
    """Return True when the ticket's GPUs are set aside, False where the start goes on without.

    It does where the cluster does not say which GPUs it has; and where nodes are made for pods that wait
    (`nodes_grow`), for whoever is the next: their pod is what has a node made. Raises CannotStart after
    `seconds`.
    """
    if queue.is_full:
        raise CannotStart(
            "Too many people wait for a GPU already. Try again later, or choose a server without.",
            reason=GPU_RULE, status_code=503,
        )  # fmt: skip
    queue.join(ticket)
    clock: Callable[[], float] = asyncio.get_running_loop().time
    give_up = clock() + seconds
    while True:
        standing = await queue.standing(ticket.pod)
        if standing is None or standing.is_granted or (nodes_grow and standing.before == 0):
            return standing is not None and standing.is_granted
        if not standing.is_possible and not nodes_grow:
            raise CannotStart(
                "No node of the cluster has such GPUs. Choose another size or profile.",
                reason=GPU_RULE, status_code=503,
            )  # fmt: skip
        steps.begin(waiting_line(standing))
        if clock() >= give_up:
            raise CannotStart(late_sentence(standing, seconds), reason=GPU_RULE, status_code=503)
        await asyncio.sleep(LOOK_SECONDS)


def waiting_line(standing: Standing) -> str:
    """Say where somebody stands in the line."""
    return f"Waiting for a GPU: {standing.before or 'nobody'} before you"


def late_sentence(standing: Standing, seconds: float) -> str:
    """Say that the wait was in vain."""
    before = f"{standing.before} were still before you" if standing.before else "you were the next"
    return (
        f"No GPU became free within {round(seconds / 60)} min; {before}."
        " Start again to stand in line once more, or choose a server without a GPU."
    )


def granted_line(gpu: GpuRequest) -> str:
    """Say which GPUs are set aside."""
    return f"Set aside {gpu.count} x {gpu.title} for you"
