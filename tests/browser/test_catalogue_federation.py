"""One search over an embedded, a pgstac and a static catalogue, and everything found again after a reload."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, override
from urllib.parse import urlsplit

import pytest
from fakes.pgstac_service import pgstac_service
from fakes.plain_lab import TOKEN, RestartableService, clean_environment, documented_install, running_lab
from integration.panel_driver import CHROMIUM, Panel, kept, opened
from integration.test_catalogue_panel_search import collection, scene
from shapely.geometry import Polygon, box, shape

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine (apt-get install chromium)"
)


class _Quiet(SimpleHTTPRequestHandler):
    @override
    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def static_catalogue(folder: Path, items: list[dict[str, Any]]) -> Generator[str]:
    """A catalogue of files on a web server that knows nothing of STAC; yields its root's address."""
    for item in items:
        (folder / f"{item['id']}.json").write_text(json.dumps(item), "utf-8")
    links = [{"rel": "item", "href": f"./{item['id']}.json"} for item in items]
    root = {"type": "Catalog", "stac_version": "1.1.0", "id": "files", "title": "Files"}
    (folder / "catalog.json").write_text(json.dumps(root | {"description": "Files", "links": links}), "utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/catalog.json"
    finally:
        server.shutdown()
        server.server_close()


def clouded(numbers: range) -> list[dict[str, Any]]:
    return [scene(number, **{"eo:cloud_cover": float(number % 100)}) for number in numbers]


HELD = {"EOHub": clouded(range(60)), "PgSTAC": clouded(range(40, 100)), "Files": clouded(range(100, 112))}
"""What each catalogue holds; twenty scenes are in two of them."""


def matches(area: Polygon, most_clouds: float) -> dict[str, list[str]]:
    """The ids that each catalogue has of an area, by looking at every item."""
    return {
        name: [
            item["id"]
            for item in items
            if item["properties"]["eo:cloud_cover"] <= most_clouds
            and area.intersects(shape(item["geometry"]))
        ]
        for name, items in HELD.items()
    }


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """A Lab with three catalogues."""
    folder = tmp_path_factory.mktemp
    embedded = RestartableService(folder("embedded"))
    embedded.store([collection("scenes", "Scenes of spring"), *HELD["EOHub"]])
    embedded.start()
    scenes = [collection("scenes", "Scenes of spring")]
    try:
        with (
            pgstac_service(folder("pgstac"), collections=scenes) as pgstac,
            static_catalogue(folder("files"), HELD["Files"]) as files,
        ):
            assert pgstac.load_items(HELD["PgSTAC"]) == []
            catalogues = [
                {"id": "embedded", "title": "EOHub", "url": embedded.root},
                {"id": "pgstac", "title": "PgSTAC", "url": pgstac.root},
                {"id": "files", "title": "Files", "url": files, "kind": "static"},
            ]
            settings = {"EOHUB_CATALOGUE_SERVER_CATALOGUES": json.dumps(catalogues)}
            environment = clean_environment(folder("plain"), documented_install())
            with running_lab(environment, folder("home"), settings) as root:
                yield root
    finally:
        embedded.kill()


def test_three_catalogues_are_one_search_that_a_reload_finds_as_it_was(lab: str) -> None:
    with opened(lab, TOKEN) as panel:
        hosts: set[str | None] = set()
        panel.page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
        build_the_index(panel)
        find_and_filter(panel)
        title = page_and_open(panel)
        save_and_reload(panel, title)
        assert hosts <= {"127.0.0.1", None, ""}


def build_the_index(panel: Panel) -> None:
    """The static catalogue is searched through an index, which is built from the panel."""
    panel.says("EOHub", "ok 20 of 60")
    panel.button("Catalogues").click()
    panel.build_index("Files", 12)
    panel.picture("federation-catalogues")
    panel.button("Catalogues").click()
    panel.says("Files", "ok 12")
    panel.says("PgSTAC", "ok 20+")  # it tells no total, and none is made up


def find_and_filter(panel: Panel) -> None:
    """Draw an area, limit the clouds: the list narrows in all three to what is there."""
    panel.open_filters()
    panel.draw_box()
    panel.field("Most cloud cover in percent").fill("70")
    with panel.page.expect_request("**/eohub/catalogue/search") as asked:
        panel.button("Search").click()
    there = matches(box(*asked.value.post_data_json["area"]["bbox"]), most_clouds=70)
    found = {identifier for identifiers in there.values() for identifier in identifiers}
    shared = sum(map(len, there.values())) - len(found)
    assert all(there.values())
    assert 0 < shared < len(found) < 83
    panel.page_to_the_end()
    panel.total_matches(rf"^showing (all )?{len(found)}\b.* {shared} items in several catalogues")
    for catalogue, identifiers in there.items():
        panel.says(catalogue, f"ok {len(identifiers)}")
    assert sorted(panel.walk()) == sorted(identifier.replace("scene-", "Scene ") for identifier in found)
    panel.picture("federation-filtered")
    panel.button("Remove the area").click()
    # Of 60 of EOHub, 31 of pgstac and 12 files, twenty are in two catalogues.
    panel.total("showing 42, total unknown, 10 items in several catalogues")


def page_and_open(panel: Panel) -> str:
    """Page to the end, then open an item's page; returns the item's title."""
    panel.page_to_the_end()
    panel.total_matches(r"^showing (all )?83\b.* 20 items in several catalogues")
    panel.picture("federation-all")
    panel.rows.nth(2).click()
    title = panel.selected_title()
    panel.button("All about this item").click()
    page = panel.page.locator(".eohub-Item")
    page.get_by_role("heading", name=title).wait_for()
    panel.picture("federation-item")
    return title


def save_and_reload(panel: Panel, title: str) -> None:
    """Save the search; a reload finds the list, the open row, the item's page and what was saved."""
    panel.button("Saved").click()
    panel.field("Name of this search").fill("Clear spring")
    panel.button("Save").click()
    panel.button("Clear spring").wait_for()
    kept(panel.page, '"value":70', f'{title.replace("Scene ", "scene-")}%22%5D"]')
    panel.reload()
    panel.total_matches(r"^showing (all )?83\b.* 20 items in several catalogues")
    panel.chips_are("cloud cover ≤ 70 %")
    assert panel.selected_title() == title
    panel.button("Clear spring").wait_for()
    panel.page.locator(".eohub-Item").get_by_role("heading", name=title).wait_for()
    panel.picture("federation-reloaded")
