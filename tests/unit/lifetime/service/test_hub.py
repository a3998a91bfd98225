"""JupyterHub's API as the service uses it."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from eohub_lifetime.running import ServerKey
from eohub_lifetime.service.audit import HubDiary
from eohub_lifetime.service.hub import AgreedPolicies, HubApi
from eohub_lifetime.verdict import Cause
from eohub_profiles.source import PolicySource
from eohub_toolkit.errors import Upstream
from eohub_toolkit.http import Client

STARTED = "2026-03-01T12:00:00.000000Z"


def server(**more: Any) -> dict[str, Any]:
    known = {"ready": True, "pending": None, "stopped": False, "started": STARTED, "last_activity": STARTED}
    return known | {"user_options": {"profile": "small"}} | more


class FakeHub:
    """Answers with pages of people, and keeps what it was asked."""

    def __init__(self) -> None:
        self.people: list[dict[str, Any]] = []
        self.page = 2
        self.status = 204
        self.version = "v1"
        self.asked: list[httpx2.Request] = []

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        if request.url.path.endswith("/eohub/policy"):
            return httpx2.Response(200, json={"version": self.version})
        if request.method != "GET":
            return httpx2.Response(self.status)
        offset = int(request.url.params["offset"])
        following = offset + self.page
        more = {"offset": following} if following < len(self.people) else None
        body = {"items": self.people[offset:following], "_pagination": {"next": more}}
        return httpx2.Response(200, content=json.dumps(body))


@pytest.fixture
def hub() -> FakeHub:
    return FakeHub()


@pytest.fixture
async def client(hub: FakeHub) -> AsyncIterator[Client]:
    transport = httpx2.MockTransport(hub.answer)
    async with Client("http://hub/hub/api/", transport=transport, attempts=1) as client:
        yield client


@pytest.fixture
def api(client: Client) -> HubApi:
    return HubApi(client, "the-token")


async def test_every_page_is_read_with_the_services_own_token(hub: FakeHub, api: HubApi) -> None:
    hub.people = [{"name": f"u{n}", "groups": ["g"], "servers": {"": server()}} for n in range(5)]
    found = await api.running()
    assert [each.key for each in found] == [ServerKey(f"u{n}", "") for n in range(5)]
    assert found[0].groups == {"g"}
    assert found[0].options == {"profile": "small"}
    assert found[0].started_at == datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()
    assert {each.headers["Authorization"] for each in hub.asked} == {"token the-token"}
    assert len(hub.asked) == 3


async def test_stopped_servers_do_not_run_and_those_that_start_or_stop_are_not_ready(
    hub: FakeHub, api: HubApi
) -> None:
    hub.people = [
        {
            "name": "alice",
            "servers": {
                "": server(pending="stop"),
                "a": server(ready=False),
                "b": server(stopped=True),
                "c": server(started=None),
                "d": server(last_activity=None, user_options=None),
            },
        }
    ]
    found = {each.key.server: each for each in await api.running()}
    assert found.keys() == {"", "a", "d"}
    assert [found[name].is_ready for name in ("", "a", "d")] == [False, False, True]
    assert found["d"].hub_active_at is None
    assert found["d"].options == {}


@pytest.mark.parametrize(
    ("key", "path"),
    [
        (ServerKey("alice", ""), "/hub/api/users/alice/server"),
        (ServerKey("alice", "big one"), "/hub/api/users/alice/servers/big%20one"),
        (ServerKey("a@b c", "x"), "/hub/api/users/a%40b%20c/servers/x"),
    ],
)
async def test_a_server_is_stopped_at_its_own_address(
    hub: FakeHub, api: HubApi, key: ServerKey, path: str
) -> None:
    assert await api.stop(key)
    assert (hub.asked[0].method, hub.asked[0].url.raw_path.decode()) == ("DELETE", path)


@pytest.mark.parametrize(("status", "ran"), [(202, True), (204, True), (404, False), (400, False)])
async def test_a_server_that_does_not_run_any_more_was_not_stopped(
    hub: FakeHub, api: HubApi, status: int, ran: bool
) -> None:
    hub.status = status
    assert await api.stop(ServerKey("alice", "")) is ran


async def test_a_hub_that_refuses_is_told_of(hub: FakeHub, api: HubApi) -> None:
    hub.status = 403
    with pytest.raises(Upstream, match="403"):
        await api.stop(ServerKey("alice", ""))


async def test_what_happened_is_written_with_cause_and_reason(hub: FakeHub, client: Client) -> None:
    diary = HubDiary(client, "the-token")
    await diary.announced(ServerKey("alice", "big"), Cause.IDLE, "Nothing is running in it.", 599.6)
    await diary.culled(ServerKey("alice", ""), Cause.AGE, "It is old.")
    first, second = (json.loads(each.content) for each in hub.asked)
    assert (first["action"], first["object"]) == ("announced", "server:alice/big")
    assert first["details"] == {"cause": "idle", "why": "Nothing is running in it.", "stops_in_seconds": 600}
    assert (second["action"], second["object"]) == ("culled", "server:alice")


@pytest.mark.parametrize("status", [403, 422, 503])
async def test_a_line_that_the_log_does_not_take_ends_nothing(
    hub: FakeHub, client: Client, status: int
) -> None:
    hub.status = status
    await HubDiary(client, "the-token").culled(ServerKey("alice", ""), Cause.IDLE, "Idle.")
    assert len(hub.asked) == 1


class TestPolicies:
    """The policy of our files counts while it is the hub's."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        (tmp_path / "profiles").mkdir()
        self.write(tmp_path, "small")
        return tmp_path

    def write(self, folder: Path, title: str) -> None:
        text = f"name: small\ntitle: {title}\ncpu: 1\nmemory: 1 GiB\nprice: 0 EUR/h\n"
        (folder / "profiles" / "small.yaml").write_text(text)
        (folder / "policy.yaml").write_text(
            "support: desk\ntiers: [{name: free, title: free, servers_per_user: 1}]\n"
            "environments: [{id: eo, title: Earth}]\n"
        )

    def source(self, folder: Path) -> PolicySource:
        return PolicySource(folder, clock=lambda: 0.0, today=lambda: datetime.now(UTC), check=lambda _: ())

    async def test_it_is_the_hubs_when_the_versions_agree(
        self, hub: FakeHub, api: HubApi, folder: Path
    ) -> None:
        hub.version = self.source(folder).version
        policy = await AgreedPolicies(api, lambda: self.source(folder)).in_force()
        assert policy is not None
        assert policy.profiles[0].title == "small"

    async def test_files_that_the_hub_has_not_put_in_force_end_no_server(
        self, hub: FakeHub, api: HubApi, folder: Path
    ) -> None:
        hub.version = self.source(folder).version
        policies = AgreedPolicies(api, lambda: self.source(folder))
        await policies.in_force()
        self.write(folder, "renamed")
        policy = await policies.in_force()
        assert policy is not None
        assert policy.profiles[0].title == "small"
        hub.version = self.source(folder).version
        policy = await policies.in_force()
        assert policy is not None
        assert policy.profiles[0].title == "renamed"

    async def test_without_an_agreed_one_there_is_none(self, hub: FakeHub, api: HubApi, folder: Path) -> None:
        hub.version = "another"
        assert await AgreedPolicies(api, lambda: self.source(folder)).in_force() is None

    async def test_files_that_cannot_be_used_at_the_start_are_read_when_they_are_mended(
        self, hub: FakeHub, api: HubApi, folder: Path
    ) -> None:
        hub.version = self.source(folder).version
        whole = (folder / "policy.yaml").read_text()
        (folder / "policy.yaml").write_text("support: [")
        policies = AgreedPolicies(api, lambda: self.source(folder))
        assert await policies.in_force() is None
        (folder / "policy.yaml").write_text(whole)
        assert await policies.in_force() is not None
