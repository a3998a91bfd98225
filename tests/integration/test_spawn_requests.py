"""A real hub and what asks it for servers: no link starts one, and what is refused leaves nothing behind."""

import html
import json
import re
import sqlite3
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from fakes.hub_for_spawner import ADMINISTRATOR, Hub, hub_with_people

from eohub_hub.spawner.install import MAXIMUM_NAMED_SERVERS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="walls need Linux")
SMALL = {"profile": "small", "environment": "eo"}
LINKS = (
    "",
    "profile=small&environment=eo",
    "opt-profile=small&opt-environment=eo",
    "opt-profile=small&environment=eo",
    "profile=small&environment=eo&server_name=big",
    "opt-profile=small&opt-environment=eo&another=1",
    "display_name=Big&profile=small&environment=eo&next=%2Fuser%2Falice%2Flab",
    "profile=small&environment=eo&_xsrf=x",
    "profile=large&environment=eo",
    "opt-image=evil",
    "opt-=x",
)
PAGES = (
    "spawn",
    "spawn/alice",
    "spawn/alice/third",
    "spawn-pending/alice",
    "spawn-pending/alice/third",
    "user-redirect/lab",
    "user/alice/lab",
    "user/alice/third/lab",
    "home",
    "api/users/alice/server",
    "api/users/alice/servers/third",
    "api/users/alice/server/progress",
)


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    with hub_with_people() as hub:
        yield hub


def text_of(page: httpx2.Response) -> str:
    """What a person reads on a page."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page.text)))


def filled_in(page: httpx2.Response) -> tuple[list[str], list[str], list[str]]:
    """The profile, environment and server name that the form of a page shows."""
    return (
        re.findall(r'value="([^"]*)" required\s+checked', page.text),
        re.findall(r'<option value="([^"]*)" selected', page.text),
        re.findall(r'name="server_name"[^>]*\svalue="([^"]*)"', page.text),
    )


def rows(hub: Hub) -> list[tuple[str, str, str | None]]:
    """What the hub's database holds of servers: whose, their name, their options."""
    database = sqlite3.connect(f"file:{hub.state}/hub/jupyterhub.sqlite?mode=ro", uri=True)
    try:
        return sorted(
            database.execute(
                "select users.name, spawners.name, user_options from spawners"
                " join users on users.id = user_id"
            )
        )
    finally:
        database.close()


def database_bytes(hub: Hub) -> int:
    """How much room the hub's database takes on disk."""
    return sum(path.stat().st_size for path in (hub.state / "hub").glob("jupyterhub.sqlite*"))


def start(hub: Hub, name: str, body: Any, server: str = "") -> httpx2.Response:
    """Ask for a server with this very body."""
    where = f"/users/{name}/servers/{server}" if server else f"/users/{name}/server"
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return hub.api.post(where, content=content)


