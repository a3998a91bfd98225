"""The real Jupyter server with the catalogue's routes, before the real service and before ugly catalogues."""

import json
import secrets
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from fakes.destine import Destine, destine_on_loopback
from fakes.jupyter_pod import jupyter_server
from fakes.plain_lab import free_port
from fakes.stac_documents import cube_item
from fakes.stac_service import catalogue_service
from fakes.stac_upstream import StacUpstream
from fakes.ugly_upstream import MEBIBYTE, UglyUpstream, ugly_upstream

TOKEN = secrets.token_hex(16)
UGLY = (
    "html",
    "truncated",
    "cut-off",
    "circle",
    "endless",
    "huge",
    "bomb",
    "bad-gzip",
    "short-gzip",
    "silent",
    "drip",
    "left",
    "nobody",
    "latin",
    "busy",
    "next-elsewhere",
    "next-itself",
    "page-size",
    "duplicates",
    "many-collections",
    "inside",
    "metadata",
    "protected",
)
DEADLINE_SECONDS = 5


@dataclass(frozen=True)
class Wire:
    """A running Jupyter server and the catalogues behind it."""

    url: str
    ugly: UglyUpstream
    other: UglyUpstream
    busy: UglyUpstream
    log: Path

    def ask(self, method: str, path: str, body: object = None) -> httpx2.Response:
        headers = {"Authorization": f"token {TOKEN}"}
        return httpx2.request(
            method, f"{self.url}eohub/catalogue/{path}", headers=headers, json=body, timeout=60
        )

    def search(self, catalogue: str, **fields: object) -> httpx2.Response:
        return self.ask("POST", "search", {"catalogue": catalogue, **fields})

    def problem(self, catalogue: str, **fields: object) -> tuple[int, str, str]:
        answer = self.search(catalogue, **fields)
        found = answer.json()
        return answer.status_code, found["code"], found["detail"]


def items() -> list[dict[str, Any]]:
    def square(west: float, east: float) -> dict[str, Any]:
        ring = [[west, 0], [east, 0], [east, 1], [west, 1], [west, 0]]
        return {"type": "Polygon", "coordinates": [ring]}

    scenes = [
        cube_item(
            id=f"scene-{number}",
            collection="optical",
            geometry=square(number, number + 1),
            assets={},
            bbox=[number, 0, number + 1, 1],
            properties={"datetime": f"2020-01-{number + 1:02d}T00:00:00Z", "eo:cloud_cover": number * 4.0},
        )
        for number in range(25)
    ]
    later = {"datetime": "2021-01-01T00:00:00Z"}
    beyond = cube_item(
        id="beyond",
        collection="optical",
        geometry=square(-185, -175),
        bbox=[-185, 0, -175, 1],
        properties=later,
    )
    return [*scenes, beyond]


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Generator[Wire]:
    folder = tmp_path_factory.mktemp("wire")
    stored = folder / "items.ndjson"
    stored.write_text("\n".join(json.dumps(each) for each in items()), "utf-8")
    with (
        catalogue_service(folder) as service,
        ugly_upstream() as ugly,
        ugly_upstream() as other,
        ugly_upstream(folder) as untrusted,
        ugly_upstream() as busy,
    ):
        service.store(stored)
        ugly.other_port = other.port
        catalogues = [{"id": name, "title": f"The {name} one", "url": f"{ugly.root}/{name}"} for name in UGLY]
        catalogues += [
            {"id": "embedded", "title": "EOHub", "url": service.root},
            {"id": "good", "title": "Good", "url": f"{ugly.root}/good"},
            {"id": "very-busy", "title": "The very-busy one", "url": f"{busy.root}/very-busy"},
            {"id": "tls", "title": "Untrusted", "url": f"https://127.0.0.1:{untrusted.port}/good"},
            {"id": "off", "title": "Switched off", "url": f"http://127.0.0.1:{free_port()}/"},
            {"id": "unknown", "title": "Unknown", "url": "http://nowhere.invalid/"},
        ]
        settings = {
            "EOHUB_CATALOGUE_SERVER_CATALOGUES": json.dumps(catalogues),
            "EOHUB_CATALOGUE_SERVER_DEADLINE_SECONDS": str(DEADLINE_SECONDS),
        }
        with jupyter_server(folder, settings, TOKEN) as (url, log):
            yield Wire(url, ugly, other, busy, log)


