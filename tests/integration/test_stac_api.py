"""The STAC API as clients meet it: a real process, real HTTP, and the client library that people use."""

import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pystac
import pytest
from fakes.stac_service import CatalogueService, catalogue_service, manage
from pystac_client import Client
from pystac_client.exceptions import APIError

COUNT = 250
JSON = "application/json"
GEOJSON = "application/geo+json"


def document(number: int) -> dict[str, Any]:
    west = -180 + number * 1.4
    ring = [[west, 0], [west + 1, 0], [west + 1, 1], [west, 1], [west, 0]]
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "id": f"scene-{number:03}",
        "collection": "scenes",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "bbox": [west, 0, west + 1, 1],
        "properties": {
            "datetime": f"20{number % 25:02}-03-04T05:06:07.89Z",
            "title": f"Scene {number} of ice",
        },
        "links": [],
        "assets": {"data": {"href": f"s3://climate/scene-{number:03}.zarr", "roles": ["data"]}},
    }


COLLECTION: dict[str, Any] = {
    "type": "Collection",
    "stac_version": "1.1.0",
    "id": "scenes",
    "title": "Scenes",
    "description": "Made for a test",
    "license": "CC0-1.0",
    "extent": {
        "spatial": {"bbox": [[-180, 0, 180, 1]]},
        "temporal": {"interval": [["2000-01-01T00:00:00Z", None]]},
    },
    "links": [
        {"rel": "license", "href": "https://example.org/cc0"},
        {"rel": "item", "href": "./scene-000.json"},
    ],
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CatalogueService]:
    folder = tmp_path_factory.mktemp("catalogue")
    lines = [json.dumps(document(number)) for number in range(COUNT)]
    (folder / "items.ndjson").write_text("\n".join(lines) + "\n")
    (folder / "collection.json").write_text(json.dumps(COLLECTION))
    with catalogue_service(folder) as running:
        done = running.store(folder / "items.ndjson", folder / "collection.json")
        assert done.returncode == 0, done.stderr
        assert f"items: {COUNT} new" in done.stderr
        yield running


@pytest.fixture
def http_client(service: CatalogueService) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=service.root, timeout=60) as client:
        yield client


@pytest.fixture
def stac(service: CatalogueService) -> Client:
    return Client.open(service.root)


def links_of(body: dict[str, Any]) -> dict[str, str]:
    return {link["rel"]: link["href"] for link in body["links"]}


# What people use


def test_pystac_client_sees_the_catalogue(stac: Client) -> None:
    assert stac.title == "EOHub catalogue"
    assert [collection.id for collection in stac.get_collections()] == ["scenes"]
    collection = stac.get_collection("scenes")
    assert collection is not None
    assert collection.description == "Made for a test"
    assert sum(1 for _ in collection.get_items()) == COUNT


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_pystac_client_pages_through_everything_once(stac: Client, method: str) -> None:
    search = stac.search(collections=["scenes"], limit=100, method=method)
    pages = [page.items for page in search.pages()]
    assert [len(page) for page in pages] == [100, 100, 50]
    found = [item for page in pages for item in page]
    assert len({item.id for item in found}) == COUNT
    times = [item.datetime for item in found if item.datetime]
    assert times == sorted(times, reverse=True)
    assert search.matched() == COUNT


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_pystac_client_searches_by_place_time_words_and_ids(stac: Client, method: str) -> None:
    found = {item.id for item in stac.search(bbox=[170, -10, -170, 10], method=method).items()}
    west = {number: -180 + number * 1.4 for number in range(COUNT)}
    assert found == {f"scene-{n:03}" for n, at in west.items() if at + 1 >= 170 or at <= -170}
    assert {i.datetime.year for i in stac.search(datetime="2003", method=method).items() if i.datetime} == {
        2003
    }
    assert [i.id for i in stac.search(ids=["scene-007"], method=method).items()] == ["scene-007"]
    point = {"type": "Point", "coordinates": [-179.5, 0.5]}
    assert [i.id for i in stac.search(intersects=point, method=method).items()] == ["scene-000"]


