import json
from collections.abc import AsyncIterator, Callable

import httpx2
import pytest

from eohub_hub.admin.hub_api import PEOPLE_ON_A_PAGE, HubApi
from eohub_toolkit.errors import Forbidden, Invalid, Upstream
from eohub_toolkit.http import Client


class FakeHub:
    """Answers what it was told to, and keeps what it was asked."""

    def __init__(self) -> None:
        self.status = 200
        self.body: object = None
        self.asked: list[httpx2.Request] = []

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        return httpx2.Response(self.status, content=json.dumps(self.body))


@pytest.fixture
def hub() -> FakeHub:
    return FakeHub()


@pytest.fixture
async def api(hub: FakeHub) -> AsyncIterator[HubApi]:
    async with Client("http://hub/api/", transport=httpx2.MockTransport(hub.answer)) as client:
        yield HubApi(client, "visitor")


async def test_the_hub_is_asked_with_the_visitors_token(hub: FakeHub, api: HubApi) -> None:
    await api.banner()
    assert hub.asked[0].headers["Authorization"] == "token visitor"
    assert hub.asked[0].url.path == "/api/eohub/banner"


async def test_people_come_a_page_at_a_time_and_one_more(hub: FakeHub, api: HubApi) -> None:
    hub.body = [
        {"name": "alice", "groups": ["b", "a"], "last_activity": "2026-11-25T11:00:00Z", "servers": {"": {}}},
        {"name": "bob"},
    ]
    alice, bob = await api.people("ali&limit=9", 50)
    assert (alice.groups, alice.servers) == (("a", "b"), 1)
    assert (bob.groups, bob.servers, bob.last_activity) == ((), 0, None)
    assert dict(hub.asked[0].url.params) == {
        "name_filter": "ali&limit=9",
        "offset": "50",
        "limit": str(PEOPLE_ON_A_PAGE + 1),
    }


async def test_no_terms_are_nothing_that_anybody_accepted(hub: FakeHub, api: HubApi) -> None:
    assert await api.terms() == (None, 0)
    hub.body = {
        "version": 2,
        "text": "x",
        "published_at": "2026-11-25T11:00:00Z",
        "published_by": "root",
        "accepted_by": 7,
    }
    terms, accepted_by = await api.terms()
    assert terms is not None
    assert (terms.version, accepted_by) == (2, 7)


@pytest.mark.parametrize(
    ("status", "kind"), [(401, Forbidden), (403, Forbidden), (400, Invalid), (404, Invalid), (409, Invalid)]
)
async def test_a_refusal_of_the_hub_keeps_its_sentence(
    hub: FakeHub, api: HubApi, status: int, kind: type[Exception]
) -> None:
    hub.status, hub.body = status, {"message": "This needs the scope custom:x."}
    with pytest.raises(kind, match="custom:x"):
        await api.running()


@pytest.mark.parametrize("body", [None, [], "text", {"other": 1}])
async def test_a_refusal_without_a_sentence_says_its_status(hub: FakeHub, api: HubApi, body: object) -> None:
    hub.status, hub.body = 404, body
    with pytest.raises(Invalid, match="The hub answered 404"):
        await api.running()


async def test_a_hub_that_fails_is_not_the_visitors_fault(hub: FakeHub, api: HubApi) -> None:
    hub.status = 500
    with pytest.raises(Upstream):
        await api.publish("x")


@pytest.mark.parametrize(
    ("call", "method"),
    [
        (lambda api: api.put_banner({"text": "x"}), "PUT"),
        (lambda api: api.take_banner_down(), "DELETE"),
        (lambda api: api.publish("x"), "POST"),
    ],
)
async def test_changes_are_sent_once(
    hub: FakeHub, api: HubApi, call: Callable[[HubApi], object], method: str
) -> None:
    await call(api)  # pyright: ignore[reportGeneralTypeIssues]
    assert [request.method for request in hub.asked] == [method]
