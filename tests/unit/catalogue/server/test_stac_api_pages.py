"""Pages of a STAC API: every form of a next link, totals that lie, an area across the antimeridian."""

import json
from pathlib import Path
from typing import Any, get_args

import httpx2
import pytest
from fakes.catalogue_web import open_web
from fakes.stac_documents import cube_item
from fakes.stac_upstream import POST, ROOT, NextForm, StacUpstream

from eohub_catalogue.contract import CatalogueSource, SearchQuery
from eohub_catalogue.ports import RawPage
from eohub_catalogue.server.stac_api import StacApi

RECORDED = Path(__file__).parents[5] / "shared" / "data" / "stac-api"
INDEX = json.loads((RECORDED / "index.json").read_text("utf-8"))
SOURCE = CatalogueSource(id="example", title="Example", url=ROOT)
FORMS: tuple[NextForm, ...] = get_args(NextForm.__value__)
SHAPE = {"type": "Polygon", "coordinates": [[[0, 0], [9, 0], [9, 9], [0, 9], [0, 0]]]}


def api(upstream: StacUpstream) -> StacApi:
    return StacApi(open_web(upstream.transport), SOURCE)


def query(**fields: Any) -> SearchQuery:
    return SearchQuery(catalogue="example", **fields)


def ids(page: RawPage) -> list[str]:
    return [item["id"] for item in page.features if isinstance(item, dict)]


def place(identifier: str, west: float, east: float, **changes: Any) -> dict[str, Any]:
    ring = [[west, 0], [east, 0], [east, 1], [west, 1], [west, 0]]
    return cube_item(id=identifier, geometry={"type": "Polygon", "coordinates": [ring]}, assets={}, **changes)


async def all_pages(upstream: StacUpstream, **fields: Any) -> list[RawPage]:
    # A new adapter for each page: the pod keeps nothing of a search.
    pages = [await api(upstream).search(query(**fields))]
    while (after := pages[-1].next) is not None:
        assert len(pages) < 50
        pages.append(await api(upstream).search(query(**fields, page=after)))
    return pages


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("shape", [False, True])
async def test_every_form_of_a_next_link_leads_through_all_pages(form: NextForm, shape: bool) -> None:
    items = [place(f"item-{number}", 1, 2) for number in range(25)] + [place("beside", 50, 51)]
    upstream = StacUpstream(items, links=(POST,), next_form=form)
    fields = {"area": {"geometry": SHAPE}} if shape else {"area": {"bbox": (0, 0, 9, 9)}}
    pages = await all_pages(upstream, limit=10, **fields)
    assert [item for page in pages for item in ids(page)] == [f"item-{number}" for number in range(25)]
    assert [(page.matched, page.note, page.done_here) for page in pages] == [(25, None, ())] * 3


@pytest.mark.parametrize(
    ("name", "follows"),
    [
        ("earth-search-v0-search", {"collections": ["sentinel-s2-l2a-cogs"], "page": 2, "limit": 1}),
        (
            "earth-search-v1-search-cql2-page1",
            {"next": "2025-07-31T13:03:25.899000Z,S2B_T24MVV_20250731T130245_L2A,sentinel-2-c1-l2a"},
        ),
        (
            "eoapi-dev-search-all",
            {"token": "next:WildFires-LosAngeles-Jan-2025:11_031311102221_103001010C12B000"},
        ),
        (
            "planetary-computer-search-naip-page1",
            {
                "limit": 10,
                "bbox": [-73.21, 43.99, -73.12, 44.05],
                "collections": ["naip"],
                "token": "next:naip:vt_m_4307307_nw_18_060_20211029",
            },
        ),
    ],
)
async def test_the_next_links_of_real_catalogues_are_followed(name: str, follows: dict[str, Any]) -> None:
    recorded = next(each for each in INDEX if each["file"] == f"{name}.json")
    root = recorded["url"].rpartition("/search")[0]
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(200, content=(RECORDED / f"{name}.json").read_bytes())

    catalogue = StacApi(
        open_web(httpx2.MockTransport(answer)), CatalogueSource(id="real", title="Real", url=root)
    )
    page = await catalogue.search(query())
    assert page.next is not None
    await catalogue.search(query(page=page.next))
    assert (asked[1].method, str(asked[1].url)) == ("POST", f"{root}/search")
    assert json.loads(asked[1].content) == follows


