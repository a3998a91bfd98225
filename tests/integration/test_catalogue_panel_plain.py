"""The catalogue's wheel in a clean environment with a plain JupyterLab, no hub: the panel works there."""

import json
import re
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Generator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from fakes.plain_lab import (
    TOKEN,
    RestartableService,
    RestartableStore,
    clean_environment,
    documented_install,
    running_lab,
)
from fakes.stac_documents import cube_item
from integration.panel_driver import kept
from playwright.sync_api import Locator, Page, expect, sync_playwright

ARTIFACTS = Path(__file__).parents[2] / "artifacts" / "catalogue-panel"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
HEAVY = ("pydantic", "pydantic_settings", "httpx2", "eohub_catalogue.contract", "structlog")
LOADED = """
import json, sys
import jupyter_server.serverapp
from types import SimpleNamespace
from tornado.web import Application
before = set(sys.modules)
from eohub_catalogue.server import _load_jupyter_server_extension
_load_jupyter_server_extension(SimpleNamespace(web_app=Application([], base_url="/"), config={}))
print(json.dumps(sorted(set(sys.modules) - before)))
"""

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine (apt-get install chromium)"
)


def documents() -> list[dict[str, Any]]:
    """A collection of thirty cubes and pictures, three of which are defective."""
    collection = {
        "type": "Collection",
        "stac_version": "1.1.0",
        "id": "a1b-e1-north-america",
        "title": "North America",
        "description": "Two scenarios",
        "license": "OGL-UK-3.0",
        "extent": {"spatial": {"bbox": [[-135, 15, -47, 60]]}, "temporal": {"interval": [[None, None]]}},
        "links": [],
    }
    picture = {"data": {"href": "s3://climate/picture.tif", "type": "image/tiff", "roles": ["data"]}}
    titled = {"title": "Picture", "datetime": "2020-05-01T00:00:00Z"}
    pictures = [
        cube_item(id=f"picture-{number}", assets=picture, properties=titled | {"title": f"Picture {number}"})
        for number in range(26)
    ]
    no_dates = {"title": "Broken without dates", "datetime": None}
    broken = [
        cube_item(
            id="null-geometry", geometry=None, properties=titled | {"title": "Broken without geometry"}
        ),
        cube_item(id="nested-bbox", bbox=[[-135, 15, -47, 60]], properties=titled | {"title": "Broken bbox"}),
        cube_item(id="no-dates", properties=no_dates),
    ]
    return [collection, cube_item(), *pictures, *broken]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plain")
    return clean_environment(folder, documented_install())


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Generator[RestartableService]:
    service = RestartableService(tmp_path_factory.mktemp("service"))
    service.store(documents())
    service.start()
    yield service
    service.kill()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Generator[RestartableStore]:
    store = RestartableStore(tmp_path_factory.mktemp("store"))
    store.start()
    yield store
    store.kill()


@pytest.fixture(scope="module")
def lab(
    environment: Path,
    service: RestartableService,
    store: RestartableStore,
    tmp_path_factory: pytest.TempPathFactory,
) -> Generator[str]:
    catalogues = [{"id": "embedded", "title": "EOHub catalogue", "url": service.root}]
    settings = {
        "EOHUB_CATALOGUE_SERVER_CATALOGUES": json.dumps(catalogues),
        "EOHUB_CATALOGUE_SERVER_S3_URL": store.url,
    }
    with running_lab(environment, tmp_path_factory.mktemp("home"), settings) as root:
        yield root


@pytest.fixture
def page(lab: str) -> Generator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(60_000)
        yield page
        browser.close()


def open_panel(page: Page, lab: str) -> Locator:
    page.goto(f"{lab}/lab?token={TOKEN}&reset")
    page.locator(".jp-Launcher").wait_for()
    page.locator('.jp-SideBar [data-id="eohub-catalogue"]').click()
    panel = page.get_by_role("region", name="Catalogue")
    rows(panel).first.wait_for()
    return panel


def rows(panel: Locator) -> Locator:
    return panel.locator(".eohub-ResultRow")


def search(panel: Locator, words: str) -> None:
    panel.get_by_role("searchbox").fill(words)
    panel.get_by_role("searchbox").press("Enter")


def picture(page: Page, name: str) -> None:
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{name}.png")


