"""Filters of a search over a STAC API: sent where it can do them, done here where it cannot, and said."""

import asyncio
import json
from typing import Any

import httpx2
import pytest
from fakes.catalogue_web import open_web
from fakes.stac_documents import cube_item
from fakes.stac_upstream import (
    COLLECTION_WORDS,
    CQL2,
    FREE_TEXT,
    POST,
    QUERY,
    ROOT,
    SORT,
    StacUpstream,
)

from eohub_catalogue.contract import CatalogueSource, PropertyFilter, SearchQuery
from eohub_catalogue.errors import CatalogueRefused
from eohub_catalogue.ports import RawPage
from eohub_catalogue.server.stac_api import StacApi
from eohub_toolkit.errors import Invalid

SOURCE = CatalogueSource(id="example", title="Example", url=ROOT)
CLOUD = PropertyFilter(property="eo:cloud_cover", op="<=", value=20)


def square(west: float, south: float, size: float = 1.0) -> dict[str, Any]:
    east, north = west + size, south + size
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def scene(number: int, **properties: Any) -> dict[str, Any]:
    told = {
        "datetime": f"2020-01-{number % 28 + 1:02d}T12:00:00Z",
        "eo:cloud_cover": number * 10,
    } | properties
    shape = square(number, 0)
    box = [number, 0, number + 1, 1]
    return cube_item(
        id=f"scene-{number}", collection="optical", properties=told, geometry=shape, bbox=box, assets={}
    )


def radar(number: int) -> dict[str, Any]:
    return scene(number) | {
        "id": f"radar-{number}",
        "collection": "radar",
        "properties": {"datetime": "2020-01-01T00:00:00Z"},
    }


SCENES = [scene(number) for number in range(10)]


def api(upstream: StacUpstream) -> StacApi:
    return StacApi(open_web(upstream.transport), SOURCE)


def query(**fields: Any) -> SearchQuery:
    return SearchQuery(catalogue="example", **fields)


def ids(page: RawPage) -> list[str]:
    return [item["id"] for item in page.features if isinstance(item, dict)]


APIS = {
    "everything": ((FREE_TEXT, *CQL2, QUERY), (POST,)),
    "cql2-text": (CQL2[:2], ()),
    "cql2-json": (CQL2[::2], (POST,)),
    "query": ((QUERY,), (POST,)),
    "nothing": (("https://api.stacspec.org/v1.0.0/item-search",), ()),
    "not even that": ((), ()),
}
SEARCHES: dict[str, tuple[dict[str, Any], list[int]]] = {
    "words": ({"words": "SCENE-3"}, [3]),
    "collections": ({"collections": ("optical",)}, list(range(10))),
    "ids": ({"ids": ("scene-2", "scene-4")}, [2, 4]),
    "time": ({"start": "2020-01-03", "end": "2020-01-05T12:00Z"}, [2, 3, 4]),
    "box": ({"area": {"bbox": (2.5, 0.5, 4.5, 0.6)}}, [2, 3, 4]),
    "shape": ({"area": {"geometry": square(2.5, 0.5, 0.2)}}, [2]),
    "property": ({"properties": (CLOUD,)}, [0, 1, 2]),
    "one of": ({"properties": (PropertyFilter(property="eo:cloud_cover", op="in", value=(10, 30)),)}, [1, 3]),
    "cql2": ({"cql2": "eo:cloud_cover BETWEEN 25 AND 45"}, [3, 4]),
    "all": (
        {"words": "scene", "properties": (CLOUD,), "cql2": "eo:cloud_cover > 5", "start": "2020-01-03"},
        [2],
    ),
    "nothing": ({"properties": (CLOUD,), "cql2": "eo:cloud_cover > 90"}, []),
}


@pytest.mark.parametrize("can", APIS)
@pytest.mark.parametrize("search", SEARCHES)
async def test_a_search_finds_the_same_whatever_an_api_can_do(can: str, search: str) -> None:
    conforms_to, links = APIS[can]
    fields, expected = SEARCHES[search]
    upstream = StacUpstream(SCENES, conforms_to=conforms_to, links=links)
    page = await api(upstream).search(query(**fields))
    assert ids(page) == [f"scene-{number}" for number in expected]
    assert (page.note is None) is (page.done_here == ())