def test_pystac_client_reads_an_item_by_its_links(stac: Client) -> None:
    collection = stac.get_collection("scenes")
    assert collection is not None
    item = collection.get_item("scene-042")
    assert item is not None
    assert item.assets["data"].href == "s3://climate/scene-042.zarr"
    assert item.get_collection().id == "scenes"  # type: ignore[union-attr]
    item.validate()
    again = pystac.Item.from_file(item.get_self_href())  # type: ignore[arg-type]
    hierarchy = {"root", "parent", "collection"}
    assert {link.rel for link in again.links if link.rel != "self"} == hierarchy
    assert again.to_dict() | {"links": []} == item.to_dict() | {"links": []}


def test_pystac_client_shows_the_sentence_of_a_refusal(stac: Client) -> None:
    with pytest.raises(APIError, match="no collection 'typo'"):
        list(stac.search(collections=["typo"]).items())


# Documents and links


def test_the_landing_page_leads_to_everything(http_client: httpx2.Client, service: CatalogueService) -> None:
    body = http_client.get("").json()
    assert body["type"] == "Catalog"
    assert body["stac_version"] == "1.1.0"
    assert "https://api.stacspec.org/v1.0.0/item-search" in body["conformsTo"]
    assert http_client.get("conformance").json()["conformsTo"] == body["conformsTo"]
    for link in body["links"]:
        assert link["href"].startswith(service.root)
        if link.get("method", "GET") == "GET":
            answer = http_client.get(link["href"])
            assert answer.status_code == 200, link
            assert answer.headers["content-type"].split(";")[0] == link["type"].split(";")[0]


def test_without_a_hub_nothing_claims_to_be_written_and_it_is_said_why(http_client: httpx2.Client) -> None:
    conforms = " ".join(http_client.get("conformance").json()["conformsTo"])
    assert "transaction" not in conforms
    for method in ("PUT", "PATCH", "DELETE"):
        answer = http_client.request(method, "collections/scenes/items/scene-000", json={})
        assert answer.status_code == 403, method
        assert "hub" in answer.json()["detail"]


def test_links_lead_back_through_a_proxy_under_its_own_name(http_client: httpx2.Client) -> None:
    outer = {"Host": "hub.example.org", "X-Forwarded-Proto": "https,http"}
    page = http_client.get("search", params={"limit": 1, "q": "ice"}, headers=outer).json()
    root = "https://hub.example.org/services/catalogue/"
    assert links_of(page)["root"] == root
    assert links_of(page)["next"].startswith(f"{root}search?limit=1&q=ice&token=")
    item = page["features"][0]
    assert links_of(item) == {
        "self": f"{root}collections/scenes/items/{item['id']}",
        "parent": f"{root}collections/scenes",
        "collection": f"{root}collections/scenes",
        "root": root,
    }


@pytest.mark.parametrize("host", ['evil.example" onload=', "[", "a b", "x" * 10 + "/../", "", "hub:99999999"])
def test_a_host_that_is_none_is_not_repeated(service: CatalogueService, host: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)
    connection.putrequest("GET", "/services/catalogue/search?limit=1", skip_host=True)
    connection.putheader("Host", host)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    assert answer.status in (200, 400)
    if answer.status == 200:
        assert links_of(json.loads(body))["root"] == service.root


def test_a_collection_keeps_its_own_links_and_loses_those_of_its_origin(http_client: httpx2.Client) -> None:
    body = http_client.get("collections/scenes").json()
    assert {key: value for key, value in body.items() if key != "links"} == {
        key: value for key, value in COLLECTION.items() if key != "links"
    }
    queryables = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
    assert set(links_of(body)) == {"self", "parent", "root", "items", queryables, "license"}


def test_an_item_page_of_a_collection_is_that_of_a_search(http_client: httpx2.Client) -> None:
    asked = {"limit": 5, "q": "ice", "bbox": "-180,-90,0,90", "datetime": "2001-01-01T00:00:00Z/.."}
    items = http_client.get("collections/scenes/items", params=asked).json()
    search = http_client.get("search", params={**asked, "collections": "scenes"}).json()
    assert items["features"] == search["features"]
    following = http_client.get(links_of(items)["next"]).json()
    assert not {item["id"] for item in following["features"]} & {item["id"] for item in items["features"]}


def test_the_post_link_to_the_next_page_carries_the_whole_search(http_client: httpx2.Client) -> None:
    first = http_client.post("search", json={"limit": 2, "q": ["ice"], "collections": ["scenes"]}).json()
    link = next(link for link in first["links"] if link["rel"] == "next")
    assert (link["method"], link["body"]["q"]) == ("POST", ["ice"])
    second = http_client.post(link["href"], json=link["body"]).json()
    assert second["numberReturned"] == 2
    assert second["features"][0]["id"] != first["features"][0]["id"]


