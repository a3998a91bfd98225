"""The real lifetime service beside a real hub: who is warned, what is stopped, and who may say what."""

import json
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fakes.hub_for_spawner import LIFETIME_TOKEN, Hub
from fakes.lifetime_service import LifetimeService, audited, free_port, say

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="walls need Linux")

PROFILES = {
    "idle": "{idle: 12 s, grace: 5 s, keep: 15 s, maximum_age: never}",
    "held": "{idle: 12 s, grace: 1 min, keep: 10 min, maximum_age: never}",
    "strict": "{idle: 12 s, grace: 5 s, keep: never, maximum_age: never}",
    "aged": "{idle: never, grace: 5 s, maximum_age: 10 s}",
    "shared": "{idle: never, grace: 6 s, maximum_age: never}",
}


class House:
    """The hub and the service."""

    def __init__(self, hub: Hub, service: LifetimeService) -> None:
        self.hub = hub
        self.service = service

    def start(self, user: str, profile: str, server: str = "") -> None:
        self.hub.started(user, {"profile": profile, "environment": "eo"}, server)

    def report(self, user: str, server: str = "", **report: float) -> dict[str, Any]:
        """What a server is told that says what it does."""
        return json.loads(self.hub.run_inside(user, say("report", report), server))

    def keep(self, user: str) -> dict[str, Any]:
        return json.loads(self.hub.run_inside(user, say("keep", {})))

    def warning(self, user: str, **report: float) -> dict[str, Any]:
        """Report until the server is warned, and return the warning."""
        told: dict[str, Any] = {}

        def warned() -> bool:
            told.update(self.report(user, **report))
            return bool(told.get("ending"))

        until(warned)
        return dict(told["ending"])

    def is_running(self, user: str, server: str = "") -> bool:
        model = self.hub.server(user, server)
        return bool(model) and not model["stopped"]

    def gone(self, user: str) -> None:
        until(lambda: not self.is_running(user))

    def lines(self, action: str, user: str) -> list[str]:
        """The causes that the audit log names."""
        return [str(each["details"]["cause"]) for each in audited(self.hub, action, user)]


def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.5)


@pytest.fixture(scope="module")
def running() -> Iterator[House]:
    service = LifetimeService(free_port())
    with tempfile.TemporaryDirectory(prefix="eohub-lifetime-") as folder:
        hub = Hub(Path(folder), lifetime=service.url)
        hub.prepare()
        for name, culling in PROFILES.items():
            groups = "groups: [science]\n" if name == "shared" else ""
            text = f"name: {name}\ntitle: {name}\ncpu: 1\nmemory: 1 GiB\nprice: 0 EUR/h\nculling: {culling}\n"
            (hub.folder / "policy" / "profiles" / f"{name}.yaml").write_text(text + groups)
        hub.start()
        for name in ("alice", "bob", "carol"):
            hub.add(name)
        service.start(hub)
        try:
            yield House(hub, service)
        finally:
            service.stop()
            hub.close()
            print(service.log()[-8_000:], hub.log()[-8_000:])


@pytest.fixture
def house(running: House) -> Iterator[House]:
    """The same with nothing running before and after."""
    yield running
    for user in ("alice", "bob", "carol"):
        running.hub.stopped(user)


def test_a_forgotten_tab_is_warned_and_stopped_though_the_hub_sees_it_used(house: House) -> None:
    house.start("alice", "idle")
    touch = (
        "import json, os, urllib.request, datetime\n"
        "now = datetime.datetime.now(datetime.timezone.utc).isoformat()\n"
        "body = json.dumps({'servers': {'': {'last_activity': now}}}).encode()\n"
        "url = os.environ['JUPYTERHUB_ACTIVITY_URL']\n"
        "head = {'Authorization': 'token ' + os.environ['JUPYTERHUB_API_TOKEN']}\n"
        "print(urllib.request.urlopen(urllib.request.Request(url, body, head)).status)\n"
    )
    before = len(house.lines("culled", "alice"))
    assert house.hub.run_inside("alice", touch).strip() == "200"
    ending = house.warning("alice")
    assert (ending["cause"], ending["why"]) == ("idle", "Nothing is running in it.")
    while house.is_running("alice"):
        try:
            house.hub.run_inside("alice", touch)
            assert house.report("alice")["ending"]["cause"] == "idle"
        except (httpx2.HTTPError, KeyError, ValueError):
            break
    house.gone("alice")
    until(lambda: len(house.lines("culled", "alice")) == before + 1)
    assert house.lines("announced", "alice")[-1] == "idle"
    stop = audited(house.hub, "stop", "alice")[-1]
    assert stop["actor"] == "service:lifetime"


def test_a_server_that_works_is_left_alone_for_longer_than_idleness_and_grace(house: House) -> None:
    house.start("bob", "idle")
    end = time.monotonic() + 22
    while time.monotonic() < end:
        told = house.report("bob", busy_kernels=1)
        assert told["ending"] is None
        time.sleep(1)
    assert told["busy_with"] == ["one busy kernel"]
    assert house.is_running("bob")


