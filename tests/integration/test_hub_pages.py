"""A real hub and its pages: what an administrator may not do, what a page offers when, what the log keeps."""

import html
import re
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx2
import pytest
from fakes.hub_for_spawner import ADMINISTRATOR, Browser, Hub, hub_with_people

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="walls need Linux")
SMALL = {"profile": "small", "environment": "eo"}
FULL = "You run 2 of at most 2 servers: the default server, second."


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    with hub_with_people() as hub:
        yield hub


@pytest.fixture(scope="class")
def alices_server(hub: Hub) -> Iterator[None]:
    hub.started("alice", SMALL)
    yield
    hub.stopped("alice")


def text_of(page: httpx2.Response) -> str:
    """What a person reads on a page."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page.text)))


def opened(browser: Browser, owner: str) -> int:
    """The status with which the hub answers a browser that wants into a server of `owner`."""
    client = f"jupyterhub-user-{owner}"
    query = {
        "client_id": client,
        "redirect_uri": f"/user/{owner}/oauth_callback",
        "response_type": "code",
        "state": "x",
    }
    return browser.client.get(f"{browser.hub.url}/api/oauth2/authorize", params=query).status_code


@pytest.mark.usefixtures("alices_server")
class TestAdministrator:
    """Alice's server runs, and an administrator is curious."""

    @pytest.fixture(scope="class")
    @classmethod
    def admin(cls, hub: Hub) -> Browser:
        return hub.browser(ADMINISTRATOR)

    def test_the_home_page_says_what_a_running_server_has_cost(self, hub: Hub) -> None:
        shown = text_of(hub.browser("alice").get("home"))
        assert re.search(r"Small, 0\.04 EUR/h running since .* UTC ?, about 0\.\d\d EUR so far", shown)
        assert "so far" not in text_of(hub.browser("bob").get("home"))

    def test_a_persons_server_opens_for_that_person_only(self, hub: Hub, admin: Browser) -> None:
        assert opened(hub.browser("alice"), "alice") == 302
        assert opened(hub.browser("bob"), "alice") == 403
        assert opened(admin, "alice") == 403

    def test_no_token_of_somebody_else_can_be_made_or_seen(self, hub: Hub, admin: Browser) -> None:
        assert admin.rest("POST", "users/alice/tokens", {}).status_code == 403
        assert admin.rest("GET", "users/alice/tokens").status_code in (403, 404)
        assert hub.browser("alice").rest("POST", "users/alice/tokens", {}).status_code == 201

    def test_no_way_leads_around(self, admin: Browser) -> None:
        share = {"user": ADMINISTRATOR, "scopes": ["access:servers!server=alice/"]}
        assert admin.rest("POST", "shares/alice/", share).status_code in (403, 404)
        assert admin.rest("PATCH", "users/alice", {"name": "renamed"}).status_code in (403, 404)
        assert admin.rest("POST", "services/mine", {"url": "http://127.0.0.1:1"}).status_code == 403
        assert admin.rest("PATCH", "proxy", {"api_url": "http://127.0.0.1:1"}).status_code == 403
        assert "auth_state" not in admin.rest("GET", "users/alice").json()

    def test_people_and_their_servers_are_seen(self, admin: Browser) -> None:
        assert admin.get("admin").status_code == 200
        names = {user["name"]: user for user in admin.rest("GET", "users").json()}
        assert {"alice", "bob", "carol", ADMINISTRATOR} <= names.keys()
        assert names["alice"]["servers"][""]["ready"] is True

    def test_a_refused_start_tells_its_reason_to_the_admin_page(self, admin: Browser) -> None:
        answer = admin.rest("POST", "users/carol/server")
        assert answer.status_code == 400
        assert "profile" in answer.json()["message"]
        assert 'id="eohub-problem"' in admin.get("admin").text

    def test_a_persons_server_can_be_stopped(self, hub: Hub, admin: Browser) -> None:
        hub.started("bob", SMALL)
        assert admin.rest("DELETE", "users/bob/server").status_code in (202, 204)
        hub.wait("bob", lambda model: not model or model["stopped"])

    def test_a_restart_of_the_hub_leaves_the_administrator_what_they_are(self, hub: Hub) -> None:
        hub.kill()
        hub.start()
        hub.wait("alice", lambda model: model.get("ready"))
        admin = hub.browser(ADMINISTRATOR)
        assert admin.get("admin").status_code == 200
        assert opened(admin, "alice") == 403


