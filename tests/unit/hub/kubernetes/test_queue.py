from types import MappingProxyType

import pytest
from fakes.gpu_cluster import GPU, FakeGpuCluster, MovedClock, gpu_node, holder

from eohub_hub.kubernetes.ledger import Count, Standing, Ticket
from eohub_hub.kubernetes.queue import LOOK_SECONDS, GpuQueue
from eohub_profiles.decision import Placement

ANYWHERE = Placement(MappingProxyType({}), (), None)


def ticket(pod: str) -> Ticket:
    return Ticket(pod, GPU, 1, ANYWHERE)


def queue_of(cluster: FakeGpuCluster, longest: int = 3) -> tuple[GpuQueue, MovedClock]:
    clock = MovedClock()
    return GpuQueue(cluster, clock, longest), clock


async def test_those_who_wait_move_up_as_gpus_become_free() -> None:
    cluster = FakeGpuCluster((gpu_node("one", 1, holder("busy")),))
    queue, clock = queue_of(cluster)
    for name in ("a", "b"):
        queue.join(ticket(name))
    assert await queue.standing("b") == Standing(False, before=1)
    cluster.found = (gpu_node("one", 1),)
    assert await queue.standing("a") == Standing(False, before=0), "the look is not old enough"
    clock.now += LOOK_SECONDS
    assert await queue.standing("a") == Standing(is_granted=True)
    assert await queue.standing("b") == Standing(False, before=0)
    assert await queue.count(ANYWHERE, GPU) == Count(0, 1)


async def test_all_who_wait_ask_the_cluster_once() -> None:
    cluster = FakeGpuCluster((gpu_node("one", 1, holder("busy")),))
    queue, _ = queue_of(cluster)
    for name in "abc":
        queue.join(ticket(name))
        await queue.standing(name)
    assert cluster.asked == 1


async def test_a_start_that_ended_is_counted_until_a_look_has_seen_its_pod() -> None:
    cluster = FakeGpuCluster((gpu_node("one", 1),))
    queue, clock = queue_of(cluster)
    queue.join(ticket("a"))
    assert (await queue.standing("a")) == Standing(is_granted=True)
    clock.now += 1
    queue.leave("a")
    assert await queue.count(ANYWHERE, GPU) == Count(0, 1), "the look is older than the end"
    clock.now += LOOK_SECONDS
    cluster.found = (gpu_node("one", 1, holder("a")),)
    assert await queue.count(ANYWHERE, GPU) == Count(0, 1)
    clock.now += LOOK_SECONDS
    cluster.found = (gpu_node("one", 1),)
    assert await queue.count(ANYWHERE, GPU) == Count(1, 1)


async def test_whoever_gives_up_leaves_no_gap() -> None:
    queue, _ = queue_of(FakeGpuCluster((gpu_node("one", 1, holder("busy")),)))
    for name in "abc":
        queue.join(ticket(name))
    queue.leave("b")
    queue.leave("nobody")
    assert await queue.standing("c") == Standing(False, before=1)
    assert await queue.standing("b") is None


async def test_what_was_granted_stays_so_when_the_node_is_cordoned() -> None:
    cluster = FakeGpuCluster((gpu_node("one", 1),))
    queue, clock = queue_of(cluster)
    queue.join(ticket("a"))
    await queue.standing("a")
    cluster.found = (gpu_node("one", 1, is_open=False),)
    clock.now += LOOK_SECONDS
    assert await queue.standing("a") == Standing(is_granted=True)


async def test_a_cluster_that_does_not_say_is_told_of_once_and_asked_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    cluster = FakeGpuCluster((gpu_node("one", 1),), silence="The hub may not ask.")
    queue, clock = queue_of(cluster)
    queue.join(ticket("a"))
    for _ in range(3):
        assert await queue.standing("a") is None
        clock.now += LOOK_SECONDS
    assert [record.getMessage() for record in caplog.records] == [
        "GPUs are given out without a queue. The hub may not ask."
    ]
    cluster.silence = None
    assert await queue.standing("a") == Standing(is_granted=True)


async def test_the_line_has_an_end() -> None:
    queue, _ = queue_of(FakeGpuCluster((gpu_node("one", 1),)), longest=2)
    queue.join(ticket("granted"))
    await queue.standing("granted")
    for name in "ab":
        assert not queue.is_full
        queue.join(ticket(name))
    assert queue.is_full
