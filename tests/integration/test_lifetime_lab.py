"""A real JupyterLab beside a real lifetime service: what it reports by itself, and what that does to it."""

import asyncio
import json
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fakes.hub_for_spawner import ADMIN_TOKEN, Hub
from fakes.lifetime_service import LifetimeService, audited, free_port
from integration.local_stack import ROOT
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from eohub_hub.local.state import StateFolder
from eohub_hub.local.tools import find_tools
from eohub_hub.local.users_environment import make_users_environment

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="walls need Linux")
HEADERS = {"Authorization": f"token {ADMIN_TOKEN}"}
CULLING = "{idle: 24 s, grace: 8 s, keep: 30 s, maximum_age: never}"
LONGER_THAN_ANY_IDLENESS = 45
PEOPLE = ("alice", "bob", "carol")


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    """A hub whose servers run in the real environment of the test stack, and end soon."""
    state = StateFolder(ROOT / "artifacts" / "stack")
    make_users_environment(state, find_tools(), print)
    service = LifetimeService(free_port())
    with tempfile.TemporaryDirectory(prefix="eohub-lifetime-lab-") as folder:
        hub = Hub(Path(folder), state.environment, lifetime=service.url)
        hub.prepare()
        profile = "name: brief\ntitle: Brief\ncpu: 2\nmemory: 2 GiB\nprice: 0 EUR/h\n"
        (hub.folder / "policy" / "profiles" / "brief.yaml").write_text(f"{profile}culling: {CULLING}\n")
        hub.start()
        for name in PEOPLE:
            hub.add(name)
        service.start(hub)
        try:
            yield hub
        finally:
            for name in PEOPLE:
                hub.stopped(name)
            service.stop()
            hub.close()
            print(service.log()[-4_000:], hub.log()[-4_000:])


class Lab:
    """One person's JupyterLab as their browser uses it."""

    def __init__(self, hub: Hub, user: str) -> None:
        self.hub = hub
        self.user = user
        hub.started(user, {"profile": "brief", "environment": "eo"})
        self.address = hub.address(f"/user/{user}/")

    def ask(self, method: str, path: str, body: object = None) -> httpx2.Response:
        return httpx2.request(method, f"{self.address}{path}", headers=HEADERS, json=body, timeout=30)

    def kernel(self) -> str:
        return str(self.ask("POST", "api/kernels", {"name": "python3"}).json()["id"])

    def status(self) -> dict[str, Any]:
        return dict(self.ask("GET", "eohub/lifetime/status?no_track_activity=1").json())

    @property
    def is_running(self) -> bool:
        model = self.hub.server(self.user)
        return bool(model) and not model["stopped"]


async def channel(lab: Lab, kernel: str) -> WebSocketClientConnection:
    """A page's connection to a kernel."""
    url = f"{lab.address.replace('http', 'ws', 1)}api/kernels/{kernel}/channels"
    return await websocket_connect(HTTPRequest(url, headers=HEADERS, connect_timeout=60))


async def begin(lab: Lab, kernel: str, code: str) -> None:
    """Run a cell, see that it is busy, and close the page."""
    connection = await channel(lab, kernel)
    header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "username": "", "session": "test"}
    content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}}
    message: dict[str, Any] = {"header": header | {"version": "5.3"}, "parent_header": {}, "metadata": {}}
    await connection.write_message(json.dumps(message | {"content": content, "channel": "shell"}))
    while True:
        answer = await asyncio.wait_for(connection.read_message(), 60)
        assert answer is not None
        told = json.loads(answer)
        if told["msg_type"] == "status" and told["parent_header"].get("msg_id") == header["msg_id"]:
            break
    connection.close()


def until(condition: Callable[[], bool], seconds: float = 90.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.5)


async def test_a_terminal_knows_the_programs_of_its_environment(hub: Hub) -> None:
    lab = Lab(hub, "carol")
    name = lab.ask("POST", "api/terminals", {}).json()["name"]
    url = f"{lab.address.replace('http', 'ws', 1)}terminals/websocket/{name}"
    connection = await websocket_connect(HTTPRequest(url, headers=HEADERS, connect_timeout=60))
    await connection.write_message(json.dumps(["stdin", "echo at-$(command -v python)-at\r"]))
    seen = ""
    while "bin/python-at" not in seen:
        answer = await asyncio.wait_for(connection.read_message(), 30)
        assert answer is not None
        seen += str(json.loads(answer)[1:])
    assert "/environments/eo/bin/python-at" in seen
    connection.close()
    hub.stopped("carol")


async def test_a_notebook_that_sleeps_with_the_browser_closed_is_left_alone(hub: Hub) -> None:
    lab = Lab(hub, "bob")
    await begin(lab, lab.kernel(), "import time; time.sleep(7200)")
    until(lambda: lab.status().get("busy_with") == ["one busy kernel"])
    end = time.monotonic() + LONGER_THAN_ANY_IDLENESS
    while time.monotonic() < end:
        assert lab.is_running
        assert lab.status()["ending"] is None
        await asyncio.sleep(3)
    assert audited(hub, "announced", "bob") == []


async def test_a_forgotten_open_tab_is_warned_kept_once_and_then_stopped(hub: Hub) -> None:
    lab = Lab(hub, "alice")
    connection = await channel(lab, lab.kernel())
    until(lambda: bool(lab.status().get("rules")))
    assert lab.status()["rules"] == "Stops after 24 s without activity."

    def asks_as_a_page_does() -> bool:
        lab.ask("GET", "api/kernels")
        lab.ask("GET", "api/contents")
        return bool(lab.status().get("ending"))

    until(asks_as_a_page_does)
    ending = lab.status()["ending"]
    assert (ending["cause"], ending["why"]) == ("idle", "Nothing is running in it.")
    assert lab.ask("POST", "eohub/lifetime/keep", {}).json()["ending"] is None
    until(asks_as_a_page_does)
    until(lambda: not lab.is_running)
    connection.close()
    until(lambda: bool(audited(hub, "culled", "alice")))
    log = (hub.state / "logs" / "servers" / "alice.log").read_text()
    assert "Traceback" not in log