def test_the_wheel_brings_both_halves(environment: Path) -> None:
    listed = subprocess.run(
        [environment / "bin" / "jupyter-labextension", "list"], capture_output=True, text=True, check=True
    )
    assert "@eohub/catalogue v0.1.0" in listed.stdout + listed.stderr
    assert (environment / "etc/jupyter/jupyter_server_config.d/eohub_catalogue.json").is_file()


def test_the_server_imports_nothing_heavy_for_us_when_it_starts(environment: Path) -> None:
    command = [environment / "bin" / "python", "-c", LOADED]
    loaded = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert not [module for module in loaded if module.startswith(HEAVY)]
    assert [module for module in loaded if "eohub" in module] == [
        "eohub_catalogue",
        "eohub_catalogue.server",
        "eohub_catalogue.server.extension",
        "eohub_toolkit",
        "eohub_toolkit.late",
    ]


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "catalogues", {"Authorization": f"token {TOKEN}"}, 200),
        ("GET", "catalogues", {}, 403),
        ("POST", "search", {}, 403),
        ("GET", "store", {}, 403),
        ("GET", "store", {"Authorization": f"token {TOKEN}"}, 200),
        ("POST", "search", {"Authorization": f"token {TOKEN}"}, 422),
        ("GET", "catalogues/elsewhere", {"Authorization": f"token {TOKEN}"}, 404),
        ("GET", "nothing-here", {"Authorization": f"token {TOKEN}"}, 404),
    ],
)
def test_the_routes_are_behind_jupyters_login(
    lab: str, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    body = b"{}" if method == "POST" else None
    asked = urllib.request.Request(f"{lab}/eohub/catalogue/{path}", data=body, headers=headers, method=method)
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:
            answered = answer.status
    except urllib.error.HTTPError as error:
        answered = error.code
        error.close()
    assert answered == status


def test_a_cube_is_found_and_its_code_inserted_into_a_new_notebook_and_taken_back(
    page: Page, lab: str
) -> None:
    hosts: set[str | None] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    panel = open_panel(page, lab)
    assert panel.get_by_text("showing 20 of 30").is_visible()
    panel.get_by_role("button", name="more").click()
    panel.get_by_text("showing all 30").wait_for()
    search(panel, "north temperature")
    panel.get_by_text("showing all 1").wait_for()
    row = rows(panel).first
    for fact in ("Zarr", "12.4 MiB", "air_temperature [K]", "1860-06-01 to 2099-06-01"):
        assert row.get_by_text(fact, exact=True).is_visible()
    # A narrow panel has no room for the shape: the tooltip tells it.
    assert row.get_by_title("2099-06-01 · time 240 × latitude 37 × longitude 49").is_visible()
    row.get_by_role("button", name="Insert code").click()
    cell = page.locator(".jp-Notebook .jp-Cell").first
    cell.get_by_text('ds = xr.open_dataset("s3://climate/a1b-north-america.zarr"').wait_for()
    picture(page, "inserted")
    lines = cell.locator(".cm-line").all_inner_texts()
    assert lines[0] == "import hvplot.xarray  # noqa: F401"
    assert len(lines) <= 8
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+z")
    cell.get_by_text("xr.open_dataset").wait_for(state="detached")
    assert hosts == {"127.0.0.1", None} or hosts == {"127.0.0.1"}


def test_code_goes_below_a_cell_that_holds_something(page: Page, lab: str) -> None:
    panel = open_panel(page, lab)
    search(panel, "north temperature")
    panel.get_by_text("showing all 1").wait_for()
    insert = rows(panel).first.get_by_role("button", name="Insert code")
    insert.click()
    page.locator(".jp-Notebook .jp-Cell").first.get_by_text("xr.open_dataset").wait_for()
    rows(panel).first.focus()
    page.keyboard.press("Enter")
    page.locator(".jp-Notebook .jp-Cell").nth(1).get_by_text("xr.open_dataset").wait_for()
    page.locator(".jp-Notebook .jp-Cell").nth(1).locator(".jp-InputPrompt").click()
    page.keyboard.press("z")
    page.locator(".jp-Notebook .jp-Cell").nth(1).wait_for(state="detached")
    assert page.locator(".jp-Notebook .jp-Cell").first.get_by_text("xr.open_dataset").is_visible()


def test_defects_are_marks_on_their_rows_and_hide_no_other_item(page: Page, lab: str) -> None:
    panel = open_panel(page, lab)
    search(panel, "broken")
    panel.get_by_text("showing all 3").wait_for()
    assert rows(panel).locator(".eohub-Defects").count() == 3
    for title, defect in (
        ("Broken without geometry", "It has no geometry"),
        ("Broken bbox", "Its bounding box is nested"),
        ("Broken without dates", "It has no date"),
    ):
        rows(panel).filter(has_text=title).click()
        panel.locator(".eohub-Details").get_by_text(defect).wait_for()
    picture(page, "defects")


def test_an_item_that_cannot_be_opened_says_why(page: Page, lab: str) -> None:
    panel = open_panel(page, lab)
    search(panel, "picture 7")
    panel.get_by_text("showing all 1").wait_for()
    button = rows(panel).first.get_by_role("button", name="Insert code")
    assert button.get_attribute("aria-disabled") == "true"
    assert "None of its assets is a Zarr store (GeoTIFF)" in (button.get_attribute("title") or "")


def test_nothing_found_offers_the_next_step(page: Page, lab: str) -> None:
    panel = open_panel(page, lab)
    search(panel, "no such thing")
    panel.get_by_text("Nothing found for “no such thing”").wait_for()
    picture(page, "nothing-found")
    panel.get_by_role("button", name="Search without “no such thing”").click()
    panel.get_by_text("showing 20 of 30").wait_for()


def test_the_filter_that_removed_everything_is_named(page: Page, lab: str) -> None:
    panel = open_panel(page, lab)
    panel.get_by_role("button", name="Filters").click()
    panel.get_by_label("From", exact=True).fill("2150-01-01")
    search(panel, "picture")
    panel.get_by_text("There are items without the dates.").wait_for()
    picture(page, "nothing-found-with-dates")
    panel.get_by_role("button", name="Search without the dates").click()
    panel.get_by_text("showing 20 of 26").wait_for()


def test_the_shortcut_and_the_palette_lead_from_a_notebook_to_the_search_field(page: Page, lab: str) -> None:
    page.goto(f"{lab}/lab?token={TOKEN}&reset")
    page.locator(".jp-LauncherCard[data-category=Notebook]").first.click()
    page.get_by_text("| Idle").first.wait_for()
    cell = page.locator(".jp-Notebook .jp-Cell .cm-content").first
    cell.click()
    page.keyboard.press("Alt+Shift+C")
    words = page.get_by_role("region", name="Catalogue").get_by_role("searchbox")
    expect(words).to_be_focused()
    cell.click()
    page.keyboard.press("Control+Shift+C")
    page.locator(".lm-CommandPalette").get_by_role("textbox").fill("Show the Catalogue")
    page.keyboard.press("Enter")
    expect(words).to_be_focused()
    page.wait_for_timeout(1_000)  # the palette gives the focus back to the notebook a moment later
    expect(words).to_be_focused()
    assert cell.inner_text().strip() == ""


def test_no_other_command_has_the_keys_of_the_shortcut(environment: Path) -> None:
    ours, others = dict[str, set[str]](), dict[str, set[str]]()
    for path in environment.glob("share/jupyter/**/schemas/**/*.json"):
        for shortcut in json.loads(path.read_text("utf-8")).get("jupyter.lab.shortcuts", []):
            into = ours if shortcut["command"].startswith("eohub-") else others
            for platform in ("macKeys", "winKeys", "linuxKeys"):
                keys = shortcut.get(platform) or shortcut.get("keys") or ()
                into.setdefault(platform, set()).add(" ".join(keys))
    assert ours == {
        "macKeys": {"Ctrl Shift C"},
        "winKeys": {"Alt Shift C"},
        "linuxKeys": {"Alt Shift C"},
    }
    for platform, keys in ours.items():
        assert len(others[platform]) > 50
        accel = "Cmd" if platform == "macKeys" else "Ctrl"
        assert not keys & {each.replace("Accel", accel) for each in others[platform]}


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_the_icon_is_an_outline_in_both_themes(page: Page, lab: str, theme: str) -> None:
    open_panel(page, lab)
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    page.locator(".lm-Menu-item", has_text=re.compile("^Theme$")).hover()
    page.locator(".lm-Menu-item", has_text=re.compile(f"^{theme}$")).click()
    is_light = str(theme == "JupyterLab Light").lower()
    page.locator(f'body[data-jp-theme-light="{is_light}"]').wait_for(state="attached")
    circle = page.locator('.jp-SideBar [data-id="eohub-catalogue"] circle')
    fill, stroke = circle.evaluate("node => [getComputedStyle(node).fill, getComputedStyle(node).stroke]")
    assert fill == "none"
    assert stroke not in ("none", "")


def test_a_killed_service_is_a_row_that_says_so_and_comes_back_without_reload(
    page: Page, lab: str, service: RestartableService
) -> None:
    panel = open_panel(page, lab)
    service.kill()
    search(panel, "north temperature")
    panel.get_by_text("unreachable, retrying").wait_for()
    picture(page, "unreachable")
    service.start()
    panel.get_by_text("showing all 1").wait_for()
    assert panel.get_by_text("ok 1", exact=True).is_visible()


def test_a_killed_data_store_is_a_row_that_says_so_and_comes_back_without_reload(
    page: Page, lab: str, store: RestartableStore
) -> None:
    panel = open_panel(page, lab)
    row = panel.get_by_role("listitem").filter(has_text="Data store")
    state = row.get_by_role("status")
    expect(state).to_have_text("ok")
    store.kill()
    search(panel, "north temperature")
    expect(state).to_have_text("unreachable, retrying")
    row.get_by_text(f"127.0.0.1:{store.port} does not answer: cells that read from it fail").wait_for()
    row.get_by_text("in 2 s").or_(row.get_by_text("in 1 s")).or_(row.get_by_text("in 4 s")).wait_for()
    picture(page, "data-store-unreachable")
    panel.get_by_text("showing all 1").wait_for()
    assert panel.get_by_text("ok 1", exact=True).is_visible()
    rows(panel).first.get_by_role("button", name="Insert code").click()
    page.locator(".jp-Notebook .jp-Cell").first.get_by_text("xr.open_dataset").wait_for()
    store.start()
    expect(state).to_have_text("ok", timeout=30_000)


def test_a_data_store_that_is_back_is_found_at_once_by_its_button(
    page: Page, lab: str, store: RestartableStore
) -> None:
    store.kill()
    panel = open_panel(page, lab)
    row = panel.get_by_role("listitem").filter(has_text="Data store")
    again = row.get_by_role("button", name="Try Data store again now")
    again.wait_for()
    row.get_by_text("in 8 s").wait_for()
    store.start()
    again.click()
    expect(row.get_by_role("status")).to_have_text("ok", timeout=5_000)
    again.wait_for(state="detached")


def test_a_reload_brings_the_panel_and_its_search_back(page: Page, lab: str) -> None:
    panel = open_panel(page, lab)
    search(panel, "north temperature")
    panel.get_by_text("showing all 1").wait_for()
    kept(page, '"words":"north temperature"')
    page.goto(f"{lab}/lab")
    panel.get_by_text("showing all 1").wait_for()
    assert panel.get_by_role("searchbox").input_value() == "north temperature"


def test_every_action_is_in_the_command_palette_and_the_dark_theme_is_followed(page: Page, lab: str) -> None:
    panel = open_panel(page, lab)
    page.keyboard.press("Control+Shift+c")
    palette = page.locator(".lm-CommandPalette")
    for word in ("Show the Catalogue", "Search Catalogues Again", "Show More Catalogue Items"):
        palette.get_by_role("textbox").fill(word)
        palette.get_by_text(word).first.wait_for()
    for word in ("Stop the Catalogue Search", "Insert Code for the Selected Catalogue Item"):
        palette.get_by_role("textbox").fill(word)
        palette.get_by_text(word).first.wait_for(
            state="attached"
        )  # JupyterLab hides what is not possible now
    palette.get_by_role("textbox").fill("JupyterLab Dark")
    palette.get_by_text("JupyterLab Dark").first.wait_for()
    page.keyboard.press("Enter")
    page.locator('body[data-jp-theme-light="false"]').wait_for(state="attached")
    background = panel.evaluate("node => getComputedStyle(node).backgroundColor")
    picture(page, "dark")
    red, green, blue = (int(part) for part in background.removeprefix("rgb(").rstrip(")").split(","))
    assert max(red, green, blue) < 80