async def test_a_large_shape_is_not_carried_from_page_to_page() -> None:
    ring = [[number / 1000, 0] for number in range(5_000)] + [[5, 9], [0, 9], [0, 0]]
    large = {"type": "Polygon", "coordinates": [ring]}
    items = [place(f"item-{number}", 1, 2) for number in range(5)]
    upstream = StacUpstream(items, links=(POST,), next_form="post")
    pages = await all_pages(upstream, limit=2, area={"geometry": large})
    assert [len(page.features) for page in pages] == [2, 2, 1]
    assert max(len(page.next or "") for page in pages) < 1_000
    assert json.loads(upstream.asked[-1].content)["intersects"] == large


async def test_a_catalogue_that_does_not_know_its_own_address_is_still_paged() -> None:
    upstream = StacUpstream([cube_item(id=f"item-{number}") for number in range(25)])
    upstream.next_root = "https://stac.example.org"
    pages = await all_pages(upstream, limit=10)
    assert [len(page.features) for page in pages] == [10, 10, 5]
    assert {request.url.path for request in upstream.asked} == {"/api/v1/search"}


def answering(upstream: StacUpstream, *documents: dict[str, Any]) -> None:
    """One document after another, the last one for ever."""
    left = list(documents)

    def answer(request: httpx2.Request) -> httpx2.Response:
        upstream.asked.append(request)
        return httpx2.Response(200, json=left.pop(0) if len(left) > 1 else left[0])

    upstream.handle = answer  # type: ignore[method-assign]


def page_of(*names: str, to: str | None = None, matched: int | None = None) -> dict[str, Any]:
    document: dict[str, Any] = {"features": [cube_item(id=name) for name in names]}
    if to is not None:
        document["links"] = [{"rel": "next", "href": f"{ROOT}/search?{to}"}]
    return document if matched is None else document | {"numberMatched": matched}


async def test_a_next_link_to_itself_ends_the_search_and_is_said() -> None:
    upstream = StacUpstream([])
    answering(upstream, page_of("a", to="token=1"))
    pages = await all_pages(upstream)
    assert len(pages) == 2
    assert pages[1].note == "Example gives a page again that it gave before, so the search ends here."


async def test_next_links_in_a_circle_end_the_search() -> None:
    upstream = StacUpstream([])
    answering(upstream, *[page_of(f"i{n}", to=f"token={n % 3}") for n in range(20)])
    assert len(await all_pages(upstream)) == 4


async def test_duplicates_are_left_out_of_a_page() -> None:
    upstream = StacUpstream([])
    answering(upstream, page_of("a", "a", "b", to="token=1"), page_of("b", "c"))
    assert [ids(page) for page in await all_pages(upstream)] == [["a", "b"], ["b", "c"]]


async def test_a_page_size_that_changes_loses_nothing() -> None:
    upstream = StacUpstream([])
    answering(upstream, page_of(*map(str, range(7)), to="token=1"), page_of("7", to="token=2"), page_of())
    pages = await all_pages(upstream, limit=3)
    assert [len(page.features) for page in pages] == [7, 1, 0]
    assert [page.next is None for page in pages] == [False, False, True]


async def test_an_empty_page_with_a_next_link_is_passed_over() -> None:
    upstream = StacUpstream([])
    answering(upstream, page_of(to="token=1"), page_of(to="token=2"), page_of("a"))
    page = await api(upstream).search(query())
    assert (ids(page), page.next, page.note) == (["a"], None, None)


async def test_empty_pages_without_end_end_the_search() -> None:
    upstream = StacUpstream([])
    answering(upstream, *[page_of(to=f"token={number}") for number in range(20)])
    page = await api(upstream).search(query())
    assert (page.next, page.note) == (None, "Example gave 5 empty pages, so the search ends here.")
    assert len(upstream.asked) == 5