INSIDE = "leads into the network of this site, where nothing is asked for from here."
NO_STAC = "answered with something that is no STAC."
FAULTS = {
    "html": (502, "catalogue_broken", NO_STAC),
    "truncated": (502, "catalogue_broken", NO_STAC),
    "short-gzip": (502, "catalogue_broken", NO_STAC),
    "cut-off": (503, "unavailable", "does not answer."),
    "nobody": (503, "unavailable", "does not answer."),
    "circle": (502, "catalogue_broken", "redirects in a circle."),
    "endless": (502, "catalogue_broken", "redirects more than 5 times."),
    "huge": (502, "catalogue_broken", "sent more than 32 MiB, which is not read."),
    "bomb": (502, "catalogue_broken", "sent more than 32 MiB, which is not read."),
    "bad-gzip": (502, "catalogue_broken", "sent something that cannot be unpacked."),
    "silent": (503, "timed_out", "did not answer in time."),
    "drip": (503, "timed_out", "did not answer in time."),
    "very-busy": (429, "catalogue_busy", "asks to wait 40 s."),
    "protected": (401, "login_needed", "asks for a login."),
    "inside": (403, "address_refused", INSIDE),
    "metadata": (403, "address_refused", INSIDE),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_one_catalogue_is_one_sentence(wire: Wire, name: str) -> None:
    status, code, said = FAULTS[name]
    assert wire.problem(name) == (status, code, f"The {name} one {said}")


def test_catalogues_that_are_off_unknown_or_not_to_be_trusted_are_named(wire: Wire) -> None:
    assert wire.problem("off") == (503, "unavailable", "Switched off does not answer.")
    assert wire.problem("unknown") == (503, "unavailable", "Unknown does not answer.")
    status, code, said = wire.problem("tls")
    assert (status, code) == (503, "unavailable")
    assert said == "Untrusted cannot prove who it is: its TLS certificate is not trusted here."


def test_what_is_too_large_is_not_read_to_its_end(wire: Wire) -> None:
    before = wire.ugly.sent["huge"]
    wire.search("huge")
    # What lies in the buffers of both sides was sent, the rest was not.
    assert wire.ugly.sent["huge"] - before < 100 * MEBIBYTE


def test_a_redirect_inside_reaches_nobody(wire: Wire) -> None:
    before = wire.other.asked.total()
    wire.search("inside")
    assert wire.other.asked.total() == before


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0", "[::ffff:127.0.0.1]"])
def test_a_person_cannot_add_a_catalogue_inside(wire: Wire, host: str) -> None:
    before = wire.other.asked.total()
    answer = wire.ask("POST", "catalogues", {"address": f"http://{host}:{wire.other.port}/good"})
    assert answer.status_code in (403, 422), answer.text
    assert wire.other.asked.total() == before
    listed = wire.ask("GET", "catalogues").json()["catalogues"]
    assert not any(each["own"] for each in listed)


def test_every_fault_leaves_the_others_as_they_were(wire: Wire) -> None:
    names = [name for name in FAULTS if name != "very-busy"] + ["good", "embedded"]
    with ThreadPoolExecutor(len(names)) as pool:
        answers = dict(zip(names, pool.map(wire.search, names), strict=True))
    assert {name: answers[name].status_code for name in FAULTS if name in answers} == {
        name: FAULTS[name][0] for name in FAULTS if name in answers
    }
    assert [each["id"] for each in answers["good"].json()["items"]] == ["good"]
    assert len(answers["embedded"].json()["items"]) == 20


def test_a_catalogue_that_asks_twice_for_a_rest_is_told_at_once_and_then_answers(wire: Wire) -> None:
    wire.ugly.asked["busy"] = 0
    told: list[int] = []
    while (answer := wire.search("busy")).status_code == 429:
        told.append(answer.json()["retry_after"])
        # As the panel does.
        time.sleep(told[-1])
    assert [each["id"] for each in answer.json()["items"]] == ["good"]
    assert (told, wire.ugly.asked["busy"]) == ([1, 1], 3)


def test_a_catalogue_that_wants_a_long_rest_is_left_alone(wire: Wire) -> None:
    wire.search("very-busy")
    before = wire.busy.asked["very-busy"]
    answer = wire.search("very-busy")
    told = answer.json()
    assert (answer.status_code, told["code"]) == (429, "catalogue_busy")
    assert told["detail"] == f"The very-busy one asks to wait {told['retry_after']} s."
    assert 0 < told["retry_after"] <= 40
    assert wire.busy.asked["very-busy"] == before


def test_a_search_that_the_browser_drops_is_dropped_on_its_way_to_the_catalogue_too(wire: Wire) -> None:
    address = urlsplit(wire.url)
    browser = HTTPConnection(address.hostname or "", address.port, timeout=60)
    headers = {"Authorization": f"token {TOKEN}", "Content-Type": "application/json"}
    browser.request("POST", f"{address.path}eohub/catalogue/search", '{"catalogue": "left"}', headers)
    assert wire.ugly.begun.wait(DEADLINE_SECONDS)
    assert not wire.ugly.dropped.is_set()
    browser.close()
    # Sooner than the deadline would end it.
    assert wire.ugly.dropped.wait(DEADLINE_SECONDS / 2)
    assert wire.ugly.asked["left"] == 1


def pages(wire: Wire, catalogue: str, **fields: object) -> list[dict[str, Any]]:
    found = [wire.search(catalogue, **fields).json()]
    while found[-1]["next"] is not None:
        assert len(found) < 20
        found.append(wire.search(catalogue, **fields, page=found[-1]["next"]).json())
    return found


def ids(found: list[dict[str, Any]]) -> list[list[str]]:
    return [[each["id"] for each in page["items"]] for page in found]


def test_a_next_link_to_another_host_is_asked_of_the_catalogue_itself(wire: Wire) -> None:
    before = wire.other.asked.total()
    assert ids(pages(wire, "next-elsewhere")) == [["first"], ["second"]]
    assert wire.other.asked.total() == before


def test_a_next_link_to_itself_ends(wire: Wire) -> None:
    found = pages(wire, "next-itself")
    assert len(found) == 2
    assert "gives a page again" in found[1]["note"]


def test_pages_of_another_size_lose_nothing_that_fits(wire: Wire) -> None:
    found = pages(wire, "page-size", limit=20)
    assert [len(page) for page in ids(found)] == [5, 1, 100, 0]
    assert "sent 150 items at once; only the first 100 are used." in found[2]["note"]


def test_duplicates_and_a_total_that_lies(wire: Wire) -> None:
    found = pages(wire, "duplicates")
    assert ids(found) == [["a", "b"], ["b", "c"]]
    assert [page["matched"] for page in found] == [None, None]
    # The panel knows the same item by this, on another page and in another catalogue.
    assert found[0]["items"][1]["fingerprint"] == found[1]["items"][0]["fingerprint"]


def test_ten_thousand_collections(wire: Wire) -> None:
    first = wire.ask("GET", "catalogues/many-collections/collections").json()
    assert (len(first["collections"]), first["matched"]) == (200, 10_000)
    found = wire.ask("GET", "catalogues/many-collections/collections?words=collection+9999").json()
    assert [each["id"] for each in found["collections"]] == ["c09999"]


def test_letters_of_another_charset_cost_letters_only(wire: Wire) -> None:
    (row,) = wire.search("latin").json()["items"]
    assert row["title"] == "\ufffdbersicht"


def test_the_embedded_catalogue_does_every_filter_itself(wire: Wire) -> None:
    state = wire.ask("GET", "catalogues/embedded").json()
    abilities = state["abilities"]
    square = {"type": "Polygon", "coordinates": [[[2.5, 0], [6.5, 0], [6.5, 1], [2.5, 1], [2.5, 0]]]}
    searches: list[tuple[dict[str, object], list[str]]] = [
        ({"ids": ["scene-3"]}, ["scene-3"]),
        ({"start": "2020-01-02", "end": "2020-01-03"}, ["scene-1", "scene-2"]),
        ({"area": {"bbox": [2.5, 0.2, 3.5, 0.8]}}, ["scene-2", "scene-3"]),
        ({"area": {"geometry": square}}, ["scene-2", "scene-3", "scene-4", "scene-5", "scene-6"]),
        (
            {"properties": [{"property": "eo:cloud_cover", "op": "<=", "value": 8}]},
            ["scene-0", "scene-1", "scene-2"],
        ),
        ({"cql2": "eo:cloud_cover BETWEEN 10 AND 18"}, ["scene-3", "scene-4"]),
        ({"area": {"bbox": [170, -10, -170, 10]}}, ["beyond"]),
        ({"area": {"bbox": [170, -10, 180, 10]}}, ["beyond"]),
        ({"area": {"bbox": [-180, -10, -170, 10]}}, ["beyond"]),
    ]
    for fields, expected in searches:
        found = pages(wire, "embedded", **fields)
        assert sorted(each for page in ids(found) for each in page) == sorted(expected), fields
        if abilities["cql2"] == "there":
            assert {tuple(page["done_here"]) for page in found} == {()}, (fields, found[0]["note"])


def test_the_embedded_catalogue_tells_collections_and_what_can_be_searched(wire: Wire) -> None:
    found = wire.ask("GET", "catalogues/embedded/queryables?collection=optical").json()
    assert "eo:cloud_cover" in {each["name"] for each in found["queryables"]}
    detail = wire.ask("POST", "item", {"catalogue": "embedded", "collection": "optical", "item": "scene-3"})
    assert detail.json()["summary"]["id"] == "scene-3"


def test_a_person_adds_a_catalogue_inside_where_the_administrator_allows_it(tmp_path: Path) -> None:
    settings = {"EOHUB_CATALOGUE_SERVER_ALLOWED_HOSTS": '["127.0.0.1"]'}
    with ugly_upstream() as ugly, jupyter_server(tmp_path, settings, TOKEN) as (url, log):
        wire = Wire(url, ugly, ugly, ugly, log)
        added = wire.ask("POST", "catalogues", {"address": f"{ugly.root}/good"})
        assert added.status_code == 200, added.text
        assert added.json()["own"]
        found = wire.search(added.json()["id"]).json()
    assert [each["id"] for each in found["items"]] == ["good"]


@pytest.mark.parametrize("by", ["hub", "file"])
def test_the_data_lake_is_searched_with_a_login_that_stays_in_the_server(tmp_path: Path, by: str) -> None:
    destine = Destine(StacUpstream([cube_item(id=f"item-{number}") for number in range(30)]))
    token_file = tmp_path / "refresh"
    token_file.write_text(destine.refresh_token)
    with destine_on_loopback(destine) as root:
        source = {"id": "hda", "title": "Data Lake", "url": f"{root}/api/v1", "kind": "destine"}
        login = {
            "token_file": str(token_file),
            "issuer": f"{root}/realms/desp",
            "exchange_issuer": f"{root}/auth/realms/dedl",
        }
        of_a_file = {"EOHUB_CATALOGUE_SERVER_DESTINE_LOGIN": json.dumps(login)}
        of_a_hub = {"JUPYTERHUB_API_URL": f"{root}/hub/api", "EOHUB_CATALOGUE_SERVER_HUB_TOKEN": "the-server"}
        settings = {"EOHUB_CATALOGUE_SERVER_CATALOGUES": json.dumps([source])}
        with jupyter_server(tmp_path, settings | (of_a_hub if by == "hub" else of_a_file), TOKEN) as (
            url,
            log,
        ):
            wire = Wire(url, *[UglyUpstream()] * 3, log)
            answer = wire.search("hda")
            assert len(answer.json()["items"]) == 20
            assert len(wire.search("hda", page=answer.json()["next"]).json()["items"]) == 10
            destine.accepts = False
            assert wire.problem("hda") == (401, "login_needed", "Data Lake asks for a login.")
        said = answer.text + log.read_text("utf-8", "replace")
    assert destine.given == 2
    assert not any(secret in said for secret in ("token-1", "refresh-1", "platform-token", "the-server"))


def test_no_traceback_and_no_secret_was_written(wire: Wire) -> None:
    log = wire.log.read_text("utf-8", "replace")
    assert "Traceback" not in log
    assert set(wire.ugly.shown.values()) <= {""}
