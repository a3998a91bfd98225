"""The port StacCatalogue: one class of tests for every adapter, then what only the HTTP adapter can show."""

import base64
import json
import re
from typing import Any

import httpx2
import pytest
from fakes.catalogue_web import open_web
from fakes.stac_catalogue import MemoryCatalogue
from fakes.stac_documents import cube_item
from fakes.stac_upstream import FREE_TEXT, ROOT, StacUpstream

from eohub_catalogue.contract import CatalogueSource, SearchQuery
from eohub_catalogue.errors import (
    CatalogueBroken,
    CatalogueBusy,
    CatalogueRefused,
    InvalidPage,
    ItemNotFound,
    LoginNeeded,
    TimedOut,
)
from eohub_catalogue.ports import StacCatalogue
from eohub_catalogue.server.stac_api import StacApi
from eohub_toolkit.errors import EohubError, Unavailable, Upstream, problem_of

SOURCE = CatalogueSource(id="example", title="Example", url=ROOT)
ITEMS = [cube_item(id=f"item-{number}") for number in range(45)]


def api(upstream: StacUpstream) -> StacApi:
    return StacApi(open_web(upstream.transport), SOURCE)


def query(**fields: Any) -> SearchQuery:
    return SearchQuery(catalogue="example", **fields)


class StacCatalogueContract:
    @pytest.fixture
    def catalogue(self) -> StacCatalogue:
        raise NotImplementedError

    async def test_pages_hold_every_item_once(self, catalogue: StacCatalogue) -> None:
        page = await catalogue.search(query(limit=20))
        seen = list(page.features)
        while page.next is not None:
            page = await catalogue.search(query(limit=20, page=page.next))
            seen += page.features
        assert [item["id"] for item in seen if isinstance(item, dict)] == [item["id"] for item in ITEMS]

    async def test_the_total_is_told(self, catalogue: StacCatalogue) -> None:
        assert (await catalogue.search(query(limit=20))).matched == 45

    async def test_words_narrow_the_search(self, catalogue: StacCatalogue) -> None:
        page = await catalogue.search(query(words="item-44"))
        assert len(page.features) == 1
        assert page.next is None

    async def test_an_item_comes_back_as_it_is(self, catalogue: StacCatalogue) -> None:
        assert await catalogue.item("a1b-e1-north-america", "item-7") == ITEMS[7]

    async def test_an_unknown_item_is_not_found(self, catalogue: StacCatalogue) -> None:
        with pytest.raises(ItemNotFound):
            await catalogue.item("a1b-e1-north-america", "item-99")

    async def test_a_made_up_page_marker_is_refused(self, catalogue: StacCatalogue) -> None:
        with pytest.raises(InvalidPage):
            await catalogue.search(query(page="../../hub/api"))

    async def test_abilities_are_told_where_the_catalogue_answers(self, catalogue: StacCatalogue) -> None:
        assert (await catalogue.abilities()).words == "there"


class TestMemoryCatalogue(StacCatalogueContract):
    @pytest.fixture
    def catalogue(self) -> StacCatalogue:
        return MemoryCatalogue(ITEMS)


class TestStacApi(StacCatalogueContract):
    @pytest.fixture
    def catalogue(self) -> StacCatalogue:
        return api(StacUpstream(ITEMS))


async def test_a_first_page_costs_one_request() -> None:
    upstream = StacUpstream(ITEMS)
    await api(upstream).search(query(limit=20, start="2020-01-01"))
    assert [str(request.url) for request in upstream.asked] == [
        f"{ROOT}/search?limit=20&datetime=2020-01-01T00%3A00%3A00Z%2F.."
    ]


async def test_the_conformance_is_asked_once_for_searches_with_words() -> None:
    upstream = StacUpstream(ITEMS)
    catalogue = api(upstream)
    for _ in range(3):
        await catalogue.search(query(words="item-4"))
    assert [request.url.path for request in upstream.asked] == ["/api/v1/", *["/api/v1/search"] * 3]


async def test_words_are_looked_for_here_where_the_catalogue_cannot_and_it_says_so() -> None:
    upstream = StacUpstream(ITEMS, conforms_to=())
    page = await api(upstream).search(query(words="ITEM-44"))
    assert [item["id"] for item in page.features if isinstance(item, dict)] == ["item-44"]
    assert page.matched is None
    assert page.note == "Example cannot search words: this was done here, on 45 items that it gave."


async def test_looking_for_words_here_reads_a_bounded_number_of_pages_and_goes_on_from_there() -> None:
    upstream = StacUpstream([cube_item(id=f"item-{number}") for number in range(2000)], conforms_to=())
    page = await api(upstream).search(query(words="item-1999"))
    assert page.features == []
    assert page.next is not None
    assert len(upstream.asked) == 1 + 5
    again = await api(upstream).search(query(words="item-750", page=page.next))
    assert len(again.features) == 1


