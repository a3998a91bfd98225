"""What a real hub writes down of logins, logouts and acts of administrators."""

import sys
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from fakes.hub_for_spawner import ADMINISTRATOR, Browser, Hub, hub_with_people

from eohub_hub.audit.verify import verify

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="walls need Linux")


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    with hub_with_people() as hub:
        yield hub


@pytest.fixture(scope="module")
def admin(hub: Hub) -> Browser:
    return hub.browser(ADMINISTRATOR)


def lines(admin: Browser, **query: str) -> list[dict[str, Any]]:
    address = "&".join(f"{name}={value}" for name, value in query.items())
    found: list[dict[str, Any]] = admin.rest("GET", f"eohub/audit?{address}").json()["events"]
    return found


def test_a_login_and_a_logout_are_written_down(hub: Hub, admin: Browser) -> None:
    alice = hub.browser("alice")
    alice.get("logout")
    assert [each["action"] for each in lines(admin, user="alice")][:2] == ["logout", "login"]


def test_a_wrong_password_is_a_refused_login(hub: Hub, admin: Browser) -> None:
    before = len(lines(admin, action="login.refused"))
    with httpx2.Client() as client:
        client.get(f"{hub.url}/login")
        form = {"username": "bob", "password": "wrong", "_xsrf": client.cookies.get("_xsrf", "")}
        assert client.post(f"{hub.url}/login", data=form).status_code == 403
    assert len(lines(admin, action="login.refused")) == before + 1


def test_who_is_removed_leaves_no_server_running_and_the_log_says_who_ended_it(
    hub: Hub, admin: Browser
) -> None:
    options = {"profile": "small", "environment": "eo"}
    hub.started("carol", options, "big")
    assert admin.rest("DELETE", "users/carol").status_code == 204
    (stop,) = lines(admin, action="stop")
    assert (stop["actor"], stop["object"]) == (ADMINISTRATOR, "server:carol/big")
    assert not list((hub.state / "servers").glob("carol*"))


def test_acts_on_others_are_written_down_with_who_did_them(admin: Browser) -> None:
    (event,) = lines(admin, action="admin.user_removed")
    assert (event["actor"], event["object"], event["outcome"]) == (ADMINISTRATOR, "carol", "allowed")


def test_who_may_not_act_is_written_down_as_refused(hub: Hub, admin: Browser) -> None:
    refused = hub.browser("bob").rest("POST", "groups/operators/users", {"users": ["bob"]})
    assert refused.status_code == 403
    (event,) = lines(admin, user="bob", action="admin")
    assert (event["action"], event["outcome"]) == ("admin.user_added", "refused")


KEY = {"action": "key.issued", "actor": "alice", "object": "s3://users/alice/", "details": {"seconds": 3600}}


def test_a_service_writes_down_what_it_did_and_cannot_say_who_it_is(hub: Hub, admin: Browser) -> None:
    sent = KEY | {"details": {"seconds": 3600, "service": "somebody", "secret": "hunter2hunter2"}}
    assert hub.api.post("/eohub/audit", json=sent).status_code == 204
    (event,) = lines(admin, action="key", user="alice")
    assert event["details"] == {"seconds": 3600, "service": "tests", "secret": "[hidden]"}


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"actor": "nobody-here"}, 422), ({"action": "login"}, 422), ({"action": "admin.user_removed"}, 422),
        ({"details": {"x": "y" * 20_000}}, 413), ({"object": "\x1b[2J\n<b>" + "x" * 900}, 204),
    ],
)  # fmt: skip
def test_what_a_service_may_not_say_is_refused(hub: Hub, changes: dict[str, Any], status: int) -> None:
    assert hub.api.post("/eohub/audit", json=KEY | changes).status_code == status


def test_no_person_writes_into_the_log_and_only_administrators_search_it(hub: Hub, admin: Browser) -> None:
    assert admin.rest("POST", "eohub/audit", KEY).status_code == 403
    alice = hub.browser("alice")
    assert alice.rest("POST", "eohub/audit", KEY).status_code == 403
    assert alice.rest("GET", "eohub/audit").status_code == 403
    assert httpx2.get(f"{hub.url}/api/eohub/audit").status_code == 403
    assert hub.api.get("/eohub/audit").status_code == 403, "to write is not to read"


def test_the_log_is_whole_after_all_that(hub: Hub, admin: Browser) -> None:
    assert [each["action"] for each in lines(admin, action="hub")] == ["hub.started"]
    report = verify(hub.state / "audit", hub.state / "audit_head")
    assert report.is_whole, report.findings
    assert report.lines > 5