@pytest.mark.usefixtures("alices_server")
class TestNamedServer:
    """A link to a server that is not there."""

    def entries(self, hub: Hub) -> set[str]:
        answer = hub.api.get("/users/alice", params={"include_stopped_servers": "1"})
        return set(answer.json()["servers"])

    def test_looking_at_the_form_of_a_new_server_makes_none(self, hub: Hub) -> None:
        page = hub.browser("alice").get("spawn/alice/third")
        assert page.status_code == 200
        assert "Server name third" in text_of(page)
        assert self.entries(hub) == {""}

    def test_beyond_what_is_allowed_it_is_refused_once_and_leaves_nothing(self, hub: Hub) -> None:
        hub.started("alice", SMALL, "second")
        browser = hub.browser("alice")
        try:
            for path in (
                "spawn/alice/third",
                "spawn/alice?another=1",
                "spawn/alice/third?opt-profile=small&opt-environment=eo",
            ):
                page = browser.get(path)
                assert page.status_code == 409, path
                assert text_of(page).count(FULL) == 1
            page = browser.submit("spawn/alice/third", SMALL)
            assert page.status_code == 409
            assert text_of(page).count(FULL) == 1
            assert self.entries(hub) == {"", "second"}
        finally:
            hub.stopped("alice", "second")
            hub.api.request("DELETE", "/users/alice/servers/second", json={"remove": True})

    @pytest.mark.parametrize(
        ("query", "status"), [("opt-profile=huge&opt-environment=eo", 400), ("opt-x=y", 400)]
    )
    def test_a_link_with_wrong_options_is_refused_and_leaves_nothing(
        self, hub: Hub, query: str, status: int
    ) -> None:
        assert hub.browser("alice").get(f"spawn/alice/third?{query}").status_code == status
        assert self.entries(hub) == {""}

    def test_a_name_that_cannot_be_one_leaves_nothing(self, hub: Hub) -> None:
        assert hub.browser("alice").get("spawn/alice/No..Name").status_code == 400
        assert self.entries(hub) == {""}

    def test_the_form_of_a_new_server_starts_it_under_its_name(self, hub: Hub) -> None:
        browser = hub.browser("alice")
        address = {"_xsrf": browser.token, "opt-profile": "small", "environment": "eo", "kept": "1"}
        begun = browser.client.post(f"{hub.url}/spawn/alice/third", params=address, data=SMALL)
        assert begun.status_code == 302
        assert urlsplit(begun.headers["location"]).query == "kept=1"
        hub.wait("alice", lambda model: model.get("ready"), "third")
        hub.stopped("alice", "third")
        assert text_of(browser.get("home")).count("third") >= 1


class TestMoments:
    """Pages while something happens."""

    def test_a_server_that_is_stopping_is_offered_for_nothing(self, hub: Hub) -> None:
        browser = hub.browser("bob")
        hub.started("bob", SMALL)
        assert ">Open</a>" in browser.get("home").text
        mark = hub.state / "homes" / "bob" / "slow-stop"
        mark.touch()
        with ThreadPoolExecutor() as pool:
            asked = pool.submit(hub.api.delete, "/users/bob/server")
            hub.wait("bob", lambda model: model.get("pending") == "stop")
            page, waiting = browser.get("home"), browser.get("spawn-pending/bob")
            assert asked.result(timeout=60).status_code in (202, 204)
        assert '<span class="eohub-state">stopping</span>' in page.text
        assert ">Open</a>" not in page.text
        assert ">Stop</button>" not in page.text
        assert "<h1>Stopping your server</h1>" in waiting.text
        hub.stopped("bob")
        mark.unlink()

    def test_whoever_waits_reads_what_is_done_since_when_and_how_long_it_may_take(self, hub: Hub) -> None:
        hub.started("carol", SMALL)
        hub.stopped("carol")
        (hub.state / "homes" / "carol" / "slow-start").touch()
        browser = hub.browser("carol")
        assert browser.submit("spawn", SMALL).status_code == 302
        page = browser.get("spawn-pending/carol")
        assert re.search(r"Waiting for the server: .* \d+ s so far", text_of(page))
        assert re.search(r'id="eohub-slow"[^>]* hidden>', page.text)
        assert "has 120 s to answer" in text_of(page)
        hub.stopped("carol")
        (hub.state / "homes" / "carol" / "slow-start").unlink()

    def test_an_error_page_leads_home(self, hub: Hub) -> None:
        page = hub.browser("carol").get("no-such-page")
        assert page.status_code == 404
        assert 'href="/hub/home">Home</a>' in page.text
        assert "Not found There is nothing at this address." in text_of(page)


class TestLog:
    """What guards forms stays out of the log."""

    def test_a_refused_form_and_a_broken_stream_leave_no_token_behind(self, hub: Hub) -> None:
        browser = hub.browser("carol")
        hub.started("carol", SMALL)
        answer = browser.submit("spawn/carol/No..Name", SMALL)
        assert answer.status_code == 400
        hub.stopped("carol")
        (hub.state / "homes" / "carol" / "slow-start").touch()
        assert browser.submit("spawn", SMALL).status_code == 302
        watch = {"_xsrf": browser.token}
        with browser.client.stream("GET", f"{hub.url}/api/users/carol/server/progress", params=watch):
            pass
        hub.wait("carol", lambda model: model.get("ready"))
        time.sleep(0.2)
        hub.stopped("carol")
        (hub.state / "homes" / "carol" / "slow-start").unlink()
        log = hub.log()
        assert "400 POST /hub/spawn/carol/No..Name?_xsrf=[hidden] (" in log
        assert "Stream closed while handling" in log
        assert browser.token not in log