async def test_a_next_link_of_another_host_is_asked_of_the_catalogue_itself() -> None:
    upstream = StacUpstream(ITEMS)
    upstream.next_root = "http://internal.example.net/api/v1"
    page = await api(upstream).search(query(limit=20))
    await api(upstream).search(query(limit=20, page=page.next))
    assert {request.url.host for request in upstream.asked} == {"stac.example.org"}


@pytest.mark.parametrize(
    "root", [f"{ROOT}/../../hub", f"{ROOT}/%2e%2e/hub", "https://stac.example.org/hub?x=", "http://["]
)
async def test_a_next_link_out_of_the_catalogue_is_not_followed_and_said(root: str) -> None:
    upstream = StacUpstream(ITEMS)
    upstream.next_root = root
    page = await api(upstream).search(query(limit=20))
    assert page.next is None
    assert page.note == "Example gave a next page that cannot be followed, so there may be more."


async def test_a_next_link_with_a_body_is_posted() -> None:
    upstream = StacUpstream(ITEMS)
    link = {"rel": "next", "href": f"{ROOT}/search", "method": "POST", "body": {"token": "abc", "limit": 5}}
    upstream.answer = httpx2.Response(200, json={"features": [ITEMS[0]], "links": [link]})
    page = await api(upstream).search(query())
    await api(upstream).search(query(page=page.next))
    assert upstream.asked[-1].method == "POST"
    assert json.loads(upstream.asked[-1].content) == {"token": "abc", "limit": 5}


async def test_an_empty_page_ends_the_search_even_with_a_next_link() -> None:
    upstream = StacUpstream(ITEMS)
    link = {"rel": "next", "href": f"{ROOT}/search?token=1"}
    upstream.answer = httpx2.Response(200, json={"features": [], "links": [link]})
    page = await api(upstream).search(query())
    assert page.next is None
    assert page.note is None


@pytest.mark.parametrize("words", ["", "item"])
@pytest.mark.parametrize("conforms_to", [(FREE_TEXT,), ()])
async def test_a_page_holds_a_bounded_number_of_items_whatever_is_sent(
    words: str, conforms_to: tuple[str, ...]
) -> None:
    upstream = StacUpstream([cube_item(id=f"item-{number}", assets={}) for number in range(5_000)])
    upstream.conforms_to = conforms_to
    upstream.keeps_to_the_limit = False
    page = await api(upstream).search(query(limit=20, words=words))
    assert len(page.features) == 100
    assert page.note is not None
    assert page.note.endswith("Example sent 5000 items at once; only the first 100 are used.")


async def test_the_largest_page_that_was_asked_for_needs_no_note() -> None:
    page = await api(StacUpstream([cube_item(id=f"i{number}") for number in range(100)])).search(
        query(limit=100)
    )
    assert (len(page.features), page.note) == (100, None)


async def test_a_total_that_is_not_told_stays_unknown() -> None:
    upstream = StacUpstream(ITEMS)
    upstream.tells_total = False
    assert (await api(upstream).search(query())).matched is None


@pytest.mark.parametrize(
    "marker",
    [
        {"method": "GET", "path": "../../hub/api/users"},
        {"method": "GET", "path": "a/../../../hub/api"},
        {"method": "GET", "path": "/hub/api"},
        {"method": "GET", "path": "//other.example.org/"},
        {"method": "GET", "path": "https://other.example.org/"},
        {"method": "GET", "path": "search?limit=1\r\nX: y"},
        {"method": "GET", "path": "search\x00"},
        {"method": "DELETE", "path": "search"},
        {"method": "GET", "path": "a/%2e%2e/%2E%2e/hub"},
        {"method": "GET", "path": "a/%252e%252e/hub"},
        {"method": "GET", "path": "a\\..\\hub"},
        {"method": "GET", "path": "search", "headers": {"Authorization": "Bearer x"}},
        {"method": "GET", "path": "search", "headers": {"X-Forwarded-Host": "x"}},
        {"method": "GET", "path": "search", "headers": {"X-A": "x\r\nY: z"}},
        {"method": "GET", "path": "search", "half": 2},
        {"method": "GET", "path": "search", "seen": -1},
        {"method": "GET", "path": "search", "root": "https://x/"},
        ["GET", "search"],
    ],
)
async def test_a_page_marker_cannot_lead_out_of_the_catalogue(marker: object) -> None:
    upstream = StacUpstream(ITEMS)
    text = base64.urlsafe_b64encode(json.dumps(marker).encode()).decode()
    with pytest.raises(InvalidPage):
        await api(upstream).search(query(page=text))
    assert upstream.asked == []


