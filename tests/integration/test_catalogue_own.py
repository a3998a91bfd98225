"""A person's own catalogues through a real Jupyter server: added, searched, saved, frozen, offline."""

import json
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from fakes.catalogue_items import COLLECTIONS, ITEMS
from fakes.plain_lab import TOKEN, free_port, running, wait_for
from fakes.static_site import published

ALLOWED = {"EOHUB_CATALOGUE_SERVER_ALLOWED_HOSTS": '["127.0.0.0/8"]'}
MOST_TRIES = 200


class CountingHandler(SimpleHTTPRequestHandler):
    """Files of a folder; every request is noted with its answer."""

    def log_request(self, code: Any = "-", size: Any = "-") -> None:
        """Note it."""
        site: Any = self.server
        site.asked.append((self.command, self.path, int(code)))


class Site(ThreadingHTTPServer):
    """A static catalogue on a loopback port."""

    def __init__(self, folder: Path) -> None:
        self.asked: list[tuple[str, str, int]] = []
        super().__init__(("127.0.0.1", 0), partial(CountingHandler, directory=str(folder)))
        self.root = f"http://127.0.0.1:{self.server_port}/catalog.json"
        for address, document in published(COLLECTIONS, ITEMS, root=self.root).items():
            path = folder / urlsplit(address).path.lstrip("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(self.with_asset(document)))
        (folder / "small.png").write_bytes(b"\x89PNG small")

    def with_asset(self, document: dict[str, Any]) -> dict[str, Any]:
        """The document, an item of which has a small picture beside the root."""
        if document.get("id") != "o1":
            return document
        return {**document, "assets": {**document["assets"], "picture": {"href": "../../small.png"}}}

    @contextmanager
    def running(self) -> Generator["Site"]:
        """Serve until the end."""
        thread = threading.Thread(target=self.serve_forever)
        thread.start()
        try:
            yield self
        finally:
            self.shutdown()
            thread.join()
            self.server_close()


class Server:
    """The routes of a Jupyter server."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.root = f"http://127.0.0.1:{port}/eohub/catalogue"
        self.process = process

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON of an answer; raises HTTPError."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"token {TOKEN}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.root}/{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())

    def refused(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """Status and sentence of a refusal."""
        with pytest.raises(urllib.error.HTTPError) as caught:
            self.ask(method, path, body)
        with caught.value:
            return caught.value.code, json.loads(caught.value.read())["detail"]

    def search(self, catalogue: str, **criteria: Any) -> list[str]:
        """Ids that a search finds, once the index is complete."""
        for _ in range(MOST_TRIES):
            page = self.ask("POST", "search", {"catalogue": catalogue, "limit": 100, **criteria})
            if page["note"] is None:
                return sorted(item["id"] for item in page["items"])
        raise AssertionError(page["note"])

    def frozen(self) -> dict[str, Any]:
        """The newest frozen search, once it has ended."""
        for _ in range(MOST_TRIES * 10):
            newest = self.ask("GET", "frozen")["frozen"][0]
            if newest["state"] != "freezing":
                return newest
        raise AssertionError("freezing has no end")


@contextmanager
def jupyter(home: Path, **settings: str) -> Generator[Server]:
    """A Jupyter server of a person with this home folder."""
    port = free_port()
    variables = {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", **settings}
    command = [sys.executable, "-m", "jupyter", "server", "--no-browser", "--allow-root", "--ip=127.0.0.1"]
    command += [f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}"]
    command += [
        f"--ServerApp.root_dir={home}",
        "--ServerApp.jpserver_extensions={'eohub_catalogue.server': True}",
    ]
    with running(command, variables, home / "server.log") as process:
        wait_for(f"http://127.0.0.1:{port}/api", process, home / "server.log")
        yield Server(port, process)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def site(tmp_path: Path) -> Generator[Site]:
    (tmp_path / "site").mkdir()
    with Site(tmp_path / "site").running() as site:
        yield site


def test_a_catalogue_of_ones_own_from_its_address_to_its_frozen_search_without_a_network(
    home: Path, site: Site
) -> None:
    with jupyter(home, **ALLOWED) as server:
        added = server.ask("POST", "catalogues", {"address": site.root, "title": "My catalogue"})
        assert (added["id"], added["kind"], added["own"]) == ("my-catalogue", "static", True)
        assert server.search("my-catalogue") == sorted(item["id"] for item in ITEMS)
        assert server.search("my-catalogue", words="river", start="2020-01-01") == ["o1", "r1"]
        state = server.ask("GET", "catalogues/my-catalogue")
        assert (state["index"]["state"], state["index"]["items"]) == ("ready", len(ITEMS))
        assert state["abilities"]["cql2"] == "there"
        keep_and_freeze(server)
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait(timeout=30)
    asked = len(site.asked)
    with jupyter(home, **ALLOWED) as server:
        listed = {each["id"]: each for each in server.ask("GET", "catalogues")["catalogues"]}
        assert {each: listed[each]["kind"] for each in listed} == {
            "my-catalogue": "static",
            "rivers": "frozen",
        }
        assert server.search("rivers") == ["o1", "r1"]
        assert server.search("rivers", area={"bbox": [8, 8, 9, 9]}, words="flood") == ["r1"]
        item = server.ask("POST", "item", {"catalogue": "rivers", "collection": "optical", "item": "o1"})
        assert item["raw"]["assets"]["picture"]["href"].startswith("zip://optical/assets/o1/picture.png::")
        assert [each["name"] for each in server.ask("GET", "saved")["searches"]] == ["Rivers"]
        assert len(site.asked) == asked
        assert server.search("my-catalogue", collections=["radar"]) == ["r1", "r2", "r3"]
        assert len(site.asked) == asked


def keep_and_freeze(server: Server) -> None:
    """Save a search and a place, and freeze the search into a .zip file."""
    criteria = {"words": "river", "start": "2020-01-01"}
    saved = {"name": "Rivers", "criteria": criteria, "catalogues": ["my-catalogue"]}
    assert len(server.ask("POST", "saved/searches", saved)["searches"]) == 1
    place = {"name": "Fiji", "area": {"bbox": [175, -20, -178, -15]}}
    assert server.ask("POST", "saved/places", place)["places"][0]["name"] == "Fiji"
    query = {
        "searches": [{"catalogue": "my-catalogue", **criteria}],
        "title": "Rivers",
        "path": "rivers.zip",
        "assets": "small",
        "largest_asset_bytes": 1000,
    }
    begun = server.ask("POST", "frozen", query)
    assert (begun["id"], begun["path"]) == ("rivers", "~/rivers.zip")
    frozen = server.frozen()
    assert (frozen["state"], frozen["items"]) == ("ready", 2)
    assert server.refused("POST", "frozen", query)[0] == 409


def test_an_unchanged_catalogue_is_brought_up_to_date_without_a_body(home: Path, site: Site) -> None:
    with jupyter(home, **ALLOWED) as server:
        server.ask("POST", "catalogues", {"address": site.root, "title": "Mine"})
        server.search("mine")
        first = [path for _, path, _ in site.asked]
        site.asked.clear()
        server.ask("POST", "catalogues/mine/index")
        for _ in range(MOST_TRIES * 10):
            if server.ask("GET", "catalogues/mine/index")["state"] != "building":
                break
        assert {status for _, _, status in site.asked} == {304}
        assert len(site.asked) == len(first) - 1  # the root was asked once to be recognised
        assert server.ask("DELETE", "catalogues/mine")["catalogues"] == []
    cache = home / ".cache" / "eohub-catalogue"
    assert list(cache.iterdir()) == []


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("{root}", 403, "127.0.0.1"),
        ("http://169.254.169.254/latest/meta-data/", 403, "169.254.169.254"),
        ("/etc", 422, "outside of your home folder"),
        ("../", 422, "outside of your home folder"),
        ("nowhere", 422, "There is no ~/nowhere"),
        ("ftp://example.org/", 422, "ftp://"),
    ],
)
def test_no_address_leads_into_the_sites_network_or_out_of_the_home(
    home: Path, site: Site, address: str, status: int, said: str
) -> None:
    with jupyter(home) as server:
        found, detail = server.refused("POST", "catalogues", {"address": address.format(root=site.root)})
    assert found == status
    assert said in detail
    assert site.asked == []
