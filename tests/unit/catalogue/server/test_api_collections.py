"""Collections, queryables and single items of a STAC API."""

from typing import Any

import httpx2
import pytest
from fakes.catalogue_web import open_web
from fakes.stac_documents import cube_item
from fakes.stac_upstream import COLLECTION_SEARCH, COLLECTION_WORDS, CQL2, POST, ROOT, StacUpstream

from eohub_catalogue.contract import CatalogueSource, CollectionPage, CollectionQuery
from eohub_catalogue.errors import CatalogueBroken, InvalidPage, ItemNotFound
from eohub_catalogue.server.stac_api import StacApi

SOURCE = CatalogueSource(id="example", title="Example", url=ROOT)
QUERYABLES = {"rel": "http://www.opengis.net/def/rel/ogc/1.0/queryables", "href": f"{ROOT}/queryables"}
COVER = {"properties": {"eo:cloud_cover": {"type": "number"}}}


def collections(count: int) -> list[dict[str, Any]]:
    return [
        {"type": "Collection", "id": f"c{n:05d}", "title": f"Collection {n % 7} {n:05d}"}
        for n in range(count)
    ]


def upstream_of(count: int, *conforms_to: str, page: int = 100_000) -> StacUpstream:
    upstream = StacUpstream([], conforms_to=conforms_to)
    upstream.collections, upstream.collections_page = collections(count), page
    return upstream


def api(upstream: StacUpstream) -> StacApi:
    return StacApi(open_web(upstream.transport), SOURCE)


async def every(catalogue: StacApi, words: str = "") -> list[CollectionPage]:
    pages = [await catalogue.collections(CollectionQuery(words=words))]
    while (after := pages[-1].next) is not None:
        pages.append(await catalogue.collections(CollectionQuery(words=words, page=after)))
    return pages


def ids(pages: list[CollectionPage]) -> list[str]:
    return [each.id for page in pages for each in page.collections]


@pytest.mark.parametrize("page", [100_000, 1_000])
async def test_ten_thousand_collections_are_read_once_and_paged(page: int) -> None:
    upstream = upstream_of(10_000, COLLECTION_SEARCH, page=page)
    catalogue = api(upstream)
    pages = await every(catalogue)
    assert len(set(ids(pages))) == len(ids(pages)) == 10_000
    assert {len(page.collections) for page in pages} == {200}
    assert {page.matched for page in pages} == {10_000}
    titles = [each.title for page in pages for each in page.collections]
    assert titles == sorted(titles)
    before = len(upstream.asked)
    assert ids(await every(catalogue, "3 00010")) == ["c00010"]
    assert len(upstream.asked) == before


async def test_a_catalogue_that_gives_them_by_tens_is_read_so_far_and_says_so() -> None:
    upstream = upstream_of(10_000, page=10)
    (page,) = await every(api(upstream))
    assert (len(page.collections), page.matched) == (200, None)
    assert page.note == "Example has more collections: only the first 200 are listed."
    assert upstream.paths.count("/collections") == 20


async def test_no_limit_is_asked_for_where_none_is_known() -> None:
    upstream = upstream_of(3)
    assert len(ids(await every(api(upstream)))) == 3
    assert str(upstream.asked[-1].url) == f"{ROOT}/collections"


async def test_words_are_searched_there_and_paged_there() -> None:
    upstream = upstream_of(900, COLLECTION_SEARCH, COLLECTION_WORDS)
    pages = await every(api(upstream), "collection")
    assert len(set(ids(pages))) == 900
    assert [len(page.collections) for page in pages] == [200, 200, 200, 200, 100]
    assert {page.matched for page in pages} == {900}
    assert upstream.asked[1].url.params["q"] == "collection"


async def test_several_who_ask_at_once_cause_one_reading() -> None:
    import asyncio

    upstream = upstream_of(10)
    catalogue = api(upstream)
    await asyncio.gather(*(catalogue.collections(CollectionQuery()) for _ in range(5)))
    assert upstream.paths.count("/collections") == 1