@pytest.mark.parametrize("marker", ["", "====", "a", "\u00e9", "bm90IGpzb24="])
async def test_a_page_marker_that_is_no_marker_is_refused(marker: str) -> None:
    with pytest.raises(InvalidPage):
        await api(StacUpstream(ITEMS)).search(query(page=marker))


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        (httpx2.Response(400, json={"description": "bad datetime"}), CatalogueRefused, "bad datetime"),
        (httpx2.Response(422, json={"detail": [{"loc": []}]}), CatalogueRefused, "does not accept"),
        (httpx2.Response(400, json={"description": "x" * 10**6}), CatalogueRefused, r"this search\.$"),
        (httpx2.Response(401), LoginNeeded, "login"),
        (httpx2.Response(403), LoginNeeded, "login"),
        (httpx2.Response(404), CatalogueBroken, "404"),
        (httpx2.Response(301), CatalogueBroken, "301"),
        (httpx2.Response(429, headers={"Retry-After": "2"}), CatalogueBusy, r"asks to wait 2 s\.$"),
        (httpx2.Response(500), Upstream, "fault on its side"),
        (httpx2.Response(200, text="<html>"), CatalogueBroken, "no STAC"),
        (httpx2.Response(200, json=[1]), CatalogueBroken, "no STAC"),
        (httpx2.Response(200, text="[" * 200_000), CatalogueBroken, "no STAC"),
        (httpx2.Response(200, json={"type": "Catalog"}), CatalogueBroken, "no list of items"),
    ],
)
async def test_a_bad_answer_is_one_sentence(
    answer: httpx2.Response, error: type[Exception], says: str
) -> None:
    upstream = StacUpstream(ITEMS)
    upstream.answer = answer
    with pytest.raises(error, match=says):
        await api(upstream).search(query())


FAULTS = [
    httpx2.ConnectError("[Errno 111] refused"),
    httpx2.ConnectTimeout("slow"),
    httpx2.ReadTimeout("slow"),
    httpx2.ReadError("reset"),
    httpx2.RemoteProtocolError("no HTTP"),
    httpx2.UnsupportedProtocol("gopher"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
async def test_a_catalogue_that_is_gone_is_unavailable_and_named_by_its_title(fault: Exception) -> None:
    upstream = StacUpstream(ITEMS)
    upstream.fault = fault
    for call in (api(upstream).search(query()), api(upstream).abilities(), api(upstream).item("c", "i")):
        with pytest.raises(Unavailable, match=r"^Example does not answer\.$"):
            await call


async def test_a_catalogue_that_takes_too_long_is_told_apart_from_one_that_is_gone() -> None:
    upstream = StacUpstream(ITEMS)
    upstream.fault = TimeoutError()
    with pytest.raises(TimedOut, match=r"^Example did not answer in time\.$"):
        await api(upstream).search(query())


@pytest.mark.parametrize("status", [*range(201, 208), *range(300, 309), *range(400, 452), *range(500, 600)])
async def test_whatever_a_catalogue_answers_is_a_sentence_for_a_person_and_what_to_do(status: int) -> None:
    upstream = StacUpstream(ITEMS)
    upstream.answer = httpx2.Response(status, text="<html>ConnectError at 10.0.0.1</html>")
    for call in (api(upstream).search(query()), api(upstream).abilities(), api(upstream).item("c", "i")):
        with pytest.raises(EohubError) as caught:
            await call
        _, problem = problem_of(caught.value, "trace")
        assert re.fullmatch(r"Example [^.]+(\(any more\))?\.", problem.detail), problem.detail
        assert re.fullmatch(r"[A-Z].+\.", problem.hint or ""), problem
        assert not re.search(r"Error|Exception|stac\.example|10\.0|[a-z][A-Z]|http", problem.detail), problem


async def test_ids_are_quoted_in_addresses() -> None:
    upstream = StacUpstream(ITEMS)
    with pytest.raises(ItemNotFound):
        await api(upstream).item("a/b", "../../secret?x#y")
    assert upstream.asked[0].url.raw_path == b"/api/v1/collections/a%2Fb/items/..%2F..%2Fsecret%3Fx%23y"


async def test_a_defective_item_is_handed_on_as_it_came() -> None:
    upstream = StacUpstream([cube_item(), {"type": "Feature", "id": "bad", "geometry": None, "bbox": [[1]]}])
    page = await api(upstream).search(query())
    assert page.features[1] == {"type": "Feature", "id": "bad", "geometry": None, "bbox": [[1]]}
