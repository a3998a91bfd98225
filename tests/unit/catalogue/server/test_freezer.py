"""Searches being frozen by one server: progress, stopping, what a killed server left."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest
from fakes.catalogue_items import ITEMS
from fakes.catalogue_web import open_web
from fakes.frozen_searches import NOW, NoNetwork
from fakes.stac_catalogue import MemoryCatalogue

from eohub_catalogue.contract import CatalogueSource, FreezeQuery, FrozenState, SearchQuery
from eohub_catalogue.errors import UnknownCatalogue
from eohub_catalogue.ports import RawPage, StacCatalogue
from eohub_catalogue.server.catalogues import Catalogues
from eohub_catalogue.server.freezer import FileFreezer
from eohub_catalogue.server.home import Home
from eohub_catalogue.server.own_catalogues import OwnCatalogues
from eohub_catalogue.server.packing import room_of
from eohub_catalogue.server.recognising import Recogniser
from eohub_catalogue.server.settings import ServerSettings
from eohub_toolkit.errors import Conflict, Invalid, NotFound, TooMany, Unavailable

SITE = (CatalogueSource(id="example", title="Example", url="https://stac.example.org"),)


class Gated(MemoryCatalogue):
    """Waits at a gate."""

    def __init__(self) -> None:
        super().__init__(ITEMS)
        self.gate = asyncio.Event()

    async def search(self, query: SearchQuery) -> RawPage:
        await self.gate.wait()
        return await super().search(query)


class Bench:
    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.home.mkdir(exist_ok=True)
        self.kept = folder / "kept"
        self.catalogue: StacCatalogue = MemoryCatalogue(ITEMS)
        web = open_web(NoNetwork())
        home = Home(self.home)
        own = OwnCatalogues(self.kept / "catalogues.json", Recogniser(lambda: web, home).recognise)
        self.catalogues = Catalogues(lambda: ServerSettings(catalogues=SITE), lambda *_: self.catalogue, own)
        self.freezer = FileFreezer(
            self.catalogues, lambda: web, home, self.kept / "freezing.json", lambda: NOW
        )

    async def freeze(self, path: str = "frozen.zip", **fields: Any) -> FrozenState:
        searches = [SearchQuery(catalogue=fields.pop("catalogue", "example"))]
        given = {"searches": searches, "title": "River", "path": path, "assets": "none", **fields}
        return await self.freezer.freeze(FreezeQuery.model_validate(given))

    async def ended(self, identifier: str) -> FrozenState:
        await self.freezer.wait(identifier)
        return next(each for each in (await self.freezer.frozen()).frozen if each.id == identifier)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


async def test_a_frozen_search_becomes_a_catalogue(bench: Bench) -> None:
    begun = await bench.freeze()
    assert (begun.id, begun.state, begun.path) == ("river", "freezing", "~/frozen.zip")
    ready = await bench.ended("river")
    assert (ready.state, ready.items, ready.problem) == ("ready", len(ITEMS), None)
    listed = (await bench.catalogues.all()).catalogues
    assert [(each.title, each.kind, each.path) for each in listed[1:]] == [("River", "frozen", "frozen.zip")]
    assert os.listdir(bench.home) == ["frozen.zip"]


async def test_the_newest_is_first_and_names_are_told_apart(bench: Bench) -> None:
    for path in ("a", "b"):
        await bench.ended((await bench.freeze(path)).id)
    assert [(each.id, each.path) for each in (await bench.freezer.frozen()).frozen] == [
        ("river-2", "~/b"),
        ("river", "~/a"),
    ]


async def test_one_that_is_stopped_leaves_nothing(bench: Bench) -> None:
    bench.catalogue = Gated()
    await bench.freeze()
    assert (await bench.freezer.stop("river")).state == "stopped"
    assert os.listdir(bench.home) == []
    assert len((await bench.catalogues.all()).catalogues) == 1
    with pytest.raises(NotFound):
        await bench.freezer.stop("none")


async def test_stopping_what_is_ready_keeps_it(bench: Bench) -> None:
    await bench.ended((await bench.freeze()).id)
    assert (await bench.freezer.stop("river")).state == "ready"
    assert os.listdir(bench.home) == ["frozen.zip"]


async def test_one_that_fails_says_why_and_leaves_nothing(bench: Bench) -> None:
    failing = MemoryCatalogue([])
    failing.fault = Unavailable("It does not answer.")
    bench.catalogue = failing
    failed = await bench.ended((await bench.freeze()).id)
    assert (failed.state, failed.problem) == ("failed", "It does not answer.")
    assert os.listdir(bench.home) == []


async def test_a_fault_of_ours_is_a_failure_without_its_inside(bench: Bench) -> None:
    failing = MemoryCatalogue([])
    failing.fault = KeyError("/inside")
    bench.catalogue = failing
    failed = await bench.ended((await bench.freeze()).id)
    assert (failed.state, failed.problem) == ("failed", "Something went wrong on our side.")
    assert os.listdir(bench.home) == []


async def test_twice_at_the_same_place_and_too_many_at_once_are_refused(bench: Bench) -> None:
    gated = Gated()
    bench.catalogue = gated
    await bench.freeze("a")
    with pytest.raises(Conflict, match="being written already"):
        await bench.freeze("./a")
    await bench.freeze("b")
    await bench.freeze("c")
    with pytest.raises(TooMany):
        await bench.freeze("d")
    gated.gate.set()
    for identifier in ("river", "river-2", "river-3"):
        assert (await bench.ended(identifier)).state == "ready"
    assert sorted(os.listdir(bench.home)) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("../out.zip", Invalid),
        ("/etc/x", Invalid),
        ("no/such/folder", Invalid),
        ("there", Conflict),
        ("~", Conflict),
    ],
)
async def test_a_path_that_cannot_be_taken_is_refused_at_once(
    bench: Bench, path: str, kind: type[Exception]
) -> None:
    (bench.home / "there").write_text("mine")
    with pytest.raises(kind):
        await bench.freeze(path)
    assert (await bench.freezer.frozen()).frozen == ()


async def test_an_unknown_catalogue_is_refused_and_its_place_stays_free(bench: Bench) -> None:
    with pytest.raises(UnknownCatalogue):
        await bench.freeze(catalogue="nowhere")
    assert (await bench.ended((await bench.freeze()).id)).state == "ready"


async def test_what_a_killed_server_left_is_removed_by_the_next(bench: Bench, tmp_path: Path) -> None:
    room = room_of(bench.home / "frozen")
    room.mkdir()
    (room / "new").mkdir()
    (room / "lock").write_text("")
    bench.kept.mkdir()
    (bench.kept / "freezing.json").write_text(f'{{"rooms": ["{room.name}", "../outside", "gone"]}}')
    (tmp_path / "outside").mkdir()
    assert (await bench.freezer.frozen()).frozen == ()
    assert os.listdir(bench.home) == []
    assert (tmp_path / "outside").is_dir()
    assert room.name not in (bench.kept / "freezing.json").read_text()
