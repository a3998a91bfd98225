"""What stands at an address that a person gives, and what is said where it is no catalogue."""

import asyncio
import json
import zipfile
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fakes.catalogue_documents import a_collection, an_item, leading_to
from fakes.catalogue_web import Answers, open_web
from fakes.counting_executor import CountingExecutor
from fakes.frozen_searches import NoNetwork
from fakes.static_site import StaticSite

from eohub_catalogue.errors import LoginNeeded
from eohub_catalogue.frozen_documents import SEARCH
from eohub_catalogue.server.home import Home
from eohub_catalogue.server.own_catalogues import Recognised
from eohub_catalogue.server.recognising import Recogniser
from eohub_toolkit.errors import EohubError, Invalid

URL = "https://stac.example.org/v1"
API = {
    "type": "Catalog",
    "id": "api",
    "title": "An API",
    "conformsTo": ["https://api.stacspec.org/v1.0.0/core"],
    "links": [],
}


def recogniser(transport: httpx2.AsyncBaseTransport, home: Path) -> Recogniser:
    return Recogniser(lambda: open_web(transport), Home(home))


async def at(document: Any, home: Path, **headers: str) -> Recognised:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    answer = httpx2.Response(200, content=body, headers=headers)
    return await recogniser(Answers(answer), home).recognise(URL)


@pytest.mark.parametrize(
    ("document", "kind", "title"),
    [
        (API, "api", "An API"),
        ({"id": "old", "links": [{"rel": "search", "href": "x"}]}, "api", "old"),
        (leading_to("a", title="Static"), "static", "Static"),
        (a_collection("scenes"), "static", "scenes"),
        (
            {"id": "before-1.0", "description": "d", "links": [{"rel": "child", "href": "x"}]},
            "static",
            "before-1.0",
        ),
        ({"type": "FeatureCollection", "features": [an_item("a")]}, "static", "stac.example.org"),
    ],
)
async def test_kinds_on_the_web_are_told_apart(document: Any, kind: str, title: str, tmp_path: Path) -> None:
    assert await at(document, tmp_path) == Recognised(kind, title, url=URL)  # type: ignore[arg-type]


async def test_an_answer_which_may_be_large_is_read_beside_the_event_loop(tmp_path: Path) -> None:
    executor = CountingExecutor(1)
    asyncio.get_running_loop().set_default_executor(executor)
    await at(API, tmp_path)
    assert executor.given == 1


async def test_an_address_may_begin_in_capitals(tmp_path: Path) -> None:
    answer = httpx2.Response(200, json=API)
    found = await recogniser(Answers(answer), tmp_path).recognise("HTTPS://stac.example.org/v1")
    assert found == Recognised("api", "An API", url=URL)


@pytest.mark.parametrize(
    ("body", "content_type", "said"),
    [
        (b"<!DOCTYPE html><html>", "text/html; charset=utf-8", "a web page"),
        (b"\n <html lang='en'>", "application/octet-stream", "a web page"),
        (b"{", "application/json", "no JSON object"),
        (b"[1]", "application/json", "no JSON object"),
        (b"", "", "nothing"),
        (b'{"a": 1}', "application/json", "JSON that is no STAC"),
        (json.dumps(an_item("a")).encode(), "application/json", "a single item"),
    ],
)
async def test_what_else_is_there_is_said(body: bytes, content_type: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=said):
        await at(body, tmp_path, **{"content-type": content_type})


@pytest.mark.parametrize(
    ("status", "kind", "said"),
    [
        (404, Invalid, "status 404"),
        (401, LoginNeeded, "login"),
        (403, LoginNeeded, "login"),
        (418, Invalid, "418"),
    ],
)
async def test_other_answers_are_said(status: int, kind: type[EohubError], said: str, tmp_path: Path) -> None:
    with pytest.raises(kind, match=said):
        await recogniser(Answers(httpx2.Response(status)), tmp_path).recognise(URL)


@pytest.mark.parametrize(
    "address",
    [
        "https://user:pw@example.org",
        "https://example.org/?token=x",
        "https://",
        "https://exa mple.org",
        "ftp://example.org",
        "s3://bucket/catalog.json",
        "file:///etc/passwd",
        "javascript://x",
    ],
)
async def test_odd_addresses_are_refused_without_asking(address: str, tmp_path: Path) -> None:
    network = NoNetwork()
    with pytest.raises(Invalid):
        await recogniser(network, tmp_path).recognise(address)
    assert network.asked == 0