async def test_what_was_done_here_is_said() -> None:
    upstream = StacUpstream(SCENES, conforms_to=())
    page = await api(upstream).search(query(properties=(CLOUD,), words="scene", cql2="eo:cloud_cover > 5"))
    assert page.done_here == ("words", "properties", "cql2")
    assert page.note == (
        "Example cannot search words or search these properties or read CQL2: "
        "this was done here, on 10 items that it gave."
    )
    assert page.matched is None


async def test_what_is_done_there_is_done_in_one_request_and_its_total_is_believed() -> None:
    upstream = StacUpstream(SCENES, conforms_to=CQL2)
    catalogue = api(upstream)
    page = await catalogue.search(query(properties=(CLOUD,)))
    assert (upstream.paths, page.matched, page.note) == (["/", "/search"], 3, None)
    assert dict(upstream.asked[1].url.params)["filter"] == "eo:cloud_cover <= 20"


@pytest.mark.parametrize(
    ("ignored", "fields", "name", "left"),
    [
        ("collections", {"collections": ("radar",)}, "collections", []),
        ("ids", {"ids": ("scene-1",)}, "ids", ["scene-1"]),
        ("datetime", {"end": "2020-01-01"}, "time", ["scene-0"]),
        ("area", {"area": {"bbox": (0.2, 0.2, 0.8, 0.8)}}, "area", ["scene-0"]),
        ("filter", {"properties": (CLOUD,)}, "properties", ["scene-0", "scene-1", "scene-2"]),
    ],
)
async def test_a_filter_that_a_catalogue_takes_and_ignores_is_done_here_and_said(
    ignored: str, fields: dict[str, Any], name: str, left: list[str]
) -> None:
    upstream = StacUpstream(SCENES, conforms_to=CQL2)
    upstream.ignores = {ignored}
    page = await api(upstream).search(query(**fields))
    assert ids(page) == left
    assert page.done_here == (name,)
    assert page.matched is None
    said = f"Example does not keep to a filter ({name}): {10 - len(left)} of 10 items were left out here."
    assert page.note is not None
    assert page.note.startswith(said)


async def test_items_that_only_have_a_start_and_an_end_are_found_by_time() -> None:
    spans = [
        cube_item(
            id="before",
            properties={"start_datetime": "2019-01-01T00:00:00Z", "end_datetime": "2019-06-01T00:00:00Z"},
        ),
        cube_item(
            id="across",
            properties={"start_datetime": "2019-01-01T00:00:00Z", "end_datetime": "2021-01-01T00:00:00Z"},
        ),
        cube_item(id="none", properties={}),
    ]
    upstream = StacUpstream(spans)
    upstream.ignores = {"datetime"}
    page = await api(upstream).search(query(start="2020-01-01", end="2020-12-31"))
    # Nothing is known of the third: it was the catalogue that gave it.
    assert ids(page) == ["across", "none"]


async def test_a_collection_without_the_property_is_named_since_nothing_of_it_can_be_found() -> None:
    upstream = StacUpstream([*SCENES, radar(1)], conforms_to=(*CQL2,))
    upstream.links = [{"rel": "http://www.opengis.net/def/rel/ogc/1.0/queryables", "href": "x"}]
    cloud = {"properties": {"eo:cloud_cover": {"type": "number"}, "gsd": {"type": "number"}}}
    upstream.queryables = {
        "collections/optical": cloud,
        "collections/radar": {"properties": {"sar:polarizations": {"type": "array"}}},
    }
    catalogue = api(upstream)
    asked = query(properties=(CLOUD,), collections=("optical", "radar"))
    page = await catalogue.search(asked)
    assert ids(page) == ["scene-0", "scene-1", "scene-2"]
    assert page.note == "Items of radar tell no eo:cloud_cover, so none of them is found."
    before = len(upstream.asked)
    await catalogue.search(asked)
    assert len(upstream.asked) == before + 1
    assert (await catalogue.search(query(collections=("radar",)))).note is None
    assert not any("filter" in request.url.params for request in upstream.asked[-1:])


