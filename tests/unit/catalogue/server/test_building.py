"""One round over the documents of a catalogue: what is read, what is not read again, what is kept."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fakes.catalogue_documents import MemoryDocuments, a_collection, an_item, leading_to
from fakes.counting_executor import CountingExecutor
from fakes.stac_store import MemoryStacStore

from eohub_catalogue.errors import CatalogueBusy, LoginNeeded
from eohub_catalogue.index.ports import ItemQuery
from eohub_catalogue.server.building import Limits, Round, Tally
from eohub_catalogue.server.documents import Read
from eohub_catalogue.server.notes import Notes
from eohub_toolkit.errors import NotFound, Unavailable


class Bench:
    """A catalogue and the index that is made from it, round by round."""

    def __init__(self, folder: Path, documents: MemoryDocuments) -> None:
        self.documents = documents
        self.store = MemoryStacStore()
        self.notes = Notes(folder / "documents.sqlite")
        self.paused: list[float] = []

    async def round(self, limits: Limits | None = None) -> Tally:
        self.documents.asked.clear()
        self.documents.bodies.clear()

        async def pause(seconds: float) -> None:
            self.paused.append(seconds)

        reading = Round(self.documents, self.store, self.notes, limits or Limits(), pause)
        await reading.run()
        return reading.tally

    async def ids(self) -> list[str]:
        return sorted(each.id for each in (await self.store.search(ItemQuery(limit=1000))).items)

    async def collections(self) -> list[str]:
        return [each.id for each in (await self.store.collections(100)).collections]


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    documents = MemoryDocuments(
        ["root"],
        root=leading_to("one", "two"),
        one=a_collection("scenes", "a", "b"),
        two=leading_to("c"),
        a=an_item("a"),
        b=an_item("b"),
        c=an_item("c"),
    )
    bench = Bench(tmp_path, documents)
    yield bench
    bench.notes.close()


async def test_every_document_is_read_once_and_its_items_are_found(bench: Bench) -> None:
    tally = await bench.round()
    assert sorted(bench.documents.asked) == ["a", "b", "c", "one", "root", "two"]
    assert (await bench.ids(), await bench.collections()) == (["a", "b", "c"], ["scenes"])
    assert (tally.done, tally.known, tally.unread, tally.sentence()) == (6, 6, 0, None)


async def test_an_unchanged_catalogue_is_asked_and_sends_no_body(bench: Bench) -> None:
    await bench.round()
    tally = await bench.round()
    assert len(bench.documents.asked) == 6
    assert bench.documents.bodies == []
    assert (tally.done, tally.known) == (6, 6)
    assert await bench.ids() == ["a", "b", "c"]


async def test_only_what_has_changed_is_read_and_what_is_lost_is_forgotten(bench: Bench) -> None:
    await bench.round()
    bench.documents.documents |= {"two": leading_to("d"), "d": an_item("d"), "a": an_item("a2")}
    await bench.round()
    assert sorted(bench.documents.bodies) == ["a", "d", "two"]
    assert await bench.ids() == ["a2", "b", "d"]
    del bench.documents.documents["b"]
    await bench.round()
    assert await bench.ids() == ["a2", "d"]
    bench.documents.documents["root"] = leading_to("two")
    await bench.round()
    assert (await bench.ids(), await bench.collections()) == (["d"], [])


async def test_a_host_that_is_away_has_not_lost_its_documents(bench: Bench) -> None:
    await bench.round()
    bench.documents.faults = {
        "one": Unavailable("It does not answer."),
        "c": LoginNeeded("It needs a login."),
    }
    tally = await bench.round()
    assert (await bench.ids(), await bench.collections()) == (["a", "b", "c"], ["scenes"])
    assert tally.unread == 2
    assert "It does not answer." in str(tally.sentence())
    bench.documents.faults = {}
    assert (await bench.round()).sentence() is None


async def test_a_document_that_cannot_be_read_is_counted_named_and_stops_nothing(bench: Bench) -> None:
    bench.documents.documents |= {
        "a": b"<html>",
        "b": [1, {"type": "Feature", "id": ""}],
        "two": leading_to("c", "none", "odd"),
        "odd": {"what": "else"},
    }
    tally = await bench.round()
    assert await bench.ids() == ["c"]
    assert tally.unread == 4
    said = str(tally.sentence())
    first, *named = said.split("\n")
    assert first == "4 could not be read:"
    assert sorted(each.split(":")[0] for each in named) == ["a", "b", "none", "odd"]


async def test_loops_end(bench: Bench) -> None:
    bench.documents.documents |= {"two": leading_to("root", "one", "two", "c")}
    await bench.round()
    assert len(bench.documents.asked) == 6


async def test_a_root_that_cannot_be_read_is_the_whole_fault_and_takes_nothing_away(bench: Bench) -> None:
    await bench.round()
    for fault in (Unavailable("It is away."), NotFound("It is not there."), LoginNeeded("It needs a login.")):
        bench.documents.faults = {"root": fault}
        with pytest.raises(type(fault)):
            await bench.round()
        assert await bench.ids() == ["a", "b", "c"]


async def test_a_network_that_is_gone_ends_the_round_soon(bench: Bench) -> None:
    names = [f"n{number}" for number in range(500)]
    bench.documents.documents["root"] = leading_to(*names)
    bench.documents.faults = {name: Unavailable("It is away.") for name in names}
    with pytest.raises(Unavailable):
        await bench.round()
    assert len(bench.documents.asked) < 60


async def test_a_busy_host_is_waited_for_and_asked_again(bench: Bench) -> None:
    busy = [CatalogueBusy.for_seconds("host", 2), CatalogueBusy.for_seconds("host", 1000)]

    class Busy(MemoryDocuments):
        async def read(self, address: str, stamp: str | None) -> Read | None:
            if address == "one" and busy:
                raise busy.pop(0)
            return await super().read(address, stamp)

    bench.documents = Busy(bench.documents.starts, **bench.documents.documents)
    assert (await bench.round()).sentence() is None
    assert bench.paused == [2, 60]
    assert await bench.ids() == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("limits", "said"),
    [(Limits(documents=4), "first 4 files"), (Limits(depth=1), "1 steps"), (Limits(bytes=200), "0 MiB")],
)
async def test_limits_are_kept_said_and_take_nothing_away(bench: Bench, limits: Limits, said: str) -> None:
    await bench.round()
    tally = await bench.round(limits)
    assert await bench.ids() == ["a", "b", "c"]
    if limits.bytes > 200:
        assert said in str(tally.sentence())
    fresh = Bench(Path(bench.notes.path).parent / "fresh", bench.documents)
    tally = await fresh.round(limits)
    assert said in str(tally.sentence())
    assert len(await fresh.ids()) < 3
    fresh.notes.close()


async def test_links_that_are_not_followed_are_told_of_in_each_round(tmp_path: Path) -> None:
    names = [f"n{number:03}" for number in range(100)]
    items = {name: an_item(name) for name in names}
    bench = Bench(tmp_path, MemoryDocuments(["root"], root=leading_to(*names), **items))
    for _ in range(2):
        assert "more links than are followed" in str((await bench.round(Limits(linked=44))).sentence())
        assert await bench.ids() == names[:10]
    assert (await bench.round()).sentence() is None
    assert await bench.ids() == names
    bench.notes.close()


async def test_a_round_that_was_stopped_goes_on_where_it_was(bench: Bench) -> None:
    bench.documents.gate = asyncio.Event()
    bench.documents.gate.set()
    items = {f"i{number}": an_item(f"i{number}") for number in range(200)}
    bench.documents.documents |= items | {"root": leading_to(*items)}
    read, last = list[str](), bench.documents

    class Closing(MemoryDocuments):
        async def read(self, address: str, stamp: str | None) -> Read | None:
            found = await super().read(address, stamp)
            read.append(address)
            if len(read) == 100:
                assert self.gate is not None
                self.gate.clear()
                reached.set()
            return found

    reached = asyncio.Event()
    bench.documents = Closing(last.starts, **last.documents)
    bench.documents.gate = last.gate
    task = asyncio.create_task(bench.round())
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    bench.documents = MemoryDocuments(last.starts, **last.documents)
    tally = await bench.round()
    assert 100 <= len(bench.documents.asked) <= 120
    assert (tally.done, tally.known) == (201, 201)
    assert len(await bench.ids()) == 200


async def test_the_same_item_in_two_documents_stays_until_both_are_gone(bench: Bench) -> None:
    bench.documents = MemoryDocuments(["x", "y"], x=an_item("same", title="x"), y=an_item("same", title="y"))
    await bench.round()
    del bench.documents.documents["y"]
    await bench.round()
    assert await bench.ids() == ["same"]
    await bench.round()
    stored = await bench.store.item("scenes", "same")
    assert stored is not None
    assert '"title":"x"' in stored.body
    del bench.documents.documents["x"]
    bench.documents.starts = []
    await bench.round()
    assert await bench.ids() == []


async def test_many_items_in_one_document_are_taken_in_and_out(bench: Bench) -> None:
    many = [an_item(f"{number}") for number in range(2500)]
    bench.documents = MemoryDocuments(["list"], list={"type": "FeatureCollection", "features": many})
    await bench.round()
    assert bench.notes.counts() == (1, 2500)
    bench.documents.documents["list"] = {"type": "FeatureCollection", "features": many[:10]}
    await bench.round()
    assert bench.notes.counts() == (1, 10)
    assert len(await bench.ids()) == 10


async def test_small_documents_are_taken_in_several_at_a_time(tmp_path: Path) -> None:
    items = {f"i{number}": an_item(f"i{number}") for number in range(80)}
    bench = Bench(tmp_path, MemoryDocuments(["root"], root=leading_to(*items), **items))
    executor = CountingExecutor(2)
    asyncio.get_running_loop().set_default_executor(executor)
    tally = await bench.round()
    assert (tally.done, await bench.ids()) == (81, sorted(items))
    assert executor.given < 80 / 2
    bench.notes.close()
