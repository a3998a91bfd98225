"""The panel's search in a plain JupyterLab: many catalogues, filters, saved things, by keyboard alone."""

import json
import os
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fakes.plain_lab import (
    TOKEN,
    RestartableService,
    clean_environment,
    documented_install,
    free_port,
    running_lab,
)
from fakes.stac_documents import cube_item
from integration.panel_driver import CHROMIUM, Panel, kept, opened

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine (apt-get install chromium)"
)


def collection(identifier: str, title: str) -> dict[str, Any]:
    return {
        "type": "Collection",
        "stac_version": "1.1.0",
        "id": identifier,
        "title": title,
        "description": title,
        "license": "CC-BY-4.0",
        "extent": {"spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [[None, None]]}},
        "links": [],
    }


def scene(number: int, **properties: Any) -> dict[str, Any]:
    """A picture of one degree; the numbers walk over the globe."""
    west, south = -20 + number % 40, 30 + number // 40
    ring = [[west, south], [west + 1, south], [west + 1, south + 1], [west, south + 1], [west, south]]
    day = f"2020-05-{1 + number % 28:02d}T10:00:00Z"
    return cube_item(
        id=f"scene-{number:03d}",
        collection="scenes",
        geometry={"type": "Polygon", "coordinates": [ring]},
        bbox=[west, south, west + 1, south + 1],
        assets={"data": {"href": f"s3://eo/{number}.tif", "type": "image/tiff", "roles": ["data"]}},
        properties={"title": f"Scene {number:03d}", "datetime": day, "gsd": 10, **properties},
    )


def scenes() -> list[dict[str, Any]]:
    """A hundred pictures with clouds, and ten of a radar, which tells of none."""
    optical = [scene(number, **{"eo:cloud_cover": float(number), "platform": "a"}) for number in range(100)]
    radar = [scene(number, title=f"Radar {number}", platform="b") for number in range(100, 110)]
    return [collection("scenes", "Scenes of spring"), *optical, *radar]


def written(folder: Path) -> Path:
    """A static catalogue of three items in a folder."""
    folder.mkdir(parents=True)
    items = [scene(number, title=f"Field {number}", platform="c") for number in range(200, 203)]
    for item in items:
        (folder / f"{item['id']}.json").write_text(json.dumps(item), "utf-8")
    links = [{"rel": "item", "href": f"./{item['id']}.json"} for item in items]
    root = {"type": "Catalog", "stac_version": "1.1.0", "id": "fieldwork", "title": "fieldwork"}
    (folder / "catalog.json").write_text(json.dumps(root | {"description": "Mine", "links": links}), "utf-8")
    return folder


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Generator[dict[str, RestartableService]]:
    with ExitStack() as stack:
        made: dict[str, RestartableService] = {}
        for name, documents in (("first", scenes()), ("second", scenes()[:31])):
            made[name] = RestartableService(tmp_path_factory.mktemp(name))
            made[name].store(documents)
            made[name].start()
            stack.callback(made[name].kill)
        yield made


@pytest.fixture(scope="module")
def lab(services: dict[str, RestartableService], tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    environment = clean_environment(tmp_path_factory.mktemp("plain"), documented_install())
    catalogues = [
        {"id": "first", "title": "First", "url": services["first"].root},
        {"id": "second", "title": "Second", "url": services["second"].root},
        {"id": "gone", "title": "Gone", "url": f"http://127.0.0.1:{free_port()}/"},
    ]
    settings = {"EOHUB_CATALOGUE_SERVER_CATALOGUES": json.dumps(catalogues)}
    settings |= {name: value for name, value in os.environ.items() if name == "LD_LIBRARY_PATH"}
    home = tmp_path_factory.mktemp("home")
    written(home / "fieldwork")
    with running_lab(environment, home, settings) as root:
        yield root


@pytest.fixture
def panel(lab: str) -> Generator[Panel]:
    with opened(lab, TOKEN) as panel:
        panel.first_row.wait_for()
        yield panel


def test_each_catalogue_tells_how_it_does_and_items_of_two_are_one_row(panel: Panel) -> None:
    panel.says("First", "ok 20 of 110")
    panel.says("Second", "ok 20 of 30")
    panel.says("Gone", "unreachable, retrying")
    panel.total("showing 35, total unknown, 5 items in several catalogues")
    panel.picture("federated")
    panel.button("more").click()
    panel.says("Second", "ok 30")
    panel.says("First", "ok 40 of 110")
    panel.total_matches(r"^showing \d+, total unknown, \d+ items in several catalogues$")


def test_a_catalogue_is_left_out_and_taken_back(panel: Panel) -> None:
    panel.choose_only("Second")
    panel.total("showing 20 of 30")
    panel.button("more").click()
    panel.total("showing all 30")
    panel.tick("First")
    panel.total("showing 45 of at most 135, 5 items in several catalogues")


def test_filters_narrow_the_search_as_chips_that_can_be_taken_away(panel: Panel) -> None:
    panel.choose_only("First")
    panel.open_filters()
    panel.pick("Collections", "Scenes of spring")
    panel.field("From").fill("2020-05")
    panel.field("To").fill("2020-05-10")
    panel.field("Most cloud cover in percent").fill("35")
    panel.pick("Add a property", "platform")
    panel.picture("filters")
    panel.button("Search").click()
    panel.total("showing all 18")
    panel.chips_are("Scenes of spring", "2020-05 to 2020-05-10", "cloud cover ≤ 35 %")
    panel.button("Remove the dates").click()
    panel.total("showing 20 of 36")
    panel.button("Clear").click()
    panel.total("showing 20 of 110")
    panel.button("Undo clear").click()
    panel.total("showing 20 of 36")


def test_an_area_is_typed_and_drawn_and_kept_as_a_place(panel: Panel) -> None:
    panel.choose_only("First")
    panel.open_filters()
    panel.button("Text").click()
    panel.field("Area as text").fill("POLYGON((-20 30, -17.5 30, -17.5 30.5, -20 30.5, -20 30))")
    panel.button("Use").click()
    panel.button("Search").click()
    panel.total("showing all 3")
    panel.button("Save as a place").click()
    panel.field("Name of the place").fill("Three degrees")
    panel.press("Enter")
    panel.chips_are("Three degrees")
    panel.draw_box()
    panel.root.locator(".eohub-Chip", has_text="Three degrees").wait_for(state="detached")
    panel.field("A saved place").select_option("Three degrees")
    panel.button("Search").click()
    panel.total("showing all 3")


def test_cql2_text_is_checked_while_it_is_typed(panel: Panel) -> None:
    panel.choose_only("First")
    panel.open_filters()
    panel.text("CQL2 text").first.click()
    panel.field("CQL2 text").fill('"eo:cloud_cover" <')
    panel.root.locator("#eohub-cql2-state.eohub-Fault").wait_for()
    panel.field("CQL2 text").fill('"eo:cloud_cover" < 5')
    panel.text("It can be read.").wait_for()
    panel.button("Search").click()
    panel.total("showing all 5")


def test_the_filter_that_removed_everything_is_named(panel: Panel) -> None:
    panel.choose_only("First")
    panel.open_filters()
    panel.field("Most cloud cover in percent").fill("50")
    panel.words("radar")
    panel.text("There are items without").wait_for()
    assert panel.text("Nothing found for “radar”, with cloud cover ≤ 50 %").is_visible()
    panel.picture("explained")
    panel.button("Search without the limit on cloud cover").click()
    panel.total("showing all 10")


def test_a_search_is_saved_opened_deleted_and_brought_back(panel: Panel) -> None:
    panel.choose_only("First")
    panel.words("radar")
    panel.total("showing all 10")
    panel.button("Saved").click()
    panel.field("Name of this search").fill("My radar")
    panel.button("Save").click()
    panel.button("Clear").click()
    panel.total("showing 20 of 110")
    panel.button("My radar").click()
    panel.total("showing all 10")
    panel.picture("saved")
    panel.button("Delete the search My radar").click()
    panel.text("My radar is deleted.").wait_for()
    panel.button("Undo").click()
    panel.button("My radar").wait_for()


def test_a_search_is_a_link_and_code_as_well(panel: Panel, lab: str) -> None:
    panel.choose_only("First")
    panel.words("radar")
    panel.total("showing all 10")
    panel.button("Saved").click()
    panel.button("Insert as code").click()
    panel.page.locator(".jp-Notebook .cm-content", has_text="pystac_client").first.wait_for()
    panel.button("Copy link").click()
    link = panel.page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{lab}/lab?eohub-search=")
    panel.page.goto(f"{lab}/lab?reset")
    panel.page.goto(link)
    panel.total("showing all 10")
    panel.chips_are("“radar”")
    assert panel.states() == {"First"}


def test_a_link_survives_another_tab_and_leaves_the_address(panel: Panel, lab: str) -> None:
    panel.choose_only("First")
    panel.words("radar 10")
    panel.total("showing all 10")
    panel.button("Saved").click()
    panel.button("Copy link").click()
    link = panel.page.evaluate("navigator.clipboard.readText()")
    tab = Panel(panel.page.context.new_page())
    tab.page.goto(link)
    tab.page.wait_for_url("**/lab/workspaces/auto-*")
    tab.total("showing all 10")
    tab.chips_are("“radar 10”")
    assert "eohub-search" not in tab.page.url
    tab.words("scene 01")
    tab.total_matches("showing all 1[0-9]")
    kept(tab.page, '"words":"scene 01"')
    tab.page.reload()
    tab.chips_are("“scene 01”")
    tab.page.close()


def test_the_main_path_needs_no_mouse(panel: Panel) -> None:
    panel.choose_only("First")
    panel.press("Alt+Shift+C")
    panel.focus_is(panel.root.get_by_role("searchbox"))
    panel.page.keyboard.type("scene 01")
    panel.press("Enter")
    panel.total_matches("showing all 1[0-9]")
    panel.tab_to(panel.first_row)
    panel.press("ArrowDown")
    panel.focus_is(panel.rows.nth(1))
    panel.press("End")
    panel.focus_is(panel.rows.last)
    panel.press("Home")
    panel.focus_is(panel.first_row)
    panel.text("All about this item").wait_for()
    panel.press(" ")
    panel.page.locator(".lm-Menu").wait_for()
    panel.press("Escape")
    panel.press("Enter")
    panel.page.locator(".eohub-Item").wait_for()
    panel.page.locator(".eohub-Item").get_by_role("heading").first.wait_for()


def test_a_folder_of_mine_is_a_catalogue(panel: Panel) -> None:
    panel.button("Catalogues").click()
    panel.field("Address or path of a catalogue").fill("fieldwork")
    panel.button("Add").click()
    entry = panel.root.locator(".eohub-Entry", has_text="fieldwork")
    panel.build_index("fieldwork", 3)
    assert entry.get_by_text("folder").is_visible() or entry.get_by_text("static").is_visible()
    panel.choose_only("fieldwork")
    panel.total("showing all 3")
    panel.picture("catalogues")
    panel.button("Remove fieldwork").click()
    panel.text("fieldwork is removed.").wait_for()
    panel.button("Undo").click()
    panel.field("fieldwork").wait_for()


def test_a_frozen_search_becomes_a_catalogue_that_needs_no_network(
    panel: Panel, services: dict[str, RestartableService]
) -> None:
    panel.choose_only("First")
    panel.words("radar")
    panel.total("showing all 10")
    panel.button("Saved").click()
    panel.text("Use this search without a network").click()
    panel.field("Title of the frozen search").fill("Radar of May")
    panel.button("Freeze").click()
    panel.root.get_by_role("list", name="Frozen searches").get_by_text("ready").wait_for()
    panel.button("Saved").click()
    services["first"].kill()
    try:
        panel.choose_only("Radar of May")
        panel.total("showing all 10")
        panel.picture("frozen")
    finally:
        services["first"].start()


def test_no_answer_of_all_catalogues_is_not_taken_for_a_missing_server(panel: Panel) -> None:
    panel.choose_only("Gone")
    panel.text("The catalogue does not answer, while your Jupyter server does.").wait_for()
    panel.picture("offline")
    panel.page.context.set_offline(True)
    panel.button("List the catalogues and search again").click()
    panel.text("Your Jupyter server does not answer.").wait_for()
    panel.page.context.set_offline(False)


def test_a_reload_finds_everything_as_it_was(panel: Panel) -> None:
    panel.choose_only("First")
    panel.open_filters()
    panel.field("Most cloud cover in percent").fill("60")
    panel.button("Search").click()
    panel.total("showing 20 of 61")
    panel.button("more").click()
    panel.total("showing 40 of 61")
    panel.rows.nth(3).click()
    chosen = panel.selected_title()
    panel.root.locator(".eohub-Results").hover()
    panel.page.mouse.wheel(0, 600)
    panel.rests_beyond(300)
    place = panel.scrolled()
    panel.reload()
    panel.total("showing 40 of 61")
    panel.scrolled_to(place)
    assert panel.states() == {"First"}
    panel.chips_are("cloud cover ≤ 60 %")
    assert panel.field("Most cloud cover in percent").input_value() == "60"
    assert panel.selected_title() == chosen


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_the_panel_is_accessible_in_both_themes(panel: Panel, theme: str) -> None:
    panel.use_theme(theme)
    panel.open_filters()
    panel.button("Catalogues").click()
    panel.button("Saved").click()
    panel.first_row.click()
    panel.text("All about this item").wait_for()
    panel.picture(f"everything-{theme.split()[-1].lower()}")
    assert panel.faults() == []