async def test_items_without_the_property_are_counted_where_it_is_searched_here() -> None:
    upstream = StacUpstream([*SCENES, radar(1), radar(2)], conforms_to=())
    page = await api(upstream).search(query(properties=(CLOUD,)))
    assert ids(page) == ["scene-0", "scene-1", "scene-2"]
    assert page.note == (
        "Example cannot search these properties: this was done here, on 12 items that it gave. "
        "2 of them tell no eo:cloud_cover."
    )


async def test_a_search_is_not_lost_because_nobody_tells_what_its_collection_has() -> None:
    upstream = StacUpstream(SCENES, conforms_to=CQL2)
    page = await api(upstream).search(query(properties=(CLOUD,), collections=("optical",)))
    assert (ids(page), page.note) == (["scene-0", "scene-1", "scene-2"], None)


async def test_filtering_here_goes_on_from_page_to_page() -> None:
    upstream = StacUpstream([scene(number, **{"eo:cloud_cover": number % 100}) for number in range(700)])
    asked = {"properties": (PropertyFilter(property="eo:cloud_cover", op="=", value=99),), "limit": 3}
    catalogue, seen, page = api(upstream), list[str](), await api(upstream).search(query(**asked))
    while True:
        seen += ids(page)
        if page.next is None:
            break
        page = await catalogue.search(query(**asked, page=page.next))
    assert seen == [f"scene-{number}" for number in range(99, 700, 100)]


async def test_text_that_is_no_cql2_asks_nobody() -> None:
    upstream = StacUpstream(SCENES, conforms_to=())
    with pytest.raises(Invalid, match="This is not CQL2 text"):
        await api(upstream).search(query(cql2="eo:cloud_cover <"))
    assert "/search" not in upstream.paths


async def test_an_api_without_a_search_says_so() -> None:
    upstream = StacUpstream(SCENES, conforms_to=("https://api.stacspec.org/v1.0.0/core",))
    with pytest.raises(CatalogueRefused, match="has no search for items"):
        await api(upstream).search(query(words="x"))


async def test_conformance_on_a_page_of_its_own_is_read_once() -> None:
    upstream = StacUpstream(SCENES, conforms_to=(), links=[{"rel": "conformance", "href": "x"}])
    answers = upstream.handle

    def with_conformance(request: Any) -> Any:
        answer = answers(request)
        if request.url.path.endswith("/conformance"):
            return type(answer)(200, json={"conformsTo": [FREE_TEXT]})
        return answer

    upstream.handle = with_conformance  # type: ignore[method-assign]
    catalogue = api(upstream)
    for _ in range(2):
        assert (await catalogue.search(query(words="scene-3"))).done_here == ()
    assert upstream.paths == ["/", "/conformance", "/search", "/search"]


@pytest.mark.parametrize(
    ("can", "abilities"),
    [
        ("everything", {"words": "there", "area": "there", "properties": "there", "cql2": "there"}),
        ("cql2-text", {"words": "here", "area": "there", "properties": "there", "cql2": "there"}),
        ("query", {"words": "here", "area": "there", "properties": "there", "cql2": "here"}),
        ("not even that", {"words": "here", "area": "there", "properties": "here", "cql2": "here"}),
    ],
)
async def test_abilities_are_what_is_done_where(can: str, abilities: dict[str, str]) -> None:
    conforms_to, links = APIS[can]
    found = await api(StacUpstream([], conforms_to=conforms_to, links=links)).abilities()
    assert found.model_dump() == abilities | {
        "collections": "there",
        "time": "there",
        "collection_search": "here",
    }


async def test_abilities_are_asked_anew() -> None:
    upstream = StacUpstream([], conforms_to=())
    catalogue = api(upstream)
    assert (await catalogue.abilities()).collection_search == "here"
    upstream.conforms_to = (COLLECTION_WORDS,)
    assert (await catalogue.abilities()).collection_search == "there"


async def test_a_shape_is_sent_whole() -> None:
    upstream = StacUpstream(SCENES, links=(POST,))
    await api(upstream).search(query(area={"geometry": square(0, 0)}))
    assert json.loads(upstream.asked[-1].content)["intersects"] == square(0, 0)


