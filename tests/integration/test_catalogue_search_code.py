"""The code of a search, run as a notebook would run it, finds what the catalogue has."""

import asyncio
import http.server
import json
import threading
import warnings
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fakes.searches import asked, box, where
from fakes.stac_documents import SHARED, cube_item
from fakes.stac_service import catalogue_service, json_lines

from eohub_catalogue.conformance import Facts
from eohub_catalogue.contract import Area, CatalogueSource
from eohub_catalogue.search_cells import Part, cells_of
from eohub_catalogue.search_code import search_code_of
from eohub_catalogue.server.budget import Budgets
from eohub_catalogue.server.stac_api import StacApi
from eohub_catalogue.server.web import Web


def scene(name: str, west: float, cloud: float, day: int) -> dict[str, Any]:
    ring = [[west, 0], [west + 2, 0], [west + 2, 2], [west, 2], [west, 0]]
    properties = {
        "datetime": f"2020-01-{day:02d}T10:00:00Z",
        "title": f"Scene {name}",
        "eo:cloud_cover": cloud,
        "platform": "sentinel-2a" if day % 2 else "sentinel-2b",
    }
    return cube_item(
        id=name,
        collection="scenes",
        geometry={"type": "Polygon", "coordinates": [ring]},
        bbox=[west, 0, west + 2, 2],
        properties=properties,
    )


SCENES = [
    scene("fiji", 177, 5, 1),
    scene("samoa", -173, 50, 2),
    scene("kenya", 37, 15, 3),
    scene("peru", -75, 90, 4),
]
COLLECTION = {
    "type": "Collection",
    "stac_version": "1.1.0",
    "id": "scenes",
    "description": "Scenes",
    "license": "other",
    "extent": {"spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [[None, None]]}},
    "links": [],
}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CatalogueSource]:
    folder = tmp_path_factory.mktemp("service")
    lines = folder / "scenes.ndjson"
    lines.write_text(json_lines([COLLECTION, *SCENES]), "utf-8")
    with catalogue_service(folder) as service:
        assert service.store(lines).returncode == 0
        yield CatalogueSource(id="api", title="API", url=service.root)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def static() -> Iterator[CatalogueSource]:
    handler = partial(Quiet, directory=str(SHARED / "stac" / "pystac-client" / "test-case-1"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.server_address[1]}/catalog.json"
        yield CatalogueSource(id="static", title="Static", url=url, kind="static")
        server.shutdown()
        thread.join()


def found(source: CatalogueSource, facts: Facts | None = None, **criteria: Any) -> set[str]:
    """The ids that the code finds, run in a room of its own, where a warning is an error."""
    room: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exec(search_code_of(asked(**criteria), source, facts), room)
    return {item.id for item in room["items"]}


@pytest.mark.parametrize(
    ("criteria", "ids"),
    [
        ({}, {"fiji", "samoa", "kenya", "peru"}),
        ({"collections": ("scenes",), "ids": ("kenya", "peru")}, {"kenya", "peru"}),
        ({"start": "2020-01-02", "end": "2020-01-03"}, {"samoa", "kenya"}),
        ({"start": "2020-01-03"}, {"kenya", "peru"}),
        ({"end": "2020-01-01T10:00Z"}, {"fiji"}),
        ({"area": box(36, -1, 38, 1)}, {"kenya"}),
        ({"area": box(170, -10, -170, 10)}, {"fiji", "samoa"}),
        ({"area": Area(geometry=SCENES[2]["geometry"])}, {"kenya"}),
        ({"properties": (where("eo:cloud_cover", "<=", 20),)}, {"fiji", "kenya"}),
        ({"properties": (where("platform", "like", "%2b"),)}, {"samoa", "peru"}),
        ({"cql2": "platform = 'sentinel-2a' AND eo:cloud_cover > 10"}, {"kenya"}),
        ({"words": "Scene KENYA"}, {"kenya"}),
        ({"area": box(170, -10, -170, 10), "properties": (where("eo:cloud_cover", "<", 20),)}, {"fiji"}),
    ],
)  # fmt: skip
def test_the_code_finds_what_the_api_has(api: CatalogueSource, criteria: Any, ids: set[str]) -> None:
    assert found(api, **criteria) == ids


def test_the_code_takes_more_than_a_page(api: CatalogueSource) -> None:
    assert len(found(api, limit=2)) == 4


@pytest.mark.parametrize(
    "criteria",
    [
        {"words": "scene"},
        {"words": "KENYA scene"},
        {"words": "ken"},
        {"words": "scene", "area": box(170, -10, -170, 10)},
        {"words": "scene", "properties": (where("eo:cloud_cover", "<=", 20),), "start": "2020-01-02"},
        {"words": "sentinel-2a"},
        {"words": "nowhere"},
    ],
)
async def test_words_are_found_by_the_code_where_the_panel_finds_them(
    api: CatalogueSource, criteria: Any
) -> None:
    async with httpx2.AsyncHTTPTransport() as transport:
        catalogue = StacApi(Web(Budgets({}), transport), api)
        page, facts = await catalogue.search(asked(**criteria)), await catalogue.facts()
    shown = {item["id"] for item in page.features if isinstance(item, dict)}
    assert await asyncio.to_thread(found, api, facts, **criteria) == shown


@pytest.mark.parametrize(
    ("criteria", "number"),
    [
        ({}, 8),
        ({"words": "imagery"}, 4),
        ({"collections": ("area-1-1",)}, 2),
        ({"ids": ("area-1-1-imagery",)}, 1),
        ({"start": "2019-01-01", "end": "2020-01-01"}, 8),
        ({"start": "2020-01-01"}, 0),
        ({"area": box(-180, -90, 180, 90)}, 8),
        ({"area": box(170, 80, -170, 85)}, 0),
        ({"properties": (where("eo:cloud_cover", "<", 20),)}, 0),
    ],
)
def test_the_code_finds_what_a_catalogue_of_files_has(
    static: CatalogueSource, criteria: Any, number: int
) -> None:
    assert len(found(static, **criteria)) == number


def test_the_files_are_those_that_the_test_counts() -> None:
    folder = SHARED / "stac" / "pystac-client" / "test-case-1"
    documents = [json.loads(path.read_text("utf-8")) for path in Path(folder).rglob("*.json")]
    assert sum(document["type"] == "Feature" for document in documents) == 8


def test_each_catalogue_of_a_search_keeps_its_result_and_the_last_cell_has_all(
    api: CatalogueSource, static: CatalogueSource
) -> None:
    twin = api.model_copy(update={"id": "twin"})
    written = cells_of([Part(asked(ids=("kenya", "peru")), api), Part(asked(), static), Part(asked(), twin)])
    room: dict[str, Any] = {}
    for cell in written.cells:
        exec(cell, room)
    assert {item.id for item in room["items_api"]} == {"kenya", "peru"}
    assert len(room["items_static"]) == 8
    assert {item.id for item in room["items_api_2"]} == {scene["id"] for scene in SCENES}
    assert len(room["items"]) == 8 + 4
    assert len({(item.collection_id, item.id) for item in room["items"]}) == 8 + 4
