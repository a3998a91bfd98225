"""Banner and terms on a real hub: who may put them up, who sees them, and what they keep people from."""

import html
import re
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from fakes.hub_for_spawner import ADMINISTRATOR, Browser, Hub, hub_with_people

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="walls need Linux")
SMALL = {"profile": "small", "environment": "eo"}


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    with hub_with_people() as hub:
        yield hub


@pytest.fixture(scope="module")
def admin(hub: Hub) -> Browser:
    return hub.browser(ADMINISTRATOR)


@pytest.fixture(scope="module")
def alice(hub: Hub) -> Browser:
    return hub.browser("alice")


@pytest.fixture
def no_banner(admin: Browser) -> Iterator[None]:
    yield
    assert admin.rest("DELETE", "eohub/banner").status_code == 204


def text_of(page: httpx2.Response) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page.text)))


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "banner"), ("PUT", "banner"), ("DELETE", "banner"), ("GET", "terms"), ("POST", "terms")],
)
def test_only_administrators_reach_the_board(hub: Hub, alice: Browser, method: str, path: str) -> None:
    refused = alice.rest(method, f"eohub/{path}", {"text": "mine"})
    assert refused.status_code == 403
    assert "custom:notices:write" in refused.json()["message"]
    assert httpx2.request(method, f"{hub.url}/api/eohub/{path}", json={"text": "x"}).status_code == 403


@pytest.mark.usefixtures("no_banner")
class TestBanner:
    def test_everybody_sees_the_text_and_none_of_it_is_markup(self, admin: Browser, alice: Browser) -> None:
        text = "<b>Tuesday</b> & <script>alert(1)</script>"
        assert admin.rest("PUT", "eohub/banner", {"text": text, "level": "warning"}).status_code == 200
        page = alice.get("home")
        assert text in html.unescape(page.text)
        assert "<script>alert(1)" not in page.text
        assert "alert-warning" in page.text

    def test_one_that_has_ended_is_gone_from_the_pages(self, admin: Browser, alice: Browser) -> None:
        past = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
        admin.rest("PUT", "eohub/banner", {"text": "Yesterday's news", "ends_at": past})
        assert "Yesterday" not in alice.get("home").text
        assert admin.rest("GET", "eohub/banner").json() is None

    def test_maintenance_starts_nothing_and_says_why(self, hub: Hub, admin: Browser, alice: Browser) -> None:
        admin.rest("PUT", "eohub/banner", {"text": "We move house.", "stops_new_servers": True})
        refused = hub.ask("alice", SMALL)
        assert refused.status_code == 403
        assert "We move house." in refused.json()["message"]
        assert "We move house." in text_of(alice.get("spawn"))
        assert alice.submit("spawn", SMALL).status_code == 403
        assert hub.server("alice").get("stopped", True)

    @pytest.mark.parametrize(
        ("body", "named"),
        [
            ({}, "text"),
            ({"text": ""}, "text"),
            ({"text": "x" * 501}, "text"),
            ({"text": "x", "level": "loud"}, "level"),
            ({"text": "x", "ends_at": "tomorrow"}, "ends_at"),
            ([], "the body"),
        ],
    )
    def test_a_wrong_one_is_refused_by_field(self, admin: Browser, body: object, named: str) -> None:
        refused = admin.rest("PUT", "eohub/banner", body)
        assert refused.status_code == 400
        assert refused.json()["message"].startswith(f"{named}: ")