# Bad input: always one sentence, never a 500

LONG = "x" * 100_000
BAD_PARAMETERS: list[dict[str, str]] = [
    {"limit": "0"},
    {"limit": "-1"},
    {"limit": "1000000000"},
    {"limit": "ten"},
    {"limit": "1.5"},
    {"limit": ""},
    {"bbox": "1,2,3"},
    {"bbox": "nan,0,1,1"},
    {"bbox": "0,0,inf,1"},
    {"bbox": "0,5,1,4"},
    {"bbox": "0,0,1,91"},
    {"bbox": "0,0,9,1,1,1"},
    {"bbox": "a,b,c,d"},
    {"bbox": ""},
    {"bbox": "[0,0,1,1]"},
    {"datetime": "2021-01-01T00:00:00Z/2020-01-01T00:00:00Z"},
    {"datetime": "2020-01-01"},
    {"datetime": "yesterday"},
    {"datetime": "../.."},
    {"datetime": "2020-02-30T00:00:00Z"},
    {"datetime": "2020-01-01T24:00:00Z"},
    {"datetime": "2020-01-01T00:00:00"},
    {"intersects": "{"},
    {"intersects": "5"},
    {"intersects": '{"type":"Feature","geometry":null}'},
    {"intersects": '{"type":"Polygon","coordinates":[[[0,0],[1,1]]]}'},
    {"intersects": '{"type":"Point","coordinates":[NaN,0]}'},
    {"intersects": '{"type":"Point","coordinates":[0,100]}'},
    {"intersects": "[" * 20_000},
    {"bbox": "0,0,1,1", "intersects": '{"type":"Point","coordinates":[0,0]}'},
    {"collections": "typo"},
    {"collections": "scenes,typo"},
    {"collections": "\x00"},
    {"ids": ","},
    {"ids": ",".join(["a"] * 1_001)},
    {"q": "x" * 1_001},
    {"q": "a " * 33},
    {"token": "not-a-token"},
    {"token": "é"},
    {"filter": "eo:cloud_cover<"},
    {"filter": "no_function(1) = 1"},
    {"filter-lang": "ecql", "filter": "x = 1"},
    {"sortby": "geometry"},
    {"query": "{"},
    {"unknown": "1"},
]


def assert_problem(answer: httpx2.Response) -> None:
    assert 400 <= answer.status_code < 500, answer.text[:500]
    assert answer.headers["content-type"] == JSON
    body = answer.json()
    assert {"code", "detail", "trace_id"} <= body.keys() <= {"code", "detail", "hint", "trace_id"}
    assert body["detail"].endswith(".")
    assert len(body["detail"]) < 300
    assert not any(word in answer.text for word in ("Traceback", "sqlite", ".py", "pydantic"))