class TestLink:
    """What an address can do that anybody may write."""

    @pytest.mark.parametrize("person", ["alice", ADMINISTRATOR])
    def test_no_get_starts_a_server_or_notes_one(self, hub: Hub, person: str) -> None:
        browser = hub.browser(person)
        browser.client.follow_redirects = True
        before = rows(hub)
        for page in PAGES:
            for link in LINKS:
                for method in ("GET", "HEAD"):
                    browser.client.request(method, f"{hub.url}/{page}?{link}")
                    assert rows(hub) == before, (method, page, link)
            through_login = quote(f"/hub/{page}?{LINKS[1]}", safe="")
            browser.get(f"login?next={through_login}")
        assert rows(hub) == before
        for user in hub.api.get("/users").json():
            assert user["servers"] == {}

    @pytest.mark.parametrize(
        "link", ["profile=medium&environment=eo", "opt-profile=medium&opt-environment=eo", "profile=medium"]
    )
    @pytest.mark.parametrize("page", ["spawn", "spawn/alice", "spawn/alice/third"])
    def test_a_good_link_fills_the_form_in(self, hub: Hub, page: str, link: str) -> None:
        answer = hub.browser("alice").get(f"{page}?{link}")
        assert answer.status_code == 200
        assert filled_in(answer)[:2] == (["medium"], ["eo"])
        assert "-refusal-" not in answer.text

    def test_a_link_may_name_the_server(self, hub: Hub) -> None:
        answer = hub.browser("alice").get("spawn?profile=small&server_name=Ocean+heat")
        assert answer.status_code == 200
        assert filled_in(answer) == (["small"], ["eo"], ["Ocean heat"])

    @pytest.mark.parametrize(
        ("link", "field", "kept"),
        [
            ("profile=huge&environment=eo&server_name=big", "profile", ([], ["eo"], ["big"])),
            ("profile=medium&environment=r&server_name=big", "environment", (["medium"], [], ["big"])),
            ("profile=medium&server_name=!!!", "server_name", (["medium"], ["eo"], ["!!!"])),
            ("profile=medium&profile=small", "profile", (["medium"], ["eo"], [""])),
            ("profile=medium&opt-image=evil", "form", (["medium"], ["eo"], [""])),
            ("profile=%ff", "profile", ([], ["eo"], [""])),
        ],
    )
    def test_a_bad_link_shows_why_beside_the_field_and_keeps_the_rest(
        self, hub: Hub, link: str, field: str, kept: tuple[list[str], ...]
    ) -> None:
        answer = hub.browser("alice").get(f"spawn?{link}")
        assert answer.status_code == 400
        assert set(re.findall(r'id="(\w+)-refusal-', answer.text)) == {field}
        assert filled_in(answer) == kept

    def test_a_profile_that_is_not_for_one_is_refused_and_not_filled_in(self, hub: Hub) -> None:
        answer = hub.browser("alice").get("spawn?profile=large")
        assert answer.status_code == 403
        assert 'id="profile-refusal-1"' in answer.text
        assert filled_in(answer)[0] == []

    def test_pressing_start_on_a_filled_in_form_starts_what_it_shows(self, hub: Hub) -> None:
        browser = hub.browser("carol")
        page = browser.get("spawn?profile=medium&environment=eo")
        action = html.unescape(re.findall(r'<form id="spawn_form" action="([^"]*)"', page.text)[0])
        address = f"{hub.url.removesuffix('/hub')}{action}"
        shown = {"profile": "medium", "environment": "eo", "server_name": ""}
        assert browser.client.post(address.partition("?")[0], data=shown).status_code == 403
        assert browser.client.post(address, data=shown).status_code == 302
        assert hub.wait("carol", lambda model: model.get("ready"))["user_options"] == {
            "profile": "medium",
            "environment": "eo",
        }
        assert browser.get("spawn?profile=small").status_code == 302
        assert browser.get("spawn?profile=small&server_name=other").status_code == 200
        hub.stopped("carol")