@pytest.mark.parametrize(
    ("documents", "matched"),
    [
        # "20 of 20" with more behind it.
        ([page_of("a", "b", to="token=1", matched=2), page_of("c", matched=3)], [None, 3]),
        ([page_of("a", "b", to="token=1", matched=1), page_of("c", matched=1)], [None, None]),
        (
            [
                page_of("a", to="token=1", matched=3),
                page_of("b", to="token=2", matched=4),
                page_of("c", "d", matched=4),
            ],
            [3, 4, 4],
        ),
        ([page_of("a", to="token=1"), page_of("b")], [None, None]),
    ],
)
async def test_a_total_is_told_only_while_nothing_contradicts_it(
    documents: list[dict[str, Any]], matched: list[int | None]
) -> None:
    upstream = StacUpstream([])
    answering(upstream, *documents)
    assert [page.matched for page in await all_pages(upstream)] == matched


ACROSS = {"area": {"bbox": (170, -10, -170, 10)}}
PLACES = [
    place("east", 175, 176),
    place("west", -176, -175),
    place("beyond", 175, 185),
    place("before", -185, -175),
    place("middle", 0, 1),
    place("elsewhere", 100, 101),
    place("edge", 179, 180),
    place("edge-west", -180, -179),
    cube_item(
        id="cut",
        geometry={
            "type": "MultiPolygon",
            "coordinates": [
                [[[179, 0], [180, 0], [180, 1], [179, 1], [179, 0]]],
                [[[-180, 0], [-179, 0], [-179, 1], [-180, 1], [-180, 0]]],
            ],
        },
        assets={},
    ),
]
THERE = {"east", "west", "beyond", "before", "edge", "edge-west", "cut"}


@pytest.mark.parametrize("limit", [1, 2, 3, 20])
@pytest.mark.parametrize("form", FORMS)
async def test_an_area_across_the_antimeridian_finds_each_item_once(form: NextForm, limit: int) -> None:
    upstream = StacUpstream(PLACES, links=(POST,), next_form=form)
    pages = await all_pages(upstream, limit=limit, **ACROSS)
    found = [item for page in pages for item in ids(page)]
    assert sorted(found) == sorted(THERE)
    assert {page.matched for page in pages} == {None}
    assert all(page.note is None for page in pages)
    boxes = {request.url.params["bbox"] for request in upstream.asked if "bbox" in request.url.params}
    assert boxes == {"170,-10,180,10", "-180,-10,-170,10"}


@pytest.mark.parametrize("area", [(170, -10, -170, 10), (-190, -10, -170, 10), (170, -10, 190, 10)])
async def test_a_polygon_beyond_180_is_found_from_both_sides(area: tuple[float, ...]) -> None:
    pages = await all_pages(StacUpstream(PLACES, links=(POST,)), area={"bbox": area})
    assert {"beyond", "before"} <= {item for page in pages for item in ids(page)}


async def test_a_marker_of_one_half_cannot_be_bent_to_another_place() -> None:
    upstream = StacUpstream(PLACES, links=(POST,))
    page = await api(upstream).search(query(limit=1, **ACROSS))
    assert page.next is not None
    await api(upstream).search(query(limit=1, page=page.next, **ACROSS))
    assert {str(request.url).partition("?")[0] for request in upstream.asked} == {f"{ROOT}/search"}


async def test_two_tabs_of_one_person_page_through_different_searches() -> None:
    upstream = StacUpstream(
        [cube_item(id=f"item-{number}", collection=f"c{number % 2}") for number in range(40)]
    )
    catalogue = api(upstream)
    even, odd = query(collections=("c0",), limit=5), query(collections=("c1",), limit=5)
    seen: dict[str, list[str]] = {"c0": [], "c1": []}
    pages = {"c0": await catalogue.search(even), "c1": await catalogue.search(odd)}
    for _ in range(4):
        for name, asked in (("c0", even), ("c1", odd)):
            seen[name] += ids(pages[name])
            after = pages[name].next
            if after is not None:
                pages[name] = await catalogue.search(asked.model_copy(update={"page": after}))
    assert seen["c0"] == [f"item-{number}" for number in range(0, 40, 2)]
    assert seen["c1"] == [f"item-{number}" for number in range(1, 40, 2)]
