"""The life of a local index: built when first asked, kept fresh, stopped, taken up again."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.catalogue_documents import MemoryDocuments, an_item, leading_to
from fakes.catalogue_items import COLLECTIONS, ITEMS
from fakes.catalogue_web import open_web
from fakes.frozen_searches import ids_of
from fakes.stac_documents import cube_item
from fakes.static_site import ROOT, StaticSite, published

from eohub_catalogue.code import code_of
from eohub_catalogue.contract import CatalogueSource, CollectionQuery, SearchQuery
from eohub_catalogue.errors import InvalidPage, LoginNeeded
from eohub_catalogue.server.building import Limits
from eohub_catalogue.server.folder import stac_files
from eohub_catalogue.server.local_catalogue import LocalCatalogue
from eohub_catalogue.server.local_index import LocalIndex
from eohub_catalogue.server.static import StaticDocuments
from eohub_catalogue.summary import summary_of
from eohub_toolkit.errors import Conflict, EohubError, Unavailable

SOURCE = CatalogueSource(id="example", title="Example", url=ROOT, kind="static")


class Clock:
    def __init__(self) -> None:
        self.at = datetime(2026, 3, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


class Bench:
    """A catalogue of a hundred items in memory, whose documents wait at a gate."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.items = {f"i{number}": an_item(f"i{number}") for number in range(100)}
        self.documents = MemoryDocuments(["root"], root=leading_to(*self.items), **self.items)
        self.documents.gate = asyncio.Event()
        self.clock = Clock()
        self.fresh_for: timedelta | None = None
        self.made: list[LocalIndex] = []

    def catalogue(self, patience_seconds: float = 0, limits: Limits | None = None) -> LocalCatalogue:
        index = LocalIndex(self.folder / "index", self.documents, self.clock, self.fresh_for, limits)
        self.made.append(index)
        return LocalCatalogue(SOURCE, index, patience_seconds)

    def open_gate(self) -> None:
        assert self.documents.gate is not None
        self.documents.gate.set()

    async def built(self, patience_seconds: float = 0) -> LocalCatalogue:
        self.open_gate()
        await self.catalogue(60).search(SearchQuery(catalogue="example"))
        self.documents.asked.clear()
        return self.catalogue(patience_seconds)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    for index in bench.made:
        await index.remove()


async def found(catalogue: LocalCatalogue) -> tuple[int, str | None]:
    page = await catalogue.search(SearchQuery(catalogue="example", limit=100))
    return len(page.features), page.note


async def test_the_first_search_begins_to_build_and_says_so(bench: Bench) -> None:
    catalogue = bench.catalogue()
    assert await found(catalogue) == (0, "The index of Example is being built, 0 of 1 files so far.")
    state = await catalogue.index_state()
    assert (state.state, state.documents, state.total, state.built) == ("building", 0, 1, None)
    bench.open_gate()
    assert (await bench.catalogue(60).index_state()).state == "building"
    await bench.made[0].freshen(60)
    assert await found(catalogue) == (100, None)


async def test_a_built_index_is_there_for_the_next_server_without_asking(bench: Bench) -> None:
    catalogue = await bench.built()
    assert await found(catalogue) == (100, None)
    assert bench.documents.asked == []
    assert (await catalogue.index_state()).built == bench.clock.at


async def test_it_is_looked_through_again_when_it_is_old(bench: Bench) -> None:
    bench.fresh_for = timedelta(days=1)
    catalogue = await bench.built(60)
    bench.clock.at += timedelta(hours=23)
    await found(catalogue)
    assert bench.documents.asked == []
    bench.clock.at += timedelta(hours=1)
    bench.documents.documents["root"] = leading_to("i1", "i2")
    assert await found(catalogue) == (2, None)