class TestRefused:
    """A refused call leaves the hub's database as it was."""

    CALLS = (
        ("a profile of 20 MB", b'{"profile": "' + b"a" * 20_000_000 + b'"}', 413),
        ("a profile of 60 kB", b'{"profile": "' + b"a" * 60_000 + b'"}', 400),
        ("a field of 60 kB", b'{"' + b"a" * 60_000 + b'": 1}', 400),
        ("what is no JSON", b"[" * 20_000, 400),
        ("UTF-16", json.dumps({"profile": "nope"}).encode("utf-16"), 400),
        ("a number of 5000 digits", b'{"profile": ' + b"9" * 5000 + b"}", 400),
        ("a list", b"[1]", 400),
        ("a text", b'"x"', 400),
        ("no options", b"", 400),
        ("options of another kind", {"user_options": ["small"]}, 400),
        ("options in options", {"user_options": {"user_options": SMALL}}, 400),
        ("a field beside the options", {"user_options": SMALL, "image": "evil"}, 400),
        ("a name that is a number", {"user_options": SMALL, "display_name": 1}, 400),
        ("a name of 300 characters", {"user_options": SMALL, "display_name": "x" * 300}, 400),
        ("a name of half a character", b'{"user_options": {}, "display_name": "\\ud800"}', 400),
        ("a profile for others", {"profile": "large", "environment": "eo"}, 403),
    )

    @pytest.mark.parametrize("server", ["", "other"])
    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
    def test_it_is_told_in_a_sentence_and_nothing_is_stored(self, hub: Hub, method: str, server: str) -> None:
        where = f"/users/bob/servers/{server}" if server else "/users/bob/server"
        before, size = rows(hub), database_bytes(hub)
        for what, body, status in self.CALLS:
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            if method != "POST" and (what == "no options" or not server):
                continue
            answer = hub.api.request(method, where, content=content)
            expected = (status,) if method == "POST" else (status, 400)
            assert answer.status_code in expected, (what, answer.text[:300])
            assert answer.json().keys() == {"status", "message"}, what
            assert answer.json()["status"] == answer.status_code
            assert 10 < len(answer.json()["message"]) < 2_000, what
            assert rows(hub) == before, what
        assert database_bytes(hub) - size < 100_000
        assert "Traceback" not in hub.log()

    @pytest.mark.parametrize("server", ["No..Name", "%2e%2e", "x" * 300, "+", "-", "A%20B"])
    @pytest.mark.parametrize("method", ["POST", "PUT"])
    def test_a_name_that_cannot_be_one_leaves_nothing(self, hub: Hub, method: str, server: str) -> None:
        before = rows(hub)
        answer = hub.api.request(method, f"/users/bob/servers/{server}", json=SMALL)
        assert answer.status_code == 400
        assert answer.json()["message"]
        assert rows(hub) == before

    def test_a_refused_choice_does_not_take_the_place_of_the_last_one(self, hub: Hub) -> None:
        hub.started("bob", SMALL)
        hub.stopped("bob")
        assert start(hub, "bob", {"profile": "huge", "environment": "eo"}).status_code == 400
        assert hub.server("bob")["user_options"] == SMALL
        assert start(hub, "bob", b"").status_code in (201, 202)
        assert hub.wait("bob", lambda model: model.get("ready"))["user_options"] == SMALL
        hub.stopped("bob")

    def test_a_form_of_20_mb_and_a_file_in_a_form_are_refused_too(self, hub: Hub) -> None:
        browser = hub.browser("alice")
        before = rows(hub)
        assert browser.submit("spawn", SMALL | {"profile": "x" * 20_000_000}).status_code == 413
        upload = browser.client.post(
            f"{hub.url}/spawn", params={"_xsrf": browser.token}, data=SMALL, files={"image": b"x" * 1000}
        )
        assert upload.status_code == 400
        assert "There is no option 'image as a file'." in text_of(upload)
        assert rows(hub) == before

    def test_an_account_without_a_person_leaves_no_server(self, hub: Hub) -> None:
        hub.add("mallory")
        before = rows(hub)
        answer = start(hub, "mallory", SMALL, "other")
        assert answer.status_code == 403
        assert "never logged in" in answer.json()["message"]
        assert {(user, name) for user, name, _ in rows(hub)} - {(user, name) for user, name, _ in before} <= {
            ("mallory", "")
        }


