"""A person's own catalogues beside those of the site."""

import asyncio
from pathlib import Path

import pytest
from fakes.stac_catalogue import MemoryCatalogue

from eohub_catalogue.contract import CatalogueSource, NewCatalogue
from eohub_catalogue.errors import UnknownCatalogue
from eohub_catalogue.ports import StacCatalogue
from eohub_catalogue.server.catalogues import Catalogues
from eohub_catalogue.server.own_catalogues import MOST_OWN, OwnCatalogues, Recognised
from eohub_catalogue.server.settings import ServerSettings
from eohub_toolkit.errors import Conflict, Forbidden, Invalid

SITE = (CatalogueSource(id="embedded", title="EOHub", url="https://hub.example.org/catalogue/"),)


async def recognise(address: str) -> Recognised:
    """Everything is a static catalogue, but for what begins with `~`."""
    if address == "odd":
        raise Invalid("At this address is a web page.")
    if address.startswith("~"):
        return Recognised("folder", "A folder", path=address)
    return Recognised("static", "A catalogue", url=address)


class Bench:
    def __init__(self, folder: Path) -> None:
        self.path = folder / "catalogues.json"
        self.opened: list[CatalogueSource] = []

    def catalogues(self, *site: CatalogueSource) -> Catalogues:
        return Catalogues(
            lambda: ServerSettings(catalogues=site or SITE), self.open, OwnCatalogues(self.path, recognise)
        )

    def open(self, source: CatalogueSource) -> StacCatalogue:
        self.opened.append(source)
        return MemoryCatalogue([])


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


async def ids(catalogues: Catalogues) -> list[str]:
    return [source.id for source in (await catalogues.all()).catalogues]


async def test_an_added_catalogue_is_last_and_there_for_the_next_server(bench: Bench) -> None:
    added = await bench.catalogues().add(NewCatalogue(address="https://a.example.org", title=" My  Data "))
    assert (added.id, added.title, added.kind, added.own) == ("my-data", "My  Data", "static", True)
    assert (await bench.catalogues().all()).catalogues == (*SITE, added)
    assert await bench.catalogues().source("my-data") == added


async def test_ids_never_collide(bench: Bench) -> None:
    catalogues = bench.catalogues()
    for number in range(3):
        await catalogues.add(NewCatalogue(address=f"https://a.example.org/{number}", title="Embedded"))
    assert await ids(catalogues) == ["embedded", "embedded-2", "embedded-3", "embedded-4"]


async def test_an_id_that_the_site_takes_later_is_the_sites(bench: Bench) -> None:
    await bench.catalogues().add(NewCatalogue(address="https://a.example.org", title="Later"))
    later = CatalogueSource(id="later", title="The site's", url="https://later.example.org")
    catalogues = bench.catalogues(later)
    assert await ids(catalogues) == ["later", "later-2"]
    assert (await catalogues.source("later")).title == "The site's"
    await catalogues.remove("later-2")
    assert await ids(catalogues) == ["later"]


async def test_the_same_place_twice_is_refused(bench: Bench) -> None:
    catalogues = bench.catalogues()
    await catalogues.add(NewCatalogue(address="https://a.example.org/"))
    await catalogues.add(NewCatalogue(address="~a"))
    for again in ("https://a.example.org", "~a", "https://hub.example.org/catalogue"):
        with pytest.raises(Conflict, match="there already"):
            await catalogues.add(NewCatalogue(address=again))


async def test_what_is_no_catalogue_is_not_added(bench: Bench) -> None:
    with pytest.raises(Invalid):
        await bench.catalogues().add(NewCatalogue(address="odd"))
    assert await ids(bench.catalogues()) == ["embedded"]


async def test_two_tabs_at_once_both_stay(bench: Bench) -> None:
    adding = (bench.catalogues().add(NewCatalogue(address=f"https://{n}.example.org")) for n in range(5))
    await asyncio.gather(*adding)
    assert len(set(await ids(bench.catalogues()))) == 6


async def test_there_are_not_endlessly_many(bench: Bench) -> None:
    catalogues = bench.catalogues()
    for number in range(MOST_OWN):
        await catalogues.add(NewCatalogue(address=f"~{number}"))
    with pytest.raises(Invalid):
        await catalogues.add(NewCatalogue(address="~one more"))


async def test_only_ones_own_can_be_removed(bench: Bench) -> None:
    catalogues = bench.catalogues()
    await catalogues.add(NewCatalogue(address="~a", title="Mine"))
    with pytest.raises(Forbidden, match="published by those who run this hub"):
        await catalogues.remove("embedded")
    assert [source.id for source in (await catalogues.remove("mine")).catalogues] == ["embedded"]
    with pytest.raises(UnknownCatalogue):
        await catalogues.remove("mine")


async def test_a_broken_file_is_said_and_leaves_the_sites(bench: Bench) -> None:
    bench.path.write_text("[")
    listed = await bench.catalogues().all()
    assert (listed.catalogues, "catalogues.json.broken-1" in str(listed.note)) == (SITE, True)


async def test_a_file_that_cannot_be_read_is_said_and_leaves_the_sites(bench: Bench) -> None:
    bench.path.mkdir()
    listed = await bench.catalogues().all()
    assert listed.catalogues == SITE
    assert "cannot be kept" in str(listed.note)


async def test_an_id_that_now_means_another_place_is_opened_anew(bench: Bench) -> None:
    one, other = bench.catalogues(), bench.catalogues()
    await one.add(NewCatalogue(address="~a", title="Mine"))
    await one.get("mine")
    await other.remove("mine")
    await other.add(NewCatalogue(address="~b", title="Mine"))
    await one.get("mine")
    await one.get("mine")
    assert [source.path for source in bench.opened] == ["~a", "~a", "~b"]


async def test_without_a_place_for_them_none_can_be_added() -> None:
    catalogues = Catalogues(lambda: ServerSettings(catalogues=SITE), lambda source: MemoryCatalogue([]))
    with pytest.raises(Forbidden):
        await catalogues.add(NewCatalogue(address="~a"))
    assert await ids(catalogues) == ["embedded"]


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "folder", "url": "https://a.example.org"},
        {"kind": "api", "path": "a"},
        {"kind": "api"},
        {"kind": "static", "url": "https://a.example.org", "path": "a"},
        {"path": "a"},
    ],
)
def test_a_kind_has_its_place(fields: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"an address|a path"):
        CatalogueSource.model_validate({"id": "a", "title": "A", **fields})
