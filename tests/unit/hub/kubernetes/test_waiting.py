import asyncio
from dataclasses import replace
from types import MappingProxyType

import pytest
from fakes.gpu_cluster import GPU, FakeGpuCluster, MovedClock, gpu_node, holder

from eohub_hub.kubernetes.ledger import Standing, Ticket
from eohub_hub.kubernetes.queue import GpuQueue
from eohub_hub.kubernetes.waiting import granted_line, late_sentence, wait_for_gpus, waiting_line
from eohub_hub.spawner.decision import CannotStart
from eohub_hub.spawner.progress import Steps
from eohub_profiles.decision import GpuRequest, Placement

MINE = Ticket("mine", GPU, 1, Placement(MappingProxyType({}), (), None))
BUSY = FakeGpuCluster((gpu_node("one", 1, holder("busy")),))


def queue_of(cluster: FakeGpuCluster, longest: int = 5) -> GpuQueue:
    return GpuQueue(cluster, MovedClock(step=5), longest)


async def test_a_free_gpu_is_set_aside_at_once() -> None:
    queue, steps = queue_of(FakeGpuCluster((gpu_node(),))), Steps(MovedClock())
    assert await wait_for_gpus(queue, MINE, steps, 0, nodes_grow=False) is True
    assert granted_line(GpuRequest(GPU, 2, "L4", None)) == "Set aside 2 x L4 for you"


async def test_whoever_waits_is_told_how_many_are_before_them_and_goes_on_when_it_is_their_turn() -> None:
    cluster = replace(BUSY)
    queue, steps = queue_of(cluster), Steps(MovedClock())
    for other in ("a", "b"):
        queue.join(replace(MINE, pod=other))
    waiting = asyncio.ensure_future(wait_for_gpus(queue, MINE, steps, 60, nodes_grow=False))
    assert (await anext(steps.events()))["message"] == "Waiting for a GPU: 2 before you"
    cluster.found = (gpu_node("one", 3),)
    assert await waiting is True


async def test_a_wait_has_an_end_and_says_why() -> None:
    queue = queue_of(BUSY)
    queue.join(replace(MINE, pod="other"))
    with pytest.raises(CannotStart, match="within 0 min; 1 were still before you") as refused:
        await wait_for_gpus(queue, MINE, Steps(MovedClock()), 0, nodes_grow=False)
    assert (refused.value.reason, refused.value.status_code) == ("gpu", 503)
    assert "you were the next" in late_sentence(Standing(False), 60)


async def test_where_nodes_are_made_for_pods_the_next_one_goes_on_and_the_rest_wait() -> None:
    queue = queue_of(FakeGpuCluster())
    assert await wait_for_gpus(queue, MINE, Steps(MovedClock()), 0, nodes_grow=True) is False
    late = queue_of(BUSY)
    late.join(replace(MINE, pod="other"))
    with pytest.raises(CannotStart, match="1 were still before you"):
        await wait_for_gpus(late, MINE, Steps(MovedClock()), 0, nodes_grow=True)


async def test_gpus_that_no_node_has_are_refused_at_once() -> None:
    with pytest.raises(CannotStart, match="No node of the cluster has such GPUs"):
        await wait_for_gpus(queue_of(BUSY), replace(MINE, count=2), Steps(MovedClock()), 60, nodes_grow=False)


async def test_a_line_that_is_full_takes_nobody() -> None:
    queue = queue_of(BUSY, longest=1)
    queue.join(replace(MINE, pod="other"))
    with pytest.raises(CannotStart, match="Too many people wait"):
        await wait_for_gpus(queue, MINE, Steps(MovedClock()), 60, nodes_grow=False)


async def test_a_cluster_that_does_not_say_keeps_nobody_waiting() -> None:
    queue = queue_of(FakeGpuCluster(silence="no"))
    assert await wait_for_gpus(queue, MINE, Steps(MovedClock()), 60, nodes_grow=False) is False


def test_the_first_in_line_has_nobody_before() -> None:
    assert waiting_line(Standing(False, 0)) == "Waiting for a GPU: nobody before you"