async def test_while_it_is_brought_up_to_date_the_old_answers_stay(bench: Bench) -> None:
    catalogue = await bench.built()
    bench.documents.gate = asyncio.Event()
    await catalogue.build_index()
    count, note = await found(catalogue)
    assert count == 100
    assert note == "What is new in Example is being read; this was found in what was known before."


async def test_the_pages_after_the_first_look_nothing_through_and_say_nothing_of_it(bench: Bench) -> None:
    bench.fresh_for = timedelta(0)
    catalogue = await bench.built(60)
    first = await catalogue.search(SearchQuery(catalogue="example", limit=60))
    bench.documents.asked.clear()
    rest = await catalogue.search(SearchQuery(catalogue="example", limit=60, page=first.next))
    assert (len(rest.features), rest.note, bench.documents.asked) == (40, None, [])


async def test_what_was_stopped_is_said_and_taken_up_by_the_next_search(bench: Bench) -> None:
    catalogue = bench.catalogue()
    await catalogue.build_index()
    state = await catalogue.stop_building()
    assert (state.state, state.built) == ("stopped", None)
    bench.open_gate()
    assert await found(bench.catalogue(60)) == (100, None)


async def test_two_servers_do_not_build_the_same_at_once(bench: Bench) -> None:
    first, second = bench.catalogue(), bench.catalogue()
    await first.build_index()
    await bench.documents.was_asked.wait()
    state = await second.index_state()
    assert state.state == "building"
    await second.build_index()
    await bench.made[1].freshen(60)
    assert bench.documents.asked == ["root"]
    bench.open_gate()
    await bench.made[0].freshen(60)
    assert await found(second) == (100, None)


async def test_what_hinders_the_first_index_is_the_answer(bench: Bench) -> None:
    bench.open_gate()
    bench.documents.faults = {"root": LoginNeeded("Example needs a login.")}
    with pytest.raises(LoginNeeded):
        await found(bench.catalogue(60))
    state = await bench.made[0].state()
    assert (state.state, state.problem) == ("failed", "Example needs a login.")
    bench.documents.faults = {}
    assert await found(bench.catalogue(60)) == (100, None)


async def test_a_network_that_is_gone_later_leaves_the_answers(bench: Bench) -> None:
    bench.fresh_for = timedelta(0)
    catalogue = await bench.built(60)
    bench.documents.faults = {"root": Unavailable("It does not answer.")}
    count, note = await found(catalogue)
    assert count == 100
    assert note == "Example could not be looked through anew: It does not answer."


