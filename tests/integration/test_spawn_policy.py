"""A real hub and its policy: options that would skip it, files that change while it runs, and who is told."""

import html
import json
import re
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from fakes.hub_for_spawner import Hub, hub_with_people

from eohub_hub.spawner.mounts.tool import find_mount_tool

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="walls need Linux")
SMALL = {"profile": "small", "environment": "eo"}
TOOL = find_mount_tool()


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    with hub_with_people() as hub:
        yield hub


def events(hub: Hub) -> list[dict[str, Any]]:
    """What the audit log holds of servers and the policy, the oldest first."""
    lines = [line for path in sorted((hub.state / "audit").glob("*.jsonl")) for line in path.open()]
    found = (json.loads(line) for line in lines)
    return [event for event in found if event["action"].startswith(("spawn", "stop", "policy"))]


def ask(hub: Hub, body: object) -> httpx2.Response:
    return hub.api.post("/users/alice/server", content=json.dumps(body).encode())


def text_of(page: httpx2.Response) -> str:
    """What a person reads on a page."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page.text)))


class TestOptionsThatSkipValidation:
    CALLS = (
        {"image--unlisted-choice": "evil/x:1"},
        {"image--unlisted-choice": "evil/x:1", "profile": ""},
        {"image": "evil/x:1"},
        {"image": "evil/x:1", "profile": ""},
        {"user_options": {"image": "registry.example.org/evil/x:1", "profile": ""}},
        {"size--unlisted-choice": "x"},
        {"size": "x", "profile": ""},
        {"profile": "small", "environment": "eo", "size--unlisted-choice": "x"},
        {"profile": "small", "environment": "eo", "image": "registry.example.org/evil/x:1"},
        {"profile": "small", "environment": "eo", "image": "registry.example.org/eohub/eo:1\n"},
        {"profile": "sm\u0430ll", "environment": "eo"},
        {"profile": "small\n", "environment": "eo"},
    )

    @pytest.mark.parametrize("call", CALLS, ids=lambda call: json.dumps(call)[:60])
    def test_are_refused_with_400_and_an_entry_in_the_audit_log(self, hub: Hub, call: object) -> None:
        before = len(events(hub))
        answer = ask(hub, call)
        assert answer.status_code == 400, answer.text
        assert re.search("llowed.* Ask: the test desk", answer.json()["message"])
        (event,) = events(hub)[before:]
        assert (event["action"], event["outcome"]) == ("spawn.refused", "refused")
        assert (event["actor"], event["object"]) == ("service:tests", "server:alice")
        assert event["details"]["rule"] in ("unknown-option", "missing-option", "malformed-option", "image")
        assert hub.server("alice").get("ready") in (None, False)

    def test_an_unknown_choice_is_told_with_the_allowed_names(self, hub: Hub) -> None:
        answer = ask(hub, {"profile": "small", "size": "xxl"})
        assert answer.status_code == 400
        assert "Small has no size 'xxl'. Allowed: no size, it has only its own." in answer.json()["message"]
        assert "The option environment is missing. Allowed: eo." in answer.json()["message"]

    def test_a_form_is_written_down_as_the_person_who_sent_it(self, hub: Hub) -> None:
        before = len(events(hub))
        page = hub.browser("bob").submit("spawn", {"profile": "large", "environment": "eo"})
        assert page.status_code == 403
        (event,) = events(hub)[before:]
        assert (event["action"], event["actor"]) == ("spawn.refused", "bob")
        assert event["details"]["rule"] == "group"

    def test_looking_at_a_link_is_no_attempt(self, hub: Hub) -> None:
        before = len(events(hub))
        assert hub.browser("bob").get("spawn?profile=large").status_code == 403
        assert len(events(hub)) == before


class TestALife:
    def test_start_and_end_are_written_down_with_who_asked(self, hub: Hub) -> None:
        before = len(events(hub))
        hub.started("carol", SMALL)
        hub.stopped("carol")
        start, stop = events(hub)[before:]
        assert (start["action"], start["actor"], start["object"]) == (
            "spawn",
            "service:tests",
            "server:carol",
        )
        assert start["details"]["profile"] == "small"
        assert start["details"]["price"] == "0.04 EUR/h"
        assert (stop["action"], stop["actor"], stop["object"]) == ("stop", "service:tests", "server:carol")

    def test_a_start_that_fails_is_written_down_with_its_reason(self, hub: Hub) -> None:
        flag = hub.state / "homes" / "carol" / "fail-at-start"
        flag.touch()
        before = len(events(hub))
        ask_carol = hub.api.post("/users/carol/server", json=SMALL)
        assert ask_carol.status_code in (201, 202, 500)
        hub.wait("carol", lambda model: not model or model["stopped"])
        flag.unlink()
        actions = [event["action"] for event in events(hub)[before:]]
        assert actions == ["spawn", "spawn.failed"]
        assert "ended while it was starting" in events(hub)[-1]["details"]["sentence"]


class TestFilesThatChange:
    """All of a change or nothing of it, without a restart."""

    @pytest.fixture
    def small(self, hub: Hub) -> Iterator[Any]:
        path = hub.folder / "policy" / "profiles" / "small.yaml"
        text = path.read_text()
        yield path
        path.write_text(text)
        self.wait_for(hub, "0.04 EUR/h")

    def wait_for(self, hub: Hub, text: str) -> None:
        browser = hub.browser("alice")
        deadline = time.monotonic() + 30
        while text not in text_of(browser.get("spawn")):
            assert time.monotonic() < deadline
            time.sleep(0.2)

    def test_a_new_price_is_in_the_form_and_the_log_without_a_restart(self, hub: Hub, small: Any) -> None:
        small.write_text(small.read_text().replace("0.04", "0.07"))
        self.wait_for(hub, "0.07 EUR/h")
        reloaded = [event for event in events(hub) if event["action"] == "policy.reloaded"]
        assert re.fullmatch("[0-9a-f]{12}", reloaded[-1]["details"]["version"])

    def test_a_fault_keeps_the_old_policy_and_is_written_down(self, hub: Hub, small: Any) -> None:
        before = len(events(hub))
        small.write_text(small.read_text().replace("0.04", "0.09").replace("cpu: 1", "cpu: none"))
        browser = hub.browser("alice")
        deadline = time.monotonic() + 30
        while not [event for event in events(hub)[before:] if event["action"] == "policy.refused"]:
            assert time.monotonic() < deadline
            assert "0.04 EUR/h" in text_of(browser.get("spawn"))
            time.sleep(0.2)
        (event,) = events(hub)[before:]
        assert "profiles/small.yaml:3: cpu: must be a number" in event["details"]["fault"]
        assert "0.04 EUR/h" in text_of(browser.get("spawn"))


@pytest.mark.skipif(isinstance(TOOL, str), reason=f"no mounts on this machine: {TOOL}")
class TestForm:
    """Sizes and data of the form, from the page to what is stored, with files that came while the hub ran."""

    SIZE = "sizes: [{name: wide, title: Wide, cpu: 2, memory: 2 GiB, price: 0.08 EUR/h}]\n"
    MOUNT = "name: climate\ntitle: Climate cubes\nbucket: climate\naccess: read-only\n"

    @pytest.fixture
    def wide(self, hub: Hub) -> Iterator[Hub]:
        path = hub.folder / "policy" / "profiles" / "small.yaml"
        text = path.read_text()
        mounts = hub.folder / "policy" / "mounts"
        mounts.mkdir(exist_ok=True)
        (mounts / "climate.yaml").write_text(self.MOUNT)
        path.write_text(text + self.SIZE)
        TestFilesThatChange().wait_for(hub, "Size of Small")
        yield hub
        path.write_text(text)
        (mounts / "climate.yaml").unlink()

    def test_a_size_and_data_are_started_stored_and_remembered(self, wide: Hub) -> None:
        browser = wide.browser("bob")
        fields = {
            "profile": "small", "size-of-small": "wide", "environment": "eo", "server_name": "",
            "mounts": "climate",
        }  # fmt: skip
        assert browser.submit("spawn", fields).status_code == 302
        options = wide.wait("bob", lambda model: model.get("ready"))["user_options"]
        assert options == {"profile": "small", "environment": "eo", "size": "wide", "mounts": ["climate"]}
        assert "Small (Wide), 0.08 EUR/h" in text_of(browser.get("home"))
        memory = wide.run_inside("bob", "import os; print(os.environ['MEM_LIMIT'])")
        assert int(memory) == 2 * 2**30
        wide.stopped("bob")
        page = browser.get("spawn").text
        assert re.search(r'<option value="wide" selected', page)
        assert re.search(r'id="mount-climate" value="climate" checked', page)

    def test_a_size_that_is_not_there_comes_back_beside_its_field(self, wide: Hub) -> None:
        page = wide.browser("carol").submit(
            "spawn", {"profile": "small", "size-of-small": "xxl", "environment": "eo", "mounts": "none"}
        )
        assert page.status_code == 400
        assert 'id="size-refusal-1"' in page.text
        assert 'id="mounts-refusal-1"' in page.text
        assert "Small has no size 'xxl'. Allowed: wide, or no size." in text_of(page)
        assert "There is no data 'none'. Allowed: climate." in text_of(page)