class TestTerms:
    def test_without_terms_nothing_is_asked(self, alice: Browser) -> None:
        assert "has no terms of use" in text_of(alice.get("terms"))
        assert 'href="/hub/terms"' not in alice.get("home").text

    def test_new_terms_come_before_the_next_start(self, hub: Hub, admin: Browser, alice: Browser) -> None:
        published = admin.rest("POST", "eohub/terms", {"text": "# Be kind\n\nDo *not* mine."})
        assert published.status_code == 201
        assert published.json()["version"] == 1
        assert published.json()["published_by"] == ADMINISTRATOR

        refused = hub.ask("alice", SMALL)
        assert refused.status_code == 403
        assert "accept the terms" in refused.json()["message"]

        page = alice.get("terms")
        assert "<h1>Be kind</h1>" in page.text
        assert "<em>not</em>" in page.text

    def test_the_version_that_was_read_is_the_one_that_is_accepted(self, hub: Hub, alice: Browser) -> None:
        stale = alice.submit("terms", {"version": "7"})
        assert stale.status_code == 409
        assert "have changed" in text_of(stale)
        for wrong in ("", "1.0", "one", "-1", "1" * 40, "\u0661"):
            assert alice.submit("terms", {"version": wrong}).status_code == 409, wrong

        accepted = alice.submit("terms", {"version": "1"})
        assert accepted.status_code == 302
        assert accepted.headers["Location"] == "/hub/spawn"
        assert "You have accepted it." in text_of(alice.get("terms"))
        hub.started("alice", SMALL)
        hub.stopped("alice")

    def test_one_person_accepts_for_nobody_else(self, hub: Hub, admin: Browser) -> None:
        assert hub.ask("bob", SMALL).status_code == 403
        assert admin.rest("GET", "eohub/terms").json()["accepted_by"] == 1

    def test_another_site_accepts_nothing(self, hub: Hub) -> None:
        bob = hub.browser("bob")
        answer = bob.client.post(f"{hub.url}/terms", data={"version": "1"}, headers={"Origin": "http://evil"})
        assert answer.status_code == 403
        assert hub.ask("bob", SMALL).status_code == 403

    @pytest.mark.parametrize("target", ["https://evil.invalid/", "//evil.invalid", "\\\\evil"])
    def test_accepting_leads_nowhere_else(self, hub: Hub, target: str) -> None:
        bob = hub.browser("bob")
        answer = bob.client.post(
            f"{hub.url}/terms", params={"_xsrf": bob.token, "next": target}, data={"version": "1"}
        )
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/hub/")

    def test_each_act_is_in_the_audit_log(self, admin: Browser) -> None:
        found = admin.rest("GET", "eohub/audit?action=admin").json()["events"]
        assert next(event["action"] for event in found) == "admin.terms_published"
        assert {event["actor"] for event in found} == {ADMINISTRATOR}
        assert {"admin.banner_put_up", "admin.banner_taken_down"} <= {event["action"] for event in found}
        accepted = admin.rest("GET", "eohub/audit?action=terms.accepted").json()["events"]
        assert ("alice", {"version": 1}) in [(each["actor"], each["details"]) for each in accepted]

    def test_the_board_outlives_a_crash_of_the_hub(self, hub: Hub) -> None:
        hub.kill()
        hub.start()
        alice = hub.browser("alice")
        assert "You have accepted it." in text_of(alice.get("terms"))
        assert hub.ask("carol", SMALL).status_code == 403


class TestWhatAdministratorsAsk:
    def test_the_policy_in_force_has_its_version_and_prices(self, admin: Browser, alice: Browser) -> None:
        policy = admin.rest("GET", "eohub/policy").json()
        assert len(policy["version"]) == 12
        assert policy["fault"] is None
        assert {each["name"]: each["price"] for each in policy["profiles"]}["large"] == "0.98 EUR/h"
        assert alice.rest("GET", "eohub/policy").status_code == 403

    def test_a_policy_that_cannot_be_used_is_told_and_not_used(self, hub: Hub, admin: Browser) -> None:
        before = admin.rest("GET", "eohub/policy").json()
        small = hub.folder / "policy" / "profiles" / "small.yaml"
        sound = small.read_text()
        small.write_text(sound.replace("0.04", "-1"))
        deadline = time.monotonic() + 30
        while (now := admin.rest("GET", "eohub/policy").json())["fault"] is None:
            assert time.monotonic() < deadline
            time.sleep(0.3)
        assert "profiles/small.yaml:5: price" in now["fault"]
        assert (now["version"], now["profiles"]) == (before["version"], before["profiles"])
        small.write_text(sound)