async def test_an_api_without_a_search_does_no_filter() -> None:
    upstream = StacUpstream([], conforms_to=("https://api.stacspec.org/v1.0.0/core", COLLECTION_WORDS))
    found = (await api(upstream).abilities()).model_dump()
    assert found.pop("collection_search") == "there"
    assert set(found.values()) == {"none"}


async def test_an_api_that_only_takes_post_is_searched_by_post() -> None:
    upstream = StacUpstream(SCENES, links=(POST,), conforms_to=CQL2, next_form="post-token")
    answers = upstream.handle

    def only_post(request: httpx2.Request) -> httpx2.Response:
        if request.method == "GET" and request.url.path.endswith("/search"):
            upstream.asked.append(request)
            return httpx2.Response(405)
        return answers(request)

    upstream.handle = only_post  # type: ignore[method-assign]
    catalogue = api(upstream)
    asked = query(properties=(CLOUD,), limit=2)
    page = await catalogue.search(asked)
    after = await catalogue.search(asked.model_copy(update={"page": page.next}))
    assert ids(page) + ids(after) == ["scene-0", "scene-1", "scene-2"]
    assert [request.method for request in upstream.asked] == ["GET", "GET", "POST", "POST"]
    await catalogue.search(asked)
    assert upstream.asked[-1].method == "POST"


async def test_what_is_asked_beside_a_search_does_not_hold_it_up() -> None:
    upstream = StacUpstream(SCENES, conforms_to=CQL2, links=[{"rel": "queryables", "href": "x"}])
    handle = upstream.handle

    class Slow(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            if request.url.path.endswith("/queryables"):
                await asyncio.Event().wait()
            return handle(request)

    catalogue = StacApi(open_web(Slow()), SOURCE, beside_seconds=0.01)
    page = await catalogue.search(query(properties=(CLOUD,), collections=("optical",)))
    assert ids(page) == ["scene-0", "scene-1", "scene-2"]


async def test_an_order_is_asked_of_those_alone_that_can_sort_and_promised_by_nobody_else() -> None:
    for declared, sent in (((SORT,), "-properties.datetime"), ((), None)):
        upstream = StacUpstream(SCENES, conforms_to=[FREE_TEXT, *declared])
        page = await StacApi(open_web(upstream.transport), SOURCE).search(query(sort="newest"))
        assert upstream.asked[-1].url.params.get("sortby") == sent
        assert (len(page.features), page.sorted) == (10, sent is not None)


async def test_the_two_sides_of_the_antimeridian_are_no_one_order() -> None:
    upstream = StacUpstream(SCENES, conforms_to=[SORT])
    catalogue = StacApi(open_web(upstream.transport), SOURCE)
    assert not (await catalogue.search(query(sort="id", area={"bbox": (170, -10, -170, 10)}))).sorted


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 500, 501])
async def test_items_come_without_an_order_where_it_is_refused_or_the_root_cannot_be_read(
    status: int,
) -> None:
    upstream = StacUpstream(SCENES, conforms_to=[SORT])

    def refusing(request: httpx2.Request) -> httpx2.Response:
        is_sorted = "sortby" in request.url.params
        return httpx2.Response(400, json={}) if is_sorted else upstream.handle(request)

    def rootless(request: httpx2.Request) -> httpx2.Response:
        is_root = request.url.path == "/api/v1/"
        return httpx2.Response(status, text="<html>") if is_root else upstream.handle(request)

    for answer in (refusing, rootless):
        catalogue = StacApi(open_web(httpx2.MockTransport(answer)), SOURCE)
        page = await catalogue.search(query(sort="clearest"))
        assert (len(page.features), page.sorted) == (10, False)


async def test_a_search_that_is_refused_in_any_order_stays_refused() -> None:
    def refusing(request: httpx2.Request) -> httpx2.Response:
        is_root = request.url.path == "/api/v1/"
        return httpx2.Response(200, json={"conformsTo": [SORT]}) if is_root else httpx2.Response(400, json={})

    with pytest.raises(CatalogueRefused):
        await StacApi(open_web(httpx2.MockTransport(refusing)), SOURCE).search(query(sort="id"))
