"""What a reader does where a store fails, and what a person is then told."""

import asyncio
from collections.abc import Sequence

import pytest
from fakes.cubes_objects import MemoryObjects

from eohub_cubes.errors import Cancelled, DataDamaged, NoAccess, StoreBusy, StoreDown
from eohub_cubes.ports import Traffic
from eohub_cubes.reading.attempts import Broken, Got, Refused, Span
from eohub_cubes.reading.reader import RetryingReader
from eohub_cubes.reading.traffic import counted
from eohub_toolkit.errors import EohubError


class Sleep:
    def __init__(self, traffic: Traffic | None = None) -> None:
        self.seconds: list[float] = []
        self._traffic = traffic

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        if self._traffic is not None:
            self._traffic.cancelled = True


@pytest.fixture
def objects() -> MemoryObjects:
    return MemoryObjects({"x": b"0123456789"})


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
async def test_what_passes_is_tried_again_and_counted(objects: MemoryObjects, status: int) -> None:
    objects.faults = [Refused(status), Broken(cut=False), Broken(cut=True)]
    sleep = Sleep()
    with counted(Traffic()) as traffic:
        assert await RetryingReader(objects, "", sleep=sleep).get("x") == b"0123456789"
    assert (traffic.requests, traffic.bytes_read, len(objects.sent)) == (4, 10, 4)
    assert all(0 <= seconds <= 5 for seconds in sleep.seconds)


@pytest.mark.parametrize(
    ("fault", "told", "words"),
    [
        (Refused(503, "SlowDown"), StoreBusy, "more slowly"),
        (Refused(429), StoreBusy, "more slowly"),
        (Refused(500), StoreDown, "status 500"),
        (Broken(cut=False), StoreDown, "cannot be reached"),
        (Broken(cut=True), DataDamaged, "ended in the middle"),
    ],
)
async def test_what_does_not_pass_is_told_after_five_times(
    objects: MemoryObjects, fault: Exception, told: type[EohubError], words: str
) -> None:
    objects.faults = [fault] * 99
    with pytest.raises(told, match=words) as caught:
        await RetryingReader(objects, "", sleep=Sleep()).get("x")
    assert len(objects.sent) == 5
    assert "memory.example.org" in caught.value.detail
    assert caught.value.hint


async def test_a_wait_that_the_store_asks_for_is_kept(objects: MemoryObjects) -> None:
    objects.faults = [Refused(503, None, 7.0), Refused(429, None, 0.0)]
    sleep = Sleep()
    assert await RetryingReader(objects, "", sleep=sleep).get("x", 1, 2) == b"12"
    assert sleep.seconds == [7.0, 0.0]


async def test_a_long_wait_is_told_and_not_waited(objects: MemoryObjects) -> None:
    objects.faults = [Refused(429, None, 600.0)]
    sleep = Sleep()
    with pytest.raises(StoreBusy) as caught:
        await RetryingReader(objects, "", sleep=sleep).get("x")
    assert (caught.value.retry_after, sleep.seconds) == (601, [])


async def test_what_is_refused_is_not_tried_again(objects: MemoryObjects) -> None:
    objects.faults = [Refused(403, "AccessDenied")]
    with pytest.raises(NoAccess):
        await RetryingReader(objects, "").get("x")
    assert len(objects.sent) == 1


@pytest.mark.parametrize(
    "refused", [Refused(401), Refused(400, "ExpiredToken"), Refused(403, "ExpiredToken")]
)
async def test_keys_that_ended_are_got_anew_once(objects: MemoryObjects, refused: Refused) -> None:
    objects.renews = True
    objects.faults = [refused]
    with counted(Traffic()) as traffic:
        assert await RetryingReader(objects, "").get("x") == b"0123456789"
    assert (traffic.renewals, traffic.requests) == (1, 2)
    objects.faults = [refused, refused]
    with pytest.raises(NoAccess):
        await RetryingReader(objects, "").get("x")


async def test_a_cancel_ends_the_wait_before_another_try(objects: MemoryObjects) -> None:
    objects.faults = [Refused(503)] * 9
    with counted(Traffic()) as traffic, pytest.raises(Cancelled):
        await RetryingReader(objects, "", sleep=Sleep(traffic)).get("x")
    assert len(objects.sent) == 1


class Silent(MemoryObjects):
    """Takes requests and answers none."""

    def __init__(self) -> None:
        super().__init__({})
        self.came, self.ended = asyncio.Event(), asyncio.Event()

    async def get(self, path: str, span: Span | None, most: int) -> Got | None:
        self.came.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.ended.set()
        return None

    async def names(self, folder: str) -> Sequence[str]:
        await self.get(folder, None, 0)
        return []


@pytest.mark.parametrize("how", ["get", "info", "children"])
async def test_a_read_under_way_ends_once_nobody_waits(how: str) -> None:
    objects, traffic = Silent(), Traffic()
    reader = RetryingReader(objects, "")

    async def read() -> None:
        match how:
            case "get":
                await reader.get("x")
            case "info":
                await reader.info("x")
            case _:
                [name async for name in reader.children("")]

    with counted(traffic):
        reading = asyncio.create_task(read())
    await objects.came.wait()
    traffic.cancelled = True
    with pytest.raises(Cancelled):
        await reading
    await objects.ended.wait()
    assert traffic.requests == 1


async def test_nobody_waits_for_a_store_that_asks_to_be_left_alone(objects: MemoryObjects) -> None:
    objects.faults = [Refused(503, None, 20.0)]
    traffic, resting = Traffic(), asyncio.Event()

    async def rest(seconds: float) -> None:
        resting.set()
        await asyncio.Event().wait()

    with counted(traffic):
        reading = asyncio.create_task(RetryingReader(objects, "", sleep=rest).get("x"))
    await resting.wait()
    traffic.cancelled = True
    with pytest.raises(Cancelled):
        await reading
