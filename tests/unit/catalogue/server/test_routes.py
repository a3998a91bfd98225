"""What the panel can ask, over catalogues in memory."""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from fakes.quicklooks import MemoryQuicklooks
from fakes.stac_catalogue import MemoryCatalogue
from fakes.stac_documents import cube_item
from pydantic import ValidationError

from eohub_catalogue.conformance import Facts
from eohub_catalogue.contract import CatalogueSource, SearchCodeQuery, SearchQuery
from eohub_catalogue.errors import NothingToOpen, UnknownCatalogue
from eohub_catalogue.index.document import item_record
from eohub_catalogue.item_contract import ItemKey
from eohub_catalogue.ports import RawPage
from eohub_catalogue.server.catalogues import Catalogues
from eohub_catalogue.server.routes import (
    item,
    list_catalogues,
    notebook_code,
    probe,
    search,
    search_code,
    source,
)
from eohub_catalogue.server.settings import ServerSettings
from eohub_catalogue.summary import summary_of
from eohub_catalogue.wire import LONGEST_ID
from eohub_toolkit.errors import Unavailable, status_of
from eohub_toolkit.settings import SettingsError

SOURCES = (
    CatalogueSource(id="embedded", title="EOHub", url="http://127.0.0.1:8005/services/catalogue/"),
    CatalogueSource(id="other", title="Other", url="https://stac.example.org"),
)


@pytest.fixture
def memory() -> MemoryCatalogue:
    return MemoryCatalogue([cube_item(), cube_item(id="images", assets={})])


@pytest.fixture
def catalogues(memory: MemoryCatalogue) -> Catalogues:
    return Catalogues(lambda: ServerSettings(catalogues=SOURCES), lambda source: memory)


async def test_catalogues_are_listed_in_their_order_without_asking_them(catalogues: Catalogues) -> None:
    listed = await list_catalogues(catalogues)
    assert [source.id for source in listed.catalogues] == ["embedded", "other"]


async def test_what_a_search_needs_is_prepared_from_the_list_on_and_a_search_waits_for_it(
    memory: MemoryCatalogue,
) -> None:
    prepared: list[str] = []
    ready = asyncio.Event()

    async def prepare(source: CatalogueSource) -> None:
        prepared.append(source.id)
        await ready.wait()

    settings = ServerSettings(catalogues=SOURCES)
    catalogues = Catalogues(lambda: settings, lambda source: memory, prepare=prepare)
    for _ in range(2):
        await list_catalogues(catalogues)
        await asyncio.sleep(0)
    assert prepared == ["embedded"]
    asked = SearchQuery(catalogue="other")
    searching = asyncio.create_task(search(asked, catalogues, MemoryQuicklooks()))
    await asyncio.sleep(0)
    assert (prepared, memory.asked) == (["embedded", "other"], [])
    ready.set()
    assert (await searching).items


async def test_a_list_that_is_asked_for_makes_apis_be_learned_anew_and_nothing_else_does() -> None:
    opened: list[str] = []

    def open_catalogue(source: CatalogueSource) -> MemoryCatalogue:
        opened.append(source.id)
        return MemoryCatalogue([cube_item()])

    catalogues = Catalogues(lambda: ServerSettings(catalogues=SOURCES), open_catalogue)
    for _ in range(2):
        await list_catalogues(catalogues)
        for _ in range(3):
            await probe("embedded", catalogues)
    assert opened == ["embedded", "embedded"]


async def test_a_search_gives_rows(catalogues: Catalogues) -> None:
    page = await search(SearchQuery(catalogue="embedded", words="america"), catalogues, MemoryQuicklooks())
    assert [(row.catalogue, row.id) for row in page.items] == [
        ("embedded", "a1b-north-america"),
        ("embedded", "images"),
    ]


async def test_an_items_page_tells_what_its_collection_tells(
    catalogues: Catalogues, memory: MemoryCatalogue
) -> None:
    key = ItemKey(catalogue="embedded", collection="a1b-e1-north-america", item="images")
    alone = await item(key, catalogues)
    memory.described = {"a1b-e1-north-america": {"sci:doi": "10.5285/a1b"}}
    assert (alone.doi, (await item(key, catalogues)).doi) == (None, "https://doi.org/10.5285/a1b")


@pytest.mark.parametrize("fault", [Unavailable("It does not answer."), TimeoutError()])
async def test_a_collection_that_does_not_come_costs_an_item_nothing(fault: Exception) -> None:
    class WithoutCollections(MemoryCatalogue):
        async def collection(self, collection: str) -> Mapping[str, object]:
            raise fault

    lonely = WithoutCollections([cube_item()])
    catalogues = Catalogues(lambda: ServerSettings(catalogues=SOURCES), lambda source: lonely)
    key = ItemKey(catalogue="embedded", collection="a1b-e1-north-america", item="a1b-north-america")
    assert (await item(key, catalogues)).summary.id == "a1b-north-america"


async def test_a_page_size_beyond_the_largest_is_clamped(
    catalogues: Catalogues, memory: MemoryCatalogue
) -> None:
    await search(SearchQuery(catalogue="embedded", limit=10**9), catalogues, MemoryQuicklooks())
    assert memory.asked[0].limit == 100


@pytest.mark.parametrize(
    "fields",
    [
        {"limit": 0},
        {"limit": -1},
        {"start": "2021-01-01", "end": "2020-01-01"},
        {"start": "tomorrow"},
        {"words": "x" * 100_000},
        {"catalogue": "../hub"},
        {"bbox": [1, 2, 3]},
        {"page": "x" * 20_000},
    ],
)
def test_a_wrong_query_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SearchQuery.model_validate({"catalogue": "embedded", **fields})