@pytest.mark.parametrize("parameters", BAD_PARAMETERS, ids=lambda one: str(one)[:60])
def test_a_wrong_parameter_is_one_problem(http_client: httpx2.Client, parameters: dict[str, str]) -> None:
    assert_problem(http_client.get("search", params=parameters))


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 0},
        {"limit": 10**9},
        {"limit": 10**400},
        {"limit": "ten"},
        {"limit": True},
        {"limit": 1.5},
        {"bbox": [1, 2, 3]},
        {"bbox": "0,0,1,1"},
        {"bbox": [0, 0, "1", 1]},
        {"bbox": [[0, 0], [1, 1]]},
        {"bbox": [0, 0, None, 1]},
        {"bbox": {}},
        {"bbox": [float("nan"), 0, 1, 1]},
        {"bbox": [0, 0, float("inf"), 1]},
        {"bbox": [0, 0, 10**400, 1]},
        {"datetime": 2020},
        {"datetime": ["2020-01-01T00:00:00Z"]},
        {"datetime": "2021-01-01T00:00:00Z/2020-01-01T00:00:00Z"},
        {"intersects": []},
        {"intersects": {"type": "Point", "coordinates": {"x": 1}}},
        {"intersects": {"type": "GeometryCollection", "geometries": [{"type": "Nothing"}]}},
        {"collections": 5},
        {"collections": [5]},
        {"collections": ["\ud800"]},
        {"ids": {"a": 1}},
        {"ids": [""]},
        {"q": LONG},
        {"q": [1]},
        {"q": {"a": "b"}},
        {"token": 5},
        {"token": LONG},
        {"query": {"eo:cloud_cover": {"near": 10}}},
        {"query": 5},
        {"filter": {"op": "near"}},
        {"filter": 5},
        {"sortby": 5},
        {"sortby": [{"field": 5}]},
        {"fields": 5},
        {"fields": None},
        {"unknown": 1},
        {"intersects": {"type": "MultiPoint", "coordinates": [[0, 0]] * 20_001}},
    ],
    ids=lambda one: str(one)[:60],
)
def test_a_wrong_body_is_one_problem(http_client: httpx2.Client, body: dict[str, object]) -> None:
    text = json.dumps(body)
    assert_problem(http_client.post("search", content=text, headers={"Content-Type": JSON}))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b'{"limit":', JSON),
        (b"", JSON),
        (b"[1]", JSON),
        (b'"text"', JSON),
        (b"null", JSON),
        (b"\xff\xfe", JSON),
        (b"[" * 100_000, JSON),
        (b'{"limit": 1}', "text/plain"),
        (b'{"limit": 1}', "application/xml"),
        (b"limit=1", "application/x-www-form-urlencoded"),
        (b'{"q": "' + b"x" * 2**20 + b'"}', JSON),
        (b'{"limit": ' + b"9" * 5_000 + b"}", JSON),
    ],
)
def test_a_body_that_is_no_search_is_one_problem(
    http_client: httpx2.Client, content: bytes, kind: str
) -> None:
    assert_problem(http_client.post("search", content=content, headers={"Content-Type": kind}))


@pytest.mark.parametrize(
    "path",
    [
        "collections/typo",
        "collections/typo/items",
        "collections/scenes/items/typo",
        "collections/scenes/items/a%00b",
        "collections/%ED%A0%80",
        f"collections/{'x' * 2_000}",
        "collections?limit=0",
        "collections?token=abc",
        "collections/scenes?limit=1",
        "nothing",
        "collections/scenes/items?collections=others",
        "search?limit=%FF",
        "?x=1",
    ],
)
def test_a_wrong_address_is_one_problem(http_client: httpx2.Client, path: str) -> None:
    assert_problem(http_client.get(path))


def test_a_token_of_another_search_or_a_changed_one_is_refused(http_client: httpx2.Client) -> None:
    first = http_client.get("search", params={"limit": 3, "collections": "scenes"}).json()
    token = links_of(first)["next"].rpartition("token=")[2]
    assert (
        http_client.get("search", params={"limit": 7, "collections": "scenes", "token": token}).status_code
        == 200
    )
    for parameters in ({"token": token}, {"collections": "scenes", "q": "ice", "token": token}):
        assert_problem(http_client.get("search", params=parameters))
    for position in range(0, len(token), 7):
        other = "A" if token[position] != "A" else "B"
        changed = token[:position] + other + token[position + 1 :]
        assert_problem(http_client.get("search", params={"collections": "scenes", "token": changed}))


@pytest.mark.parametrize(
    ("limit", "returned"), [(1, 1), (100, 100), (101, 100), (10_000, 100), (1_000_000, 100)]
)
def test_a_large_limit_gives_a_full_page(http_client: httpx2.Client, limit: int, returned: int) -> None:
    assert http_client.get("search", params={"limit": limit}).json()["numberReturned"] == returned
    assert http_client.post("search", json={"limit": limit}).json()["numberReturned"] == returned


def test_reading_needs_no_token_and_a_wrong_one_does_no_harm(http_client: httpx2.Client) -> None:
    answer = http_client.get("search", headers={"Authorization": "token wrong", "Cookie": "a=b"})
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers


def test_every_answer_names_its_trace(http_client: httpx2.Client) -> None:
    refused = http_client.get("search", params={"limit": 0})
    assert refused.headers["x-trace-id"] == refused.json()["trace_id"]


# The command


