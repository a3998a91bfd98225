"""The port StacCatalogue: the same items give the same answers, whatever kind of catalogue they lie in."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml
from fakes.catalogue_items import ALL, COLLECTIONS, ITEMS, SEARCHES
from fakes.catalogue_web import open_web
from fakes.frozen_searches import NOW, NoNetwork, at_once, freeze, ids_of, open_frozen
from fakes.static_site import ROOT, StaticSite, published

from eohub_catalogue.contract import CatalogueSource, CollectionQuery, SearchQuery
from eohub_catalogue.errors import InvalidPage, ItemNotFound
from eohub_catalogue.index.document import collection_record, item_records
from eohub_catalogue.index.ports import ItemRecord
from eohub_catalogue.index.store import SqliteStore
from eohub_catalogue.ports import IndexedCatalogue, StacCatalogue
from eohub_catalogue.server.folder import earth_data_hub_files, stac_files
from eohub_catalogue.server.local_catalogue import LocalCatalogue
from eohub_catalogue.server.local_index import LocalIndex
from eohub_catalogue.server.stac_api import StacApi
from eohub_catalogue.server.static import StaticDocuments
from eohub_catalogue.service.app import create_app
from eohub_catalogue.service.settings import CatalogueSettings
from eohub_toolkit.errors import NotFound


def asking(criteria: dict[str, Any], **fields: Any) -> SearchQuery:
    return SearchQuery.model_validate({"catalogue": "example", **criteria, **fields})


async def every_page(catalogue: StacCatalogue, criteria: dict[str, Any], limit: int) -> list[str]:
    found, page = list[str](), None
    for _ in range(50):
        answer = await catalogue.search(asking(criteria, limit=limit, page=page))
        found += ids_of(answer.features)
        page = answer.next
        if page is None:
            return found
    raise AssertionError("the pages have no end")


class StacCatalogueContract:
    """What every StacCatalogue promises."""

    @pytest.fixture
    async def catalogue(self) -> StacCatalogue:
        raise NotImplementedError

    async def test_every_search_finds_what_it_has_to(self, catalogue: StacCatalogue) -> None:
        found = {name: sorted(await every_page(catalogue, SEARCHES[name][0], 100)) for name in SEARCHES}
        assert found == {name: sorted(expected.split()) for name, (_, expected) in SEARCHES.items()}

    @pytest.mark.parametrize("limit", [1, 3])
    async def test_pages_show_every_item_once(self, catalogue: StacCatalogue, limit: int) -> None:
        assert sorted(await every_page(catalogue, {}, limit)) == sorted(ALL.split())
        antimeridian = await every_page(catalogue, SEARCHES["a box over the antimeridian"][0], limit)
        assert sorted(set(antimeridian)) == ["o3", "r2"]

    @pytest.mark.parametrize("limit", [3, 100])
    @pytest.mark.parametrize(
        ("sort", "expected"),
        [
            ("newest", "r3 o6-é o7 o4 r2 o3 o2 r1 o1 o5"),
            ("oldest", "o5 o1 r1 o2 o3 r2 o4 o7 o6-é r3"),
            ("clearest", "o6-é o1 o2 r3 o3 o5 o4 o7 r1 r2"),
            ("id", ALL),
        ],
    )
    async def test_pages_come_in_the_order_that_was_asked_for(
        self, catalogue: StacCatalogue, sort: str, expected: str, limit: int
    ) -> None:
        assert await every_page(catalogue, {"sort": sort}, limit) == expected.split()
        assert (await catalogue.search(asking({"sort": sort}))).sorted

    async def test_an_order_that_was_not_asked_for_is_not_promised(self, catalogue: StacCatalogue) -> None:
        assert not (await catalogue.search(asking({}))).sorted

    async def test_a_total_is_true_where_it_is_told(self, catalogue: StacCatalogue) -> None:
        page = await catalogue.search(asking({}, limit=2))
        assert page.matched in (None, len(ITEMS))

    async def test_a_marker_from_elsewhere_is_refused(self, catalogue: StacCatalogue) -> None:
        for marker in ("x", "", "bm8=", "999", "../../etc", '{"start": 1}'):
            with pytest.raises(InvalidPage):
                await catalogue.search(asking({}, page=marker))

    async def test_an_item_is_given_as_it_is(self, catalogue: StacCatalogue) -> None:
        await catalogue.search(asking({}))
        for wanted in ITEMS:
            item = await catalogue.item(wanted["collection"], wanted["id"])
            assert isinstance(item, dict)
            for name in ("id", "collection", "properties", "geometry"):
                assert item[name] == wanted[name]
            assert item["assets"]["data"]["href"] == wanted["assets"]["data"]["href"]

    async def test_an_item_that_is_not_there_is_not_found(self, catalogue: StacCatalogue) -> None:
        await catalogue.search(asking({}))
        for collection, item in (("optical", "none"), ("none", "o1"), (None, "o1")):
            with pytest.raises(ItemNotFound):
                await catalogue.item(collection, item)

    async def test_collections_are_listed_by_title(self, catalogue: StacCatalogue) -> None:
        page = await catalogue.collections(CollectionQuery())
        assert [each.id for each in page.collections] == ["optical", "radar"]
        assert page.next is None
        found = await catalogue.collections(CollectionQuery(words="radar"))
        assert [each.id for each in found.collections] == ["radar"]

    async def test_a_collection_is_given_as_it_is(self, catalogue: StacCatalogue) -> None:
        await catalogue.search(asking({}))
        for wanted in COLLECTIONS:
            told = await catalogue.collection(wanted["id"])
            for name in ("id", "title", "description", "license"):
                assert told[name] == wanted[name]
        for missing in ("none", "o1", "../optical"):
            with pytest.raises(NotFound):
                await catalogue.collection(missing)

    async def test_queryables_name_what_items_have(self, catalogue: StacCatalogue) -> None:
        named = {each.name for each in (await catalogue.queryables("optical")).queryables}
        assert {"eo:cloud_cover", "platform"} <= named

    async def test_it_says_what_it_can_do(self, catalogue: StacCatalogue) -> None:
        abilities = await catalogue.abilities()
        assert (abilities.time, abilities.area, abilities.collections) == ("there", "there", "there")


class LocalContract(StacCatalogueContract):
    """What every IndexedCatalogue promises besides."""

    async def test_the_index_says_how_far_it_is(self, catalogue: IndexedCatalogue) -> None:
        before = await catalogue.index_state()
        assert (before.state, before.items, before.built) == ("none", 0, None)
        await catalogue.search(asking({}))
        ready = await catalogue.index_state()
        assert (ready.state, ready.items, ready.problem) == ("ready", len(ITEMS), None)
        assert ready.built == NOW

    async def test_it_is_built_again_when_asked_and_can_be_forgotten(
        self, catalogue: IndexedCatalogue
    ) -> None:
        await catalogue.search(asking({}))
        await catalogue.build_index()
        assert (await catalogue.stop_building()).items == len(ITEMS)
        await catalogue.forget_index()
        assert (await catalogue.index_state()).state == "none"
        assert len(await every_page(catalogue, {}, 100)) == len(ITEMS)

    async def test_an_unknown_collection_is_no_failure(self, catalogue: StacCatalogue) -> None:
        assert await every_page(catalogue, {"collections": ["nowhere"]}, 10) == []

    async def test_a_marker_of_another_order_is_refused(self, catalogue: StacCatalogue) -> None:
        marker = (await catalogue.search(asking({"sort": "id"}, limit=2))).next
        with pytest.raises(InvalidPage):
            await catalogue.search(asking({"sort": "newest"}, page=marker))

    async def test_it_is_an_indexed_catalogue(self, catalogue: StacCatalogue) -> None:
        assert isinstance(catalogue, IndexedCatalogue)


class TestStacApi(StacCatalogueContract):
    """The STAC API of our own service, over HTTP messages."""

    @pytest.fixture
    async def catalogue(self, tmp_path: Path) -> AsyncIterator[StacCatalogue]:
        store = SqliteStore.open(f"sqlite:///{tmp_path / 'service.sqlite'}")
        await store.put_items([record for record in item_records(ITEMS) if isinstance(record, ItemRecord)])
        await store.put_collections([collection_record(each) for each in COLLECTIONS])
        app = create_app(CatalogueSettings(prefix="/services/catalogue/"), store)
        source = CatalogueSource(id="example", title="Example", url="http://hub.test/services/catalogue/")
        yield StacApi(open_web(httpx2.ASGITransport(app=app)), source)
        await store.close()


async def opened(catalogue: LocalCatalogue) -> AsyncIterator[LocalCatalogue]:
    yield catalogue
    await catalogue.forget_index()


class TestStatic(LocalContract):
    """A static catalogue on a web server."""

    @pytest.fixture(params=["self-contained", "relative", "absolute"])
    async def catalogue(self, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[StacCatalogue]:
        site = StaticSite(published(COLLECTIONS, ITEMS, request.param))
        source = CatalogueSource(id="example", title="Example", url=ROOT, kind="static")
        documents = StaticDocuments(open_web(site), ROOT, None)
        async for each in opened(at_once(source, LocalIndex(tmp_path / "index", documents, lambda: NOW))):
            yield each


class TestFolder(LocalContract):
    """STAC files in a folder: some single, some together."""

    @pytest.fixture
    async def catalogue(self, tmp_path: Path) -> AsyncIterator[StacCatalogue]:
        folder = tmp_path / "stac"
        (folder / "more").mkdir(parents=True)
        (folder / "collections.json").write_text(json.dumps(COLLECTIONS))
        (folder / "one.geojson").write_text(json.dumps(ITEMS[0]))
        (folder / "more" / "list.json").write_text(
            json.dumps({"type": "FeatureCollection", "features": ITEMS[1:5]})
        )
        (folder / "more" / "lines.ndjson").write_text("\n".join(json.dumps(each) for each in ITEMS[5:]))
        source = CatalogueSource(id="example", title="Example", path="stac", kind="folder")
        index = LocalIndex(tmp_path / "index", stac_files(folder), lambda: NOW)
        async for each in opened(at_once(source, index)):
            yield each


class TestEarthDataHub(LocalContract):
    """Item files of Earth Data Hub."""

    @pytest.fixture
    async def catalogue(self, tmp_path: Path) -> AsyncIterator[StacCatalogue]:
        folder = tmp_path / "edh"
        for collection in COLLECTIONS:
            place = folder / collection["id"]
            place.mkdir(parents=True)
            told = {name: collection[name] for name in ("title", "description", "license", "extent")}
            (place / "__collection__.yaml").write_text(yaml.safe_dump(told))
        for item in ITEMS:
            place = folder / item["collection"] / item["id"]
            place.mkdir()
            left_out = {"id", "type", "collection", "stac_version", "links"}
            if "bbox" in item and item["id"] not in ("o3", "o7"):
                left_out.add("geometry")
            told = {name: value for name, value in item.items() if name not in left_out}
            (place / "__item__.yaml").write_text(yaml.safe_dump(told))
        source = CatalogueSource(id="example", title="Example", path="edh", kind="earthdatahub")
        index = LocalIndex(tmp_path / "index", earth_data_hub_files(folder), lambda: NOW)
        async for each in opened(at_once(source, index)):
            yield each


class TestFrozen(LocalContract):
    """A frozen search, in a folder and in a .zip file, without any network."""

    @pytest.fixture(params=["frozen", "frozen.zip"])
    async def catalogue(self, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[StacCatalogue]:
        (tmp_path / "stac").mkdir()
        (tmp_path / "stac" / "all.json").write_text(json.dumps([*COLLECTIONS, *ITEMS]))
        source = CatalogueSource(id="example", title="Example", path="stac", kind="folder")
        index = LocalIndex(tmp_path / "before", stac_files(tmp_path / "stac"), lambda: NOW)
        transport = NoNetwork()
        await freeze(at_once(source, index), tmp_path / request.param, transport)
        async for each in opened(open_frozen(tmp_path / request.param, tmp_path / "index")):
            yield each
        assert transport.asked == 0
