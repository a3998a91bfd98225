"""One search of a STAC API: one deadline for all its requests, and what was found before it ended stays."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import httpx2
import pytest
from fakes.catalogue_web import JumpingClock, open_web
from fakes.stac_documents import cube_item
from fakes.stac_upstream import POST, QUERY, ROOT, SORT, StacUpstream

from eohub_catalogue.contract import CatalogueSource, CollectionQuery, SearchQuery
from eohub_catalogue.errors import CatalogueBusy, TimedOut
from eohub_catalogue.ports import RawPage
from eohub_catalogue.server.api_documents import Login
from eohub_catalogue.server.stac_api import StacApi
from eohub_catalogue.summary import page_of

SOURCE = CatalogueSource(id="example", title="Example", url=ROOT)
MANY = [cube_item(id=f"item-{number}", assets={}) for number in range(1000)]
AROUND_180 = (170.0, -1.0, -170.0, 1.0)
DEADLINE_SECONDS = 10


class Slow(httpx2.AsyncBaseTransport):
    """Every answer takes so many seconds of a clock that jumps; after some of them comes `then` instead."""

    def __init__(self, upstream: StacUpstream, seconds: float = 0.0) -> None:
        self.clock = JumpingClock()
        self.upstream = upstream
        self.seconds = seconds
        self.then: tuple[int, httpx2.Response | Exception] | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer."""
        await request.aread()
        self.clock.at += self.seconds
        answer = self.upstream.handle(request)
        if self.then is None or len(self.upstream.asked) <= self.then[0]:
            return answer
        if isinstance(self.then[1], Exception):
            raise self.then[1]
        return self.then[1]


def api(slow: Slow, login: Login | None = None) -> StacApi:
    return StacApi(open_web(slow, slow.clock), SOURCE, login)


def query(**fields: Any) -> SearchQuery:
    return SearchQuery(catalogue="example", **fields)


def ids(page: RawPage) -> list[str]:
    return [item["id"] for item in page.features if isinstance(item, dict)]


def at(identifier: str, longitude: float) -> dict[str, Any]:
    ring = [[longitude, 0], [longitude + 1, 0], [longitude + 1, 0.5], [longitude, 0]]
    return cube_item(id=identifier, geometry={"type": "Polygon", "coordinates": [ring]}, assets={})


BOTH_SIDES = [at("east", 175), at("west", -176)]
NO_CLASSES: dict[str, Any] = {"conforms_to": ()}
WAYS_TO_SEVERAL_REQUESTS: dict[str, tuple[list[dict[str, Any]], dict[str, Any], dict[str, Any], int]] = {
    "words-done-here": (MANY, NO_CLASSES, {"words": "item-999"}, 100),
    "cql2-done-here": (MANY, NO_CLASSES, {"cql2": "id = 'item-999'"}, 100),
    "in-an-order": (MANY, {"conforms_to": (SORT,)}, {"sort": "newest"}, 20),
    "both-sides-of-180": (BOTH_SIDES, {}, {"area": {"bbox": AROUND_180}}, 20),
    "property-beside-the-query": (
        MANY,
        {"conforms_to": (QUERY,)},
        {"properties": [{"property": "platform", "op": "like", "value": "none"}]},
        100,
    ),
    "words-on-both-sides": (MANY, {"links": (POST,)}, {"words": "item", "area": {"bbox": AROUND_180}}, 20),
}