async def test_asking_whether_the_catalogue_answers_costs_only_its_root() -> None:
    upstream = upstream_of(3)
    upstream.conforms_to, upstream.links, upstream.queryables = CQL2, (QUERYABLES,), {"": COVER}
    catalogue = api(upstream)
    for _ in range(3):
        await catalogue.abilities()
        await every(catalogue)
        await catalogue.queryables(None)
    assert upstream.paths.count("/collections") == 1
    assert upstream.paths.count("/queryables") == 1


async def test_they_are_read_anew_when_the_catalogue_has_changed() -> None:
    upstream = upstream_of(3)
    catalogue = api(upstream)
    await catalogue.abilities()
    await every(catalogue)
    upstream.collections, upstream.conforms_to = collections(4), CQL2
    await catalogue.abilities()
    assert len(ids(await every(catalogue))) == 4


@pytest.mark.parametrize("page", ["x", "\u00e9", "aGVyZTo=", "aGVyZTotMQ==", "dGhlcmU6MQ=="])
async def test_a_made_up_marker_is_refused(page: str) -> None:
    with pytest.raises(InvalidPage):
        await api(upstream_of(3)).collections(CollectionQuery(page=page))


async def test_what_is_no_list_of_collections_is_said() -> None:
    upstream = StacUpstream([])
    upstream.answer = httpx2.Response(200, json={"type": "Catalog", "conformsTo": []})
    with pytest.raises(CatalogueBroken, match="no list of collections"):
        await api(upstream).collections(CollectionQuery())


async def test_queryables_are_told_of_all_and_of_one_and_asked_once() -> None:
    upstream = StacUpstream([], conforms_to=CQL2, links=(QUERYABLES,))
    upstream.queryables = {"": COVER, "collections/a%2Fb": {"properties": {"gsd": {"type": "number"}}}}
    upstream.queryables["collections/a/b"] = upstream.queryables["collections/a%2Fb"]
    catalogue = api(upstream)
    for _ in range(2):
        found = await catalogue.queryables(None)
        assert ([each.name for each in found.queryables], found.learned) == (["eo:cloud_cover"], False)
        assert [each.name for each in (await catalogue.queryables("a/b")).queryables] == ["gsd"]
    assert len(upstream.asked) == 3


@pytest.mark.parametrize("links", [(), (QUERYABLES,)])
async def test_queryables_are_learned_where_none_are_told(links: tuple[dict[str, str], ...]) -> None:
    items = [cube_item(collection="a", properties={"datetime": None, "gsd": 10, "platform": "x"})]
    upstream = StacUpstream(items, links=links)
    found = await api(upstream).queryables("a")
    assert ([each.name for each in found.queryables], found.learned) == (["gsd", "platform"], True)
    assert upstream.asked[-1].url.params["collections"] == "a"


async def test_an_item_outside_of_collections_is_found_by_its_id() -> None:
    loose = cube_item(id="loose")
    del loose["collection"]
    upstream = StacUpstream([cube_item(id="loose"), loose])
    assert await api(upstream).item(None, "loose") == loose
    with pytest.raises(ItemNotFound):
        await api(upstream).item(None, "none")


@pytest.mark.parametrize("links", [(), (POST,)])
async def test_an_item_whose_id_has_a_slash_is_found_where_its_address_is_not(
    links: tuple[dict[str, str], ...],
) -> None:
    slashed = cube_item(id="S2/2020/01,02", collection="a/b")
    upstream = StacUpstream([cube_item(id="S2/2020/01"), slashed], links=links)
    if links:
        assert await api(upstream).item("a/b", "S2/2020/01,02") == slashed
    with pytest.raises(ItemNotFound, match=r"Example has no item 'S2/9' \(any more\)\."):
        await api(upstream).item("a/b", "S2/9")


async def test_an_item_that_does_not_exist_costs_one_request() -> None:
    upstream = StacUpstream([])
    with pytest.raises(ItemNotFound):
        await api(upstream).item("a", "b")
    assert len(upstream.asked) == 1