def test_keep_holds_a_server_and_the_next_warning_comes_before_its_end(house: House) -> None:
    house.start("alice", "idle")
    assert house.keep("alice")["code"] == "cannot_keep"
    ending = house.warning("alice")
    assert 14 <= ending["keep_seconds"] <= 15
    assert house.keep("alice")["ending"] is None
    kept = time.monotonic()
    house.warning("alice")
    assert time.monotonic() - kept >= 8
    house.gone("alice")


def test_what_was_kept_and_announced_outlives_a_crash_of_the_service(house: House) -> None:
    house.start("alice", "held")
    house.warning("alice")
    assert house.keep("alice")["ending"] is None
    announced = house.lines("announced", "alice")
    house.service.stop(signal.SIGKILL)
    house.service.start(house.hub)
    until(lambda: house.report("alice")["rules"] != "")
    time.sleep(4)
    assert house.report("alice")["ending"] is None
    assert house.lines("announced", "alice") == announced


def test_where_the_policy_allows_no_keeping_the_server_ends(house: House) -> None:
    house.start("alice", "strict")
    assert house.warning("alice")["keep_seconds"] is None
    assert house.keep("alice")["detail"] == "This server cannot be kept any longer."
    house.gone("alice")


def test_the_maximum_age_ends_a_server_that_works(house: House) -> None:
    house.start("carol", "aged")
    ending = house.warning("carol", busy_kernels=1)
    assert (ending["cause"], ending["keep_seconds"]) == ("age", None)
    house.gone("carol")
    until(lambda: house.lines("culled", "carol")[-1:] == ["age"])


def test_a_group_that_is_taken_away_ends_the_server_after_the_grace_and_one_that_comes_back_keeps_it(
    house: House,
) -> None:
    hub = house.hub
    hub.add("bob", "science")
    house.start("bob", "shared")
    members = "/groups/science/users"
    assert house.report("bob")["ending"] is None
    hub.api.request("DELETE", members, json={"users": ["bob"]}).raise_for_status()
    ending = house.warning("bob", busy_kernels=1)
    assert (ending["cause"], ending["keep_seconds"]) == ("refused", None)
    assert "science" in ending["why"]
    assert "Ask: the test desk" in ending["why"]
    assert hub.ask("bob", {"profile": "shared", "environment": "eo"}, "another").status_code == 403
    hub.add("bob", "science")
    until(lambda: house.report("bob")["ending"] is None)
    hub.api.request("DELETE", members, json={"users": ["bob"]}).raise_for_status()
    house.warning("bob", busy_kernels=1)
    warned = time.monotonic()
    house.gone("bob")
    assert time.monotonic() - warned >= 3
    until(lambda: house.lines("culled", "bob")[-1:] == ["refused"])


def test_a_policy_that_the_hub_refuses_stops_nobody(house: House) -> None:
    rules = house.hub.folder / "policy" / "policy.yaml"
    whole = rules.read_text()
    house.start("carol", "idle")
    rules.write_text(whole.replace("id: eo", "id: misspelt"))
    try:
        end = time.monotonic() + 8
        while time.monotonic() < end:
            told = house.report("carol", busy_kernels=1)
            assert told["ending"] is None
            time.sleep(1)
    finally:
        rules.write_text(whole)
    assert house.is_running("carol")


def test_named_servers_are_told_apart(house: House) -> None:
    house.start("alice", "idle")
    house.start("alice", "aged", "second")
    until(lambda: house.report("alice", "second")["rules"] == "Stops at the latest after 10 s.")
    until(lambda: house.report("alice", busy_kernels=1)["rules"] == "Stops after 12 s without activity.")
    until(lambda: not house.is_running("alice", "second"))
    house.report("alice", busy_kernels=1)
    assert house.is_running("alice")


def test_no_other_token_speaks_for_a_server(house: House) -> None:
    house.start("alice", "idle")
    browser = house.hub.browser("alice")
    own = browser.rest("POST", "users/alice/tokens", {"note": "hers"}).json()["token"]
    wide = {"scopes": ["custom:lifetime:report!user"]}
    hers = browser.rest("POST", "users/alice/tokens", wide).json()["token"]
    for token, status in ((own, 403), (hers, 403), (LIFETIME_TOKEN, 403), ("nobody", 401)):
        headers = {"Authorization": f"token {token}"}
        for path in ("report", "keep"):
            answer = httpx2.post(f"{house.service.url}/{path}", json={}, headers=headers)
            assert answer.status_code == status, (path, answer.text)
            assert answer.json()["hint"]
    assert httpx2.post(f"{house.service.url}/report", json={}).status_code == 401


@pytest.mark.parametrize(
    "report",
    [
        {"busy_kernels": -1},
        {"cpu_percent": "inf"},
        {"gpu_percent": 101},
        {"dask_tasks": 10**12},
        {"user": "bob"},
        {"terminal_jobs": [1]},
    ],
    ids=str,
)
def test_a_report_that_is_none_is_refused(house: House, report: dict[str, Any]) -> None:
    if not house.is_running("alice"):
        house.start("alice", "idle")
    told = json.loads(house.hub.run_inside("alice", say("report", report)))
    assert told["code"] == "invalid"
    assert next(iter(report)) in told["detail"]