async def test_a_fault_of_our_own_leaves_the_answers_and_is_said(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.fresh_for = timedelta(0)
    catalogue = await bench.built(60)
    bench.documents.faults = {"root": RuntimeError("odd")}
    said = "Something went wrong on our side."
    assert await found(catalogue) == (100, f"Example could not be looked through anew: {said}")
    state = await bench.made[-1].state()
    assert (state.state, state.problem) == ("failed", said)
    assert "odd" in caplog.text
    bench.documents.faults = {}
    assert await found(catalogue) == (100, None)


async def test_a_limit_is_said(bench: Bench) -> None:
    bench.open_gate()
    catalogue = bench.catalogue(60, Limits(documents=11))
    assert (await found(catalogue))[0] == 10
    assert "first 11 files" in str((await catalogue.index_state()).problem)


async def test_markers_of_collections_are_checked(bench: Bench) -> None:
    catalogue = await bench.built()
    with pytest.raises(InvalidPage):
        await catalogue.collections(CollectionQuery(page="-1"))
    page = await catalogue.collections(CollectionQuery())
    assert [(each.id, each.title) for each in page.collections] == [("scenes", "scenes")]


async def test_a_static_catalogue_that_has_not_changed_sends_no_body_at_all(tmp_path: Path) -> None:
    site = StaticSite(published(COLLECTIONS, ITEMS))
    index = LocalIndex(tmp_path / "index", StaticDocuments(open_web(site), ROOT, None), Clock())
    catalogue = LocalCatalogue(SOURCE, index, 60)
    await found(catalogue)
    first = len(site.asked)
    assert first == len(site.files) == len(ITEMS) + len(COLLECTIONS) + 1
    for _ in range(2):
        site.asked.clear()
        await catalogue.build_index()
        await index.freshen(60)
        assert (len(site.asked), site.bodies) == (first, [])
    site.asked.clear()
    changed = next(address for address in site.files if address.endswith("o1.json"))
    site.put(changed, {**ITEMS[0], "properties": {"datetime": "2020-01-01T00:00:00Z", "title": "Renamed"}})
    await catalogue.build_index()
    await index.freshen(60)
    assert site.bodies == [changed]
    page = await catalogue.search(SearchQuery(catalogue="example", words="renamed"))
    assert ids_of(page.features) == ["o1"]
    await index.remove()


async def test_addresses_are_made_full_only_when_an_item_is_read(tmp_path: Path) -> None:
    item = {**ITEMS[0], "assets": {"data": {"href": "./o1.tif"}, "odd": 5, "far": {"href": "s3://b/k"}}}
    item["links"] = [{"rel": "thumbnail", "href": "../small.png"}]
    files = published(COLLECTIONS, [item])
    place = next(address for address in files if address.endswith("o1.json"))
    files[place]["links"] += item["links"]
    index = LocalIndex(tmp_path / "index", StaticDocuments(open_web(StaticSite(files)), ROOT, None), Clock())
    catalogue = LocalCatalogue(SOURCE, index, 60)
    (found_item,) = (await catalogue.search(SearchQuery(catalogue="example"))).features
    assert isinstance(found_item, dict)
    assert found_item["assets"] == {
        "data": {"href": "https://static.example.org/stac/optical/o1/o1.tif"},
        "odd": 5,
        "far": {"href": "s3://b/k"},
    }
    assert found_item["links"] == [
        {"rel": "self", "href": place},
        {"rel": "thumbnail", "href": "https://static.example.org/stac/optical/small.png"},
    ]
    stored = await (await index.opened()).store.item("optical", "o1")
    assert stored is not None
    assert "static.example.org" not in stored.body
    await index.remove()


@pytest.mark.parametrize("name", ["documents.sqlite", "items.sqlite"])
@pytest.mark.parametrize(("error", "said"), [(Conflict, "newer version"), (Unavailable, "cannot be opened")])
async def test_an_index_that_cannot_be_opened_is_said_and_can_be_built_anew(
    bench: Bench, name: str, error: type[EohubError], said: str
) -> None:
    await bench.built()
    (index,) = bench.made[:1]
    opened = await index.opened()
    await opened.store.close()
    opened.notes.close()
    file = bench.folder / "index" / name
    if error is Conflict:
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
    else:
        file.write_bytes(b"no database" * 500)
    catalogue = bench.catalogue(60)
    with pytest.raises(error, match=said) as refusal:
        await catalogue.index_state()
    assert str(bench.folder / "index") in str(refusal.value.hint)
    await catalogue.forget_index()
    assert not (bench.folder / "index").exists()
    assert await found(catalogue) == (100, None)


async def test_files_beside_the_items_of_a_folder_are_found_and_opened_where_they_lie(tmp_path: Path) -> None:
    (tmp_path / "stac").mkdir()
    cube = {"href": "./cube.zarr", "type": "application/vnd.zarr", "roles": ["data"]}
    document = tmp_path / "stac" / "cube.json"
    document.write_text(json.dumps(cube_item(assets={"cube": cube})))
    index = LocalIndex(tmp_path / "index", stac_files(tmp_path / "stac"), Clock())
    (item,) = (await LocalCatalogue(SOURCE, index, 60).search(SearchQuery(catalogue="example"))).features
    row = summary_of(item, "example")
    assert (row.defects, row.code_refusal) == ((), None)
    assert str(tmp_path / "stac" / "cube.zarr") in code_of(item).source
    await index.remove()