@pytest.mark.parametrize("seconds", [1.0, 2.5, 4.0, 9.0, 11.0])
@pytest.mark.parametrize("name", WAYS_TO_SEVERAL_REQUESTS)
async def test_no_request_of_a_search_begins_after_its_deadline(name: str, seconds: float) -> None:
    items, options, fields, limit = WAYS_TO_SEVERAL_REQUESTS[name]
    upstream = StacUpstream(items, **options)
    slow = Slow(upstream, seconds)
    begun = slow.clock.at
    with suppress(TimedOut):
        await api(slow).search(query(limit=limit, **fields))
    in_time = int(DEADLINE_SECONDS // seconds) + (DEADLINE_SECONDS % seconds > 0)
    assert 1 <= len(upstream.asked) <= in_time
    assert slow.clock.at - begun == len(upstream.asked) * seconds


async def test_what_was_found_before_the_deadline_stays_and_the_next_page_goes_on_from_there() -> None:
    upstream = StacUpstream(MANY, conforms_to=())
    slow = Slow(upstream, 3.0)
    catalogue = api(slow)
    first = await catalogue.search(query(words="item-3", limit=100))
    assert upstream.paths == ["/", "/search", "/search", "/search"]
    assert isinstance(first.ended_by, TimedOut)
    assert ids(first) == ["item-3", *(f"item-{number}" for number in range(30, 40))]
    assert first.matched is None
    slow.seconds = 0.0
    second = await catalogue.search(query(words="item-3", limit=100, page=first.next))
    assert second.ended_by is None
    assert ids(second) == [f"item-{number}" for number in range(300, 400)]


async def test_the_half_beyond_180_that_comes_too_late_is_the_next_page() -> None:
    slow = Slow(StacUpstream(BOTH_SIDES), 11.0)
    first = await api(slow).search(query(area={"bbox": AROUND_180}))
    assert (ids(first), type(first.ended_by)) == (["east"], TimedOut)
    second = await api(slow).search(query(area={"bbox": AROUND_180}, page=first.next))
    assert (ids(second), second.next, second.ended_by) == (["west"], None, None)


async def test_where_nothing_came_in_time_the_search_has_timed_out() -> None:
    slow = Slow(StacUpstream(MANY), 11.0)
    with pytest.raises(TimedOut, match=r"^Example did not answer in time\.$"):
        await api(slow).search(query(words="item"))
    assert slow.upstream.paths == ["/"]


async def test_a_login_belongs_to_the_time_of_the_search() -> None:
    class SlowLogin:
        hint = "Log in."
        asked = 0

        async def headers(self, refused: Mapping[str, str] | None = None) -> Mapping[str, str]:
            self.asked += 1
            slow.clock.at += 6
            return {"Authorization": "Bearer x"}

    slow, login = Slow(StacUpstream(MANY), 6.0), SlowLogin()
    slow.then = (0, httpx2.Response(401))
    with pytest.raises(TimedOut):
        await api(slow, login).search(query())
    assert (len(slow.upstream.asked), login.asked) == (1, 1)


@pytest.mark.parametrize(
    ("then", "code", "retry_after"),
    [
        (httpx2.Response(429, headers={"Retry-After": "2"}), "catalogue_busy", 2),
        (httpx2.Response(503, headers={"Retry-After": "40"}), "catalogue_busy", 40),
        (httpx2.Response(500), "upstream", None),
        (httpx2.Response(401), "login_needed", None),
        (httpx2.Response(200, text="<html>"), "catalogue_broken", None),
        (httpx2.Response(200, json={"type": "Catalog"}), "catalogue_broken", None),
        (httpx2.ConnectError("refused"), "unavailable", None),
        (TimeoutError(), "timed_out", None),
    ],
    ids=lambda each: getattr(each, "status_code", None) or type(each).__name__,
)
async def test_whatever_ends_a_search_half_way_is_told_beside_what_was_found(
    then: httpx2.Response | Exception, code: str, retry_after: int | None
) -> None:
    slow = Slow(StacUpstream(MANY, conforms_to=()))
    slow.then = (3, then)
    raw = await api(slow).search(query(words="item-3", limit=100))
    page = page_of(raw, "example")
    assert len(page.items) == 11
    assert page.next is not None
    assert page.ended_by is not None
    assert (page.ended_by.code, page.ended_by.retry_after) == (code, retry_after)
    assert page.ended_by.detail.startswith("Example ")


@pytest.mark.parametrize("seconds", ["1", "2", "3", "40"])
@pytest.mark.parametrize("after", [0, 1])
async def test_a_rest_that_a_catalogue_asks_for_is_told_at_once(seconds: str, after: int) -> None:
    slow = Slow(StacUpstream(MANY))
    slow.then = (after, httpx2.Response(429, headers={"Retry-After": seconds}))
    catalogue = api(slow)
    for _ in range(2):
        with pytest.raises(CatalogueBusy) as caught:
            await catalogue.search(query(words="item"))
        assert caught.value.retry_after == int(seconds)
    assert (len(slow.upstream.asked), slow.clock.slept) == (after + 1, [])
    slow.then = None
    slow.clock.at += int(seconds)
    assert len((await catalogue.search(query(words="item"))).features) == 20


async def test_what_has_no_row_that_could_tell_it_waits_for_a_short_rest() -> None:
    slow = Slow(StacUpstream(MANY))
    slow.upstream.answer = httpx2.Response(429, headers={"Retry-After": "2"})
    for call in (api(slow).collections(CollectionQuery()), api(slow).item("c", "i"), api(slow).abilities()):
        slow.clock.slept.clear()
        with pytest.raises(CatalogueBusy):
            await call
        assert slow.clock.slept[-2:] == [2.0, 2.0]