def test_items_appear_while_the_service_runs_and_odd_ids_can_be_opened(
    service: CatalogueService, http_client: httpx2.Client, tmp_path: Path
) -> None:
    names = ["a/b", "a b?c#d", "ü%20", "'\"<>", ".."]
    file = tmp_path / "odd.json"
    file.write_text(json.dumps([document(0) | {"id": name, "collection": "odd ones"} for name in names]))
    assert service.store(file).returncode == 0
    page = http_client.get("search", params={"collections": "odd ones", "limit": 100}).json()
    assert {item["id"] for item in page["features"]} == set(names)
    for item in page["features"]:
        href = links_of(item)["self"]
        assert href.endswith(f"/items/{quote(item['id'], safe='')}")
        # Two dots are a step upwards to every client, before the request leaves it.
        if item["id"] != "..":
            assert http_client.get(href).json() == item


def test_a_bad_line_is_named_and_stops_no_other(service: CatalogueService, tmp_path: Path) -> None:
    lines = [json.dumps(document(1) | {"id": "x-1", "collection": "lines"}), "{broken", "5", "", '{"a": 1}']
    lines += [
        json.dumps(document(2) | {"id": None}),
        json.dumps(document(3) | {"id": "x-2", "collection": "lines"}),
    ]
    file = tmp_path / "lines.ndjson"
    file.write_text("\n".join(lines))
    done = service.store(file, tmp_path / "missing.ndjson")
    assert done.returncode == 1
    for number in (2, 3, 5, 6):
        assert f"{file}:{number}: " in done.stderr
    assert "missing.ndjson: It cannot be read" in done.stderr
    assert "items: 2 new, 0 changed, 0 unchanged" in done.stderr
    assert "refused: 5" in done.stderr
    assert "items: 0 new, 0 changed, 2 unchanged" in service.store(file).stderr


def test_an_interrupted_ingest_can_be_repeated(tmp_path: Path) -> None:
    lines = [json.dumps(document(number % COUNT) | {"id": f"i{number}"}) + "\n" for number in range(25_000)]
    file, pipe = tmp_path / "many.ndjson", tmp_path / "pipe.ndjson"
    file.write_text("".join(lines))
    os.mkfifo(pipe)
    url = f"sqlite:///{tmp_path / 'many.sqlite'}"
    command = [sys.executable, "-c", "from eohub_catalogue.service.__main__ import manage; manage()"]
    process = subprocess.Popen(
        [*command, "import", str(pipe), "--database-url", url],
        stderr=subprocess.PIPE,
        text=True,
        # Whoever runs the tests in the background has it ignored, and so would the command.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    # Its third batch is not whole, so however fast it is, it waits for more when it is interrupted.
    with pipe.open("w") as output:
        output.writelines(lines)
        output.flush()
        wait_for_first_items(tmp_path / "many.sqlite")
        process.send_signal(signal.SIGINT)
        time.sleep(1)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 130, errors
    assert "Cancelled" in errors
    assert "Traceback" not in errors
    done = manage(["import", str(file), "--database-url", url], {})
    assert done.returncode == 0, done.stderr
    new, _, unchanged = (
        int(part.split()[0]) for part in done.stderr.split("items: ")[1].split(";")[0].split(", ")
    )
    assert new + unchanged == 25_000
    assert unchanged in (10_000, 20_000)


def wait_for_first_items(path: Path) -> None:
    for _ in range(1_200):
        try:
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
                if connection.execute("SELECT count(*) FROM item").fetchone()[0]:
                    return
        except sqlite3.OperationalError:
            pass
        time.sleep(0.05)
    raise AssertionError("nothing was stored within a minute")


@pytest.mark.parametrize(
    ("arguments", "settings", "sentence"),
    [
        (
            ["import", "x.json"],
            {"EOHUB_CATALOGUE_SERVICE_DATABAS_URL": "x"},
            "EOHUB_CATALOGUE_SERVICE_DATABAS_URL is not a setting",
        ),
        (
            ["import", "x.json"],
            {"EOHUB_CATALOGUE_SERVICE_DATABASE_URL": "mysql://x"},
            "EOHUB_CATALOGUE_SERVICE_DATABASE_URL is wrong",
        ),
        (["import", "x.json", "--database-url", "sqlite:////proc/x/y.sqlite"], {}, "cannot be opened"),
    ],
)
def test_a_wrong_setting_ends_the_command_with_a_sentence(
    arguments: list[str], settings: dict[str, str], sentence: str
) -> None:
    done = manage(arguments, settings)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