async def test_a_part_of_an_api_leads_to_the_whole(tmp_path: Path) -> None:
    links = [{"rel": "root", "href": "../"}, {"rel": "items", "href": "./scenes/items"}]
    site = StaticSite(
        {
            "https://stac.example.org/": API,
            "https://stac.example.org/collections/scenes": {**a_collection("scenes"), "links": links},
            "https://stac.example.org/collections": {
                "collections": [],
                "links": [{"rel": "root", "href": "/"}],
            },
        }
    )
    for part in ("collections/scenes", "collections"):
        found = await recogniser(site, tmp_path).recognise(f"https://stac.example.org/{part}")
        assert found == Recognised("api", "An API", url="https://stac.example.org/")


async def test_destine_is_known_by_its_host(tmp_path: Path) -> None:
    network = NoNetwork()
    found = await recogniser(network, tmp_path).recognise("https://hda.data.destination-earth.eu/stac/v2")
    assert (found.kind, network.asked) == ("destine", 0)


@pytest.mark.parametrize("place", ["http://{}/stac/v2", "https://{}:8443/stac/v2", "https://{}.example.org/"])
async def test_only_what_is_asked_safely_is_taken_for_destine(place: str, tmp_path: Path) -> None:
    url = place.format("hda.data.destination-earth.eu")
    found = await recogniser(StaticSite({url: API}), tmp_path).recognise(url)
    assert found.kind == "api"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    files: dict[str, Any] = {
        "folder/a/item.json": an_item("a"),
        "folder/package.json": {"name": "no STAC"},
        "catalogue/catalog.json": leading_to("./item.json"),
        "titled/catalog.json": leading_to("./item.json", title="Plots of 2024"),
        "titled/list.json": {"type": "FeatureCollection", "features": [an_item("a")]},
        "list.json": {"type": "FeatureCollection", "features": [an_item("a")]},
        "frozen/catalog.json": leading_to(title="River") | {SEARCH: []},
        "edh/twin/cube/__item__.yaml": {"properties": {}},
        "geojson/places.geojson": {
            "type": "FeatureCollection",
            "features": [{"type": "Feature", "properties": {}}],
        },
        "none/readme.txt": "text",
    }
    for name, document in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(json.dumps(document))
    for name in ("frozen", "folder", "none"):
        with zipfile.ZipFile(tmp_path / f"{name}.zip", "w") as packed:
            for path in (tmp_path / name).rglob("*"):
                packed.write(path, path.relative_to(tmp_path / name))
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "kind", "title", "path"),
    [
        ("folder", "folder", "folder", "folder"),
        ("~/folder/", "folder", "folder", "folder"),
        ("catalogue/catalog.json", "folder", "catalogue", "catalogue"),
        ("titled", "folder", "Plots of 2024", "titled"),
        ("titled/list.json", "folder", "list.json", "titled/list.json"),
        ("list.json", "folder", "list.json", "list.json"),
        ("frozen", "frozen", "River", "frozen"),
        ("frozen.zip", "frozen", "River", "frozen.zip"),
        ("frozen/catalog.json", "frozen", "River", "frozen"),
        ("folder.zip", "folder", "folder.zip", "folder.zip"),
        ("edh", "earthdatahub", "edh", "edh"),
        ("edh/twin/cube/__item__.yaml", "earthdatahub", "cube", "edh/twin/cube"),
    ],
)
async def test_kinds_in_files_are_told_apart(
    home: Path, typed: str, kind: str, title: str, path: str
) -> None:
    found = await recogniser(NoNetwork(), home).recognise(typed)
    assert found == Recognised(kind, title, path=path)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("items.parquet", "items.parquet: It is not a Parquet file, or it is damaged."),
        ("items.json", "items.json: "),
        ("notes.txt", "There are 1 files, none of them JSON or Parquet."),
    ],
)
async def test_a_folder_whose_files_cannot_be_read_is_refused_with_the_reason(
    tmp_path: Path, name: str, said: str
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / name).write_bytes(b"PAR1")
    with pytest.raises(Invalid) as caught:
        await recogniser(NoNetwork(), tmp_path).recognise("mine")
    assert f"mine holds no STAC item. {said}" in caught.value.detail
    assert str(tmp_path) not in caught.value.detail


@pytest.mark.parametrize(
    "typed", ["none", "none.zip", "geojson", "none/readme.txt", "../", "nowhere", "folder/package.json"]
)
async def test_files_that_are_no_catalogue_are_refused(home: Path, typed: str) -> None:
    with pytest.raises(Invalid) as caught:
        await recogniser(NoNetwork(), home).recognise(typed)
    assert str(home) not in caught.value.detail