class TestAllowed:
    """What is stored of a call that is followed."""

    @pytest.mark.parametrize(
        "body",
        [
            SMALL,
            {"user_options": SMALL},
            {"user_options": SMALL | {"server_name": "other"}, "display_name": "An other"},
            {"user_options": {"profile": ["small"], "environment": ["eo"]}},
        ],
    )
    def test_the_options_may_be_wrapped_and_are_stored_as_understood(
        self, hub: Hub, body: dict[str, Any]
    ) -> None:
        assert start(hub, "alice", body, "other").status_code in (201, 202)
        model = hub.wait("alice", lambda model: model.get("ready"), "other")
        assert model["user_options"] == SMALL
        assert model["display_name"] == body.get("display_name", "other")
        hub.stopped("alice", "other")
        hub.api.request("DELETE", "/users/alice/servers/other", json={"remove": True})

    def test_a_server_can_be_made_changed_and_removed_without_a_start(self, hub: Hub) -> None:
        where = "/users/alice/servers"
        made = hub.api.put(f"{where}/plan", json={"user_options": SMALL, "display_name": "My plan"})
        assert made.status_code == 201
        changed = {"user_options": {"profile": "medium", "environment": ["eo"]}, "name": "new-plan"}
        assert hub.api.patch(f"{where}/plan", json=changed).status_code == 200
        model = hub.server("alice", "new-plan")
        assert (model["display_name"], model["stopped"]) == ("My plan", True)
        assert model["user_options"] == {"profile": "medium", "environment": "eo"}
        assert hub.api.request("DELETE", f"{where}/new-plan", json={"remove": True}).status_code == 204

    def test_what_is_made_without_a_start_is_bounded(self, hub: Hub) -> None:
        where = "/users/alice/servers"
        names = [f"plan-{number}" for number in range(MAXIMUM_NAMED_SERVERS + 5)]
        statuses = [hub.api.put(f"{where}/{name}").status_code for name in names]
        assert statuses == [201] * MAXIMUM_NAMED_SERVERS + [400] * 5
        for name in names[:MAXIMUM_NAMED_SERVERS]:
            hub.api.request("DELETE", f"{where}/{name}", json={"remove": True})
        assert {name for user, name, _ in rows(hub) if user == "alice"} == {""}


class TestAtOnce:
    """50 calls at the same time."""

    def test_as_many_start_as_may_and_the_others_are_counted_right(self, hub: Hub) -> None:
        (hub.state / "homes" / "bob" / "slow-start").touch()
        with ThreadPoolExecutor(50) as pool:
            answers = list(pool.map(lambda number: start(hub, "bob", SMALL, f"n{number}"), range(50)))
        (hub.state / "homes" / "bob" / "slow-start").unlink()
        started = [number for number, answer in enumerate(answers) if answer.status_code in (201, 202)]
        assert len(started) == 2
        names = ", ".join(sorted(f"n{number}" for number in started))
        for answer in answers:
            assert answer.status_code in (201, 202, 409)
            if answer.status_code == 409:
                assert f"You run 2 of at most 2 servers: {names}." in answer.json()["message"]
        assert {name for user, name, _ in rows(hub) if user == "bob"} == {"", *names.split(", ")}
        for number in started:
            hub.wait("bob", lambda model: model.get("ready"), f"n{number}")
            hub.stopped("bob", f"n{number}")
            hub.api.request("DELETE", f"/users/bob/servers/n{number}", json={"remove": True})

    def test_one_and_the_same_is_started_once(self, hub: Hub) -> None:
        before = rows(hub)
        with ThreadPoolExecutor(50) as pool:
            answers = list(pool.map(lambda _: start(hub, "bob", SMALL), range(50)))
        assert {answer.status_code for answer in answers} <= {201, 202, 400}
        assert any(answer.status_code in (201, 202) for answer in answers)
        hub.wait("bob", lambda model: model.get("ready"))
        hub.stopped("bob")
        assert [row[:2] for row in rows(hub)] == [row[:2] for row in before]

    def test_forms_and_calls_are_counted_together(self, hub: Hub) -> None:
        browsers = [hub.browser("bob") for _ in range(4)]
        (hub.state / "homes" / "bob" / "slow-start").touch()
        with ThreadPoolExecutor(8) as pool:
            forms = [
                pool.submit(browser.submit, "spawn", SMALL | {"server_name": f"form-{number}"})
                for number, browser in enumerate(browsers)
            ]
            calls = [pool.submit(start, hub, "bob", SMALL, f"call-{number}") for number in range(4)]
            statuses = [asked.result(timeout=60).status_code for asked in (*forms, *calls)]
        (hub.state / "homes" / "bob" / "slow-start").unlink()
        assert sum(status in (201, 202, 302) for status in statuses) == 2
        assert statuses.count(409) == 6
        names = {name for user, name, _ in rows(hub) if user == "bob"} - {""}
        assert len(names) == 2
        for name in names:
            hub.wait("bob", lambda model: model.get("ready"), name)
            hub.stopped("bob", name)