async def test_swapped_dates_are_explained() -> None:
    with pytest.raises(ValidationError, match="swap the two"):
        SearchQuery(catalogue="embedded", start="2021-01-01", end="2020-01-01")


class Watched(list[Any]):
    """Items that know which thread walked through them."""

    walked_by: threading.Thread | None = None

    def __iter__(self) -> Iterator[Any]:
        self.walked_by = threading.current_thread()
        return super().__iter__()


async def test_rows_are_made_beside_the_servers_other_requests() -> None:
    items = Watched([cube_item()])

    class Large(MemoryCatalogue):
        async def search(self, query: SearchQuery) -> RawPage:
            return RawPage(items, None, 1)

    large = Catalogues(lambda: ServerSettings(catalogues=SOURCES), lambda source: Large(items))
    assert len((await search(SearchQuery(catalogue="embedded"), large, MemoryQuicklooks())).items) == 1
    assert items.walked_by is not None
    assert items.walked_by is not threading.current_thread()


def test_an_id_that_the_service_keeps_is_one_that_the_panel_can_ask_for() -> None:
    longest = "x" * LONGEST_ID
    kept = item_record(cube_item(id=longest, collection=longest))
    row = summary_of(cube_item(id=longest, collection=longest), "embedded")
    assert (kept.id, row.id, row.collection, row.code_refusal) == (longest, longest, longest, None)
    assert ItemKey(catalogue="embedded", collection=longest, item=longest).item == longest
    for wrong in (longest + "x", "", "\x00", "a\nb", "\x7f"):
        with pytest.raises(ValidationError):
            ItemKey(catalogue="embedded", collection="c", item=wrong)


async def test_an_unknown_catalogue_is_not_found(catalogues: Catalogues) -> None:
    with pytest.raises(UnknownCatalogue) as caught:
        await search(SearchQuery(catalogue="elsewhere"), catalogues, MemoryQuicklooks())
    assert status_of(caught.value) == 404


async def test_code_is_written_for_an_item(catalogues: Catalogues) -> None:
    asked = ItemKey(catalogue="embedded", collection="a1b-e1-north-america", item="a1b-north-america")
    assert "xr.open_dataset" in (await notebook_code(asked, catalogues)).source


async def test_no_code_for_an_item_without_data(catalogues: Catalogues) -> None:
    asked = ItemKey(catalogue="embedded", collection="a1b-e1-north-america", item="images")
    with pytest.raises(NothingToOpen) as caught:
        await notebook_code(asked, catalogues)
    assert status_of(caught.value) == 422


async def test_a_search_is_written_as_the_catalogue_is_asked_and_only_words_need_to_know_how() -> None:
    class Api(MemoryCatalogue):
        learned = 0

        async def facts(self) -> Facts:
            self._fail()
            self.learned += 1
            return Facts(words="advanced", post=True)

    api = Api([])
    catalogues = Catalogues(lambda: ServerSettings(catalogues=SOURCES), lambda source: api)

    async def written(**criteria: str) -> str:
        asked = SearchCodeQuery(searches=(SearchQuery(catalogue="embedded", **criteria),))
        return (await search_code(asked, catalogues)).cells[0]

    assert ("Client.open" in await written(start="2020-01-01"), api.learned) == (True, 0)
    assert ('"q": ' in await written(words="sea ice"), api.learned) == (True, 1)
    api.fault = Unavailable("It is away.")
    twice = SearchQuery(catalogue="embedded"), SearchQuery(catalogue="embedded", words="sea ice")
    answer = await search_code(SearchCodeQuery(searches=twice), catalogues)
    assert (len(answer.cells), answer.refusals) == (1, ("It is away.",))


async def test_a_catalogue_that_is_away_fails_its_own_requests_only(
    catalogues: Catalogues, memory: MemoryCatalogue
) -> None:
    memory.fault = Unavailable("127.0.0.1 cannot be reached.")
    with pytest.raises(Unavailable):
        await probe("embedded", catalogues)
    assert len((await list_catalogues(catalogues)).catalogues) == 2
    memory.fault = None
    assert (await probe("embedded", catalogues)).catalogue == "embedded"


async def test_wrong_settings_are_an_error_of_the_request_that_needs_them() -> None:
    def broken() -> ServerSettings:
        raise SettingsError("EOHUB_CATALOGUE_SERVER_CATALOGUE is not a setting of EOHub.")

    catalogues = Catalogues(broken, lambda source: MemoryCatalogue([]))
    with pytest.raises(SettingsError) as caught:
        await list_catalogues(catalogues)
    assert status_of(caught.value) == 422


async def test_a_catalogue_is_opened_once(memory: MemoryCatalogue) -> None:
    opened: list[str] = []

    def open_catalogue(source: CatalogueSource) -> MemoryCatalogue:
        opened.append(source.id)
        return memory

    catalogues = Catalogues(lambda: ServerSettings(catalogues=SOURCES), open_catalogue)
    for _ in range(3):
        await search(SearchQuery(catalogue="other"), catalogues, MemoryQuicklooks())
    assert opened == ["other"]


async def test_the_data_of_an_item_is_told_with_how_it_is_opened(catalogues: Catalogues) -> None:
    key = ItemKey(catalogue="embedded", collection="a1b-e1-north-america", item="a1b-north-america")
    told = await source(key, catalogues)
    assert [each.href for each in told.assets] == ["s3://climate/a1b-north-america.zarr"]
    with pytest.raises(NothingToOpen):
        await source(key.model_copy(update={"item": "images"}), catalogues)
