"""The wheels of the catalogue and the cubes in one plain JupyterLab: a found item opens in the cube view."""

import json
import re
from collections.abc import Generator
from pathlib import Path

import pytest
from browser.accessibility import faults_of
from browser.plain_page import CHROMIUM, THEMES, Theme, keep_picture, use_theme
from fakes.plain_lab import TOKEN, RestartableService, clean_environment, documented_install, running_lab
from fakes.stac_documents import cube_item
from playwright.sync_api import Locator, Page, expect, sync_playwright

ROOT = Path(__file__).parents[2]
COLLECTION = {
    "type": "Collection",
    "stac_version": "1.1.0",
    "id": "a1b-e1-north-america",
    "title": "North America",
    "description": "Two scenarios",
    "license": "OGL-UK-3.0",
    "extent": {"spatial": {"bbox": [[-135, 15, -47, 60]]}, "temporal": {"interval": [[None, None]]}},
    "links": [],
}
FILES = {
    "first": {"href": "s3://nowhere/first.nc", "title": "First file", "roles": ["data"]},
    "second": {"href": "s3://nowhere/second.nc", "title": "Second file", "roles": ["data"]},
}

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine (apt-get install chromium)"
)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    folder = tmp_path_factory.mktemp("both")
    (cubes,) = (ROOT / "dist").glob("eohub_cubes-*.whl")
    environment = clean_environment(folder, [*documented_install(), f"{cubes}[server]"])
    service = RestartableService(folder)
    several = cube_item(id="several", assets=FILES)
    picture = {"data": {"href": "s3://nowhere/a.jp2", "roles": ["data"]}}
    several["properties"] |= {"title": "Several files"}
    closed = cube_item(id="closed", assets=picture)
    closed["properties"] |= {"title": "Closed"}
    service.store([COLLECTION, cube_item(), several, closed])
    service.start()
    catalogues = [{"id": "embedded", "title": "EOHub catalogue", "url": service.root}]
    settings = {"EOHUB_CATALOGUE_SERVER_CATALOGUES": json.dumps(catalogues)}
    try:
        with running_lab(environment, tmp_path_factory.mktemp("home"), settings) as root:
            yield root
    finally:
        service.kill()


@pytest.fixture
def page(lab: str) -> Generator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"{lab}/lab?reset&token={TOKEN}")
        page.get_by_role("tab", name="Catalogue").click(timeout=60_000)
        yield page
        browser.close()


def row_of(page: Page, title: str) -> Locator:
    """The row of an item."""
    return page.locator("#eohub-catalogue .eohub-ResultRow", has_text=title)


def test_a_row_opens_the_cube_view(page: Page) -> None:
    row_of(page, "A1B").get_by_role("button", name="Open A1B").click()
    page.get_by_role("menuitem", name="Look at the Data").click()
    expect(page.locator(".eohub-Cube")).to_be_visible(timeout=30_000)


@pytest.mark.parametrize("theme", THEMES)
def test_the_menu_is_opened_and_left_by_keys_and_accessible_in_both_themes(page: Page, theme: Theme) -> None:
    opener = row_of(page, "A1B").get_by_role("button", name="Open A1B")
    opener.wait_for()
    use_theme(page, theme)
    opener.focus()
    page.keyboard.press("Enter")
    page.get_by_role("menuitem", name="Look at the Data").wait_for()
    keep_picture(page, f"open-menu-{theme.lower()}")
    assert [fault for fault in faults_of(page) if "eohub" in fault or 'class="lm-Menu-' in fault] == []
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_one_of_several_files_is_chosen_by_keyboard_and_by_a_right_click(page: Page) -> None:
    row = row_of(page, "Several files")
    row.get_by_role("button", name="Open Several files").focus()
    page.keyboard.press("Enter")
    page.locator(".lm-Menu-item", has_text="Look at One File").wait_for()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(".eohub-Cube")).to_contain_text("Second file", timeout=30_000)
    row.click(button="right")
    page.locator(".lm-Menu-item", has_text="Look at One File").hover()
    expect(page.get_by_role("menuitem", name="First file")).to_be_visible()


def test_an_item_that_cannot_be_looked_at_says_why(page: Page) -> None:
    opener = row_of(page, "Closed").get_by_role("button", name="Open Closed")
    expect(opener).to_have_accessible_description("JPEG 2000 cannot be opened from here.")
    opener.click()
    entry = page.get_by_role("menuitem", name="Look at the Data")
    expect(entry).to_have_class(re.compile("lm-mod-disabled"))


def test_the_page_of_an_item_opens_its_files(page: Page) -> None:
    row_of(page, "Several files").dblclick(position={"x": 60, "y": 10})
    page.get_by_role("button", name="Look at the data of Second file").click()
    expect(page.locator(".eohub-Cube")).to_contain_text("Second file", timeout=30_000)


def test_the_palette_opens_the_selected_item(page: Page) -> None:
    row_of(page, "A1B").click()
    page.keyboard.press("Control+Shift+c")
    page.locator(".lm-CommandPalette").get_by_role("textbox").fill("Look at the Data of the Selected")
    page.locator(".lm-CommandPalette").get_by_text("Look at the Data of the Selected").first.wait_for()
    page.keyboard.press("Enter")
    expect(page.locator(".eohub-Cube")).to_be_visible(timeout=30_000)
