"""The map of the catalogue panel and the page of an item, in a browser with a plain JupyterLab, no hub."""

import io
import json
import re
import shutil
from collections.abc import Generator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from browser.accessibility import faults_of
from fakes.plain_lab import TOKEN, RestartableService, clean_environment, documented_install, running_lab
from fakes.stac_documents import cube_item
from integration.panel_driver import kept
from PIL import Image
from playwright.sync_api import Locator, Page, Request, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FIJI, PARIS, AMERICA, NOWHERE = "Fiji, over the antimeridian", "Ten metres in Paris", "America", "Nowhere"
EVIL = '<img src="https://outside.example/x.png" onerror="window.evil=1">'

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine (apt-get install chromium)"
)


def box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def documents() -> list[dict[str, Any]]:
    """A collection of four items: over 180 degrees, ten metres wide, a large one, and one without a place."""
    collection = {
        "type": "Collection",
        "stac_version": "1.1.0",
        "id": "a1b-e1-north-america",
        "title": "Places",
        "description": "Places",
        "license": "other",
        "extent": {"spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [[None, None]]}},
        "links": [],
    }
    dated = {"datetime": "2020-05-01T00:00:00Z", "description": EVIL}
    places = {FIJI: box(175, -20, 188, -12), PARIS: box(2.35, 48.85, 2.35014, 48.85009), NOWHERE: None}
    links = [{"rel": "via", "href": "javascript:alert(1)", "title": EVIL}]
    items = [
        cube_item(id=f"place-{number}", geometry=geometry, properties=dated | {"title": title}, links=links)
        for number, (title, geometry) in enumerate(places.items())
    ]
    for item in items:
        del item["bbox"]
    return [collection, cube_item(properties=cube_item()["properties"] | {"title": AMERICA}), *items]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    environment = clean_environment(tmp_path_factory.mktemp("plain"), documented_install())
    service = RestartableService(tmp_path_factory.mktemp("service"))
    service.store(documents())
    service.start()
    catalogues = [{"id": "embedded", "title": "EOHub catalogue", "url": service.root}]
    settings = {"EOHUB_CATALOGUE_SERVER_CATALOGUES": json.dumps(catalogues)}
    try:
        with running_lab(environment, tmp_path_factory.mktemp("home"), settings) as root:
            yield root
    finally:
        service.kill()


class MapPanel:
    """The panel with its map, as a person sees and moves it."""

    def __init__(self, page: Page, folder: Path) -> None:
        self.page = page
        self.folder = folder
        self.panel = page.get_by_role("region", name="Catalogue", exact=True)
        self.map = self.panel.get_by_role("application", name=re.compile("^Map with"))

    def open(self) -> None:
        self.page.locator('.jp-SideBar [data-id="eohub-catalogue"]').click()
        self.map.locator("canvas").first.wait_for()
        self.panel.get_by_text("3 footprints").wait_for()

    def row(self, title: str) -> Locator:
        return self.panel.locator(".eohub-ResultRow").filter(has_text=title)

    def button(self, name: str) -> Locator:
        return self.panel.get_by_role("button", name=name, exact=True)

    def middle(self) -> tuple[float, float]:
        """Where the map's middle is in the window, in pixels."""
        place = self.map.bounding_box()
        assert place is not None
        return place["x"] + place["width"] / 2, place["y"] + place["height"] / 2

    def coloured(self, variable: str) -> list[tuple[int, int]]:
        """The map's pixels, from its upper left, that have about the colour of a theme's variable."""
        wanted = self.page.evaluate(
            """name => {
              const probe = document.body.appendChild(document.createElement('i'));
              probe.style.color = `var(${name})`;
              const colour = getComputedStyle(probe).color;
              probe.remove();
              return colour.match(/\\d+/g).slice(0, 3).map(Number);
            }""",
            variable,
        )
        image = Image.open(io.BytesIO(self.map.screenshot())).convert("RGB")
        flat = image.tobytes()
        near = [
            number
            for number in range(image.width * image.height)
            if sum(abs(flat[3 * number + part] - wanted[part]) for part in range(3)) < 40
        ]
        return [(number % image.width, number // image.width) for number in near]

    def marked(self, least: int) -> list[tuple[int, int]]:
        """Wait until at least so many pixels have the colour of what is highlighted, and give them."""
        pixels = self.coloured("--jp-warn-color1")
        for _ in range(100):
            if len(pixels) >= least:
                break
            self.page.evaluate("() => new Promise(requestAnimationFrame)")
            pixels = self.coloured("--jp-warn-color1")
        assert len(pixels) >= least
        return pixels

    def draw(self, kind: str) -> None:
        """Begin to draw, with the button in the filters."""
        if self.button(f"Draw {kind}").count() == 0:
            self.button("Filters").click()
        self.button(f"Draw {kind}").click()
        self.panel.get_by_role("status").filter(has_text="Space sets a corner").wait_for()

    def picture(self, name: str) -> None:
        self.page.screenshot(path=self.folder / f"{name}.png")


@pytest.fixture
def outside() -> list[str]:
    """Addresses outside of the machine's own loopback that the browser asked for."""
    return []


@pytest.fixture
def shown(lab: str, tmp_path: Path, outside: list[str]) -> Generator[MapPanel]:
    def note(request: Request) -> None:
        if urlsplit(request.url).hostname not in (None, "127.0.0.1"):
            outside.append(request.url)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(60_000)
        page.on("request", note)
        page.goto(f"{lab}/lab?token={TOKEN}&reset")
        page.locator(".jp-Launcher").wait_for()
        panel = MapPanel(page, tmp_path)
        panel.open()
        yield panel
        browser.close()


def area_of(request: Request) -> dict[str, Any]:
    return json.loads(request.post_data or "{}")["area"]


def is_search(request: Request) -> bool:
    return request.url.endswith("/eohub/catalogue/search") and request.method == "POST"


def test_every_item_with_a_place_is_drawn_and_no_other_host_is_asked(
    shown: MapPanel, outside: list[str]
) -> None:
    expect(shown.map).to_have_attribute("aria-label", re.compile("^Map with 3 footprints. The list holds"))
    assert len(shown.coloured("--jp-brand-color1")) > 100
    shown.button("Zoom in").click()
    shown.button("Zoom in").click()
    shown.button("Zoom in").click()
    shown.panel.get_by_text("in sight").wait_for()
    shown.picture("footprints")
    assert outside == []


def test_map_and_item_page_are_accessible(shown: MapPanel) -> None:
    shown.draw("box")
    shown.row(FIJI).dblclick()
    shown.page.locator(".eohub-ItemPage").get_by_role("heading", name=FIJI).wait_for()
    ours = ("eohub-Map", "eohub-Item", "eohub-Assets", "eohub-Copy", "eohub-RawJson")
    assert [each for each in faults_of(shown.page) if any(name in each for name in ours)] == []


@pytest.mark.parametrize(("title", "most"), [(FIJI, 400), (AMERICA, 4000), (PARIS, 60)])
def test_a_row_under_the_pointer_is_marked_on_the_map_and_back(
    shown: MapPanel, title: str, most: int
) -> None:
    shown.row(title).hover()
    # A place of ten metres is a dot on a map of the world, neither hidden nor large.
    pixels = shown.marked(10)
    shown.picture("marked")
    assert len(pixels) < most
    x, y = pixels[len(pixels) // 2]
    place = shown.map.bounding_box()
    assert place is not None
    shown.panel.get_by_role("searchbox").hover()
    expect(shown.row(title)).to_have_attribute("data-highlighted", "false")
    shown.page.mouse.move(place["x"] + x, place["y"] + y, steps=3)
    expect(shown.row(title)).to_have_attribute("data-highlighted", "true")
    expect(shown.panel.locator(".eohub-Map-words")).to_have_text(title)
    shown.page.mouse.down()
    shown.page.mouse.up()
    expect(shown.row(title)).to_have_attribute("aria-current", "true")
    expect(shown.row(title)).to_be_in_viewport()


def test_a_box_over_the_antimeridian_is_drawn_and_searched_as_west_beyond_east(shown: MapPanel) -> None:
    shown.row(FIJI).click()
    shown.button("Zoom to the selected footprint").click()
    shown.panel.get_by_text("1 of 3 footprints in sight").wait_for()
    shown.draw("box")
    x, y = shown.middle()
    with shown.page.expect_request(is_search) as asked:
        shown.page.mouse.move(x - 70, y - 30)
        shown.page.mouse.down()
        shown.page.mouse.move(x + 60, y + 40, steps=4)
        shown.picture("drawing")
        shown.page.mouse.up()
    west, south, east, north = area_of(asked.value)["bbox"]
    assert 174 < west < 180
    assert -180 < east < -170
    assert -22 < south < north < -10
    shown.panel.get_by_text("showing all 1").wait_for()
    expect(shown.row(FIJI)).to_be_visible()
    shown.picture("searched")


def test_a_polygon_is_drawn_by_clicks_and_searched(shown: MapPanel) -> None:
    shown.row(AMERICA).click()
    shown.button("Zoom to the selected footprint").click()
    shown.panel.get_by_text("1 of 3 footprints in sight").wait_for()
    shown.draw("polygon")
    x, y = shown.middle()
    for right, down in ((-60, -40), (60, -40), (0, 45)):
        shown.page.mouse.click(x + right, y + down)
    with shown.page.expect_request(is_search) as asked:
        shown.page.mouse.click(x, y + 45)
    geometry = area_of(asked.value)["geometry"]
    assert geometry["type"] == "Polygon"
    assert len(geometry["coordinates"][0]) == 4
    shown.panel.get_by_text("showing all 1").wait_for()
    expect(shown.row(AMERICA)).to_be_visible()


def test_crossing_sides_are_refused_with_a_sentence(shown: MapPanel) -> None:
    shown.draw("polygon")
    x, y = shown.middle()
    for right, down in ((-60, -40), (60, 40), (60, -40), (-60, 40), (-60, 40)):
        shown.page.mouse.click(x + right, y + down)
    shown.panel.get_by_text("must not cross each other").wait_for()


def test_an_area_is_drawn_with_the_keyboard_alone(shown: MapPanel) -> None:
    shown.draw("box")
    expect(shown.map).to_be_focused()
    shown.page.keyboard.press("Space")
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        shown.page.keyboard.press(key)
    with shown.page.expect_request(is_search) as asked:
        shown.page.keyboard.press("Space")
    west, south, east, north = area_of(asked.value)["bbox"]
    assert south < north
    assert (east - west) % 360 > 0
    shown.draw("polygon")
    shown.page.keyboard.press("Escape")
    expect(shown.button("Draw polygon")).to_have_attribute("aria-pressed", "false")


def test_the_arrow_keys_move_the_map_and_plus_and_minus_zoom(shown: MapPanel) -> None:
    shown.map.focus()
    for _ in range(5):
        shown.page.keyboard.press("+")
    shown.panel.get_by_text(re.compile("^[012] of 3 footprints in sight$")).wait_for()
    shown.picture("keyboard")
    for _ in range(5):
        shown.page.keyboard.press("-")
    shown.panel.get_by_text("3 footprints", exact=True).wait_for()


def test_what_the_map_shows_is_an_area(shown: MapPanel) -> None:
    shown.row(AMERICA).click()
    shown.button("Zoom to the selected footprint").click()
    shown.panel.get_by_text("1 of 3 footprints in sight").wait_for()
    shown.button("Filters").click()
    shown.button("Map view").click()
    with shown.page.expect_request(is_search) as asked:
        shown.button("Search").click()
    west, south, east, north = area_of(asked.value)["bbox"]
    assert west < -135 < -47 < east
    assert south < 15 < 60 < north


def test_the_map_is_closed_and_made_higher_and_stays_so(shown: MapPanel, lab: str) -> None:
    grip = shown.panel.get_by_role("separator", name="Height of the map")
    grip.focus()
    grip.press("ArrowDown")
    expect(grip).to_have_attribute("aria-valuenow", "200")
    shown.button("Map").click()
    expect(shown.map).to_have_count(0)
    shown.button("Map").click()
    expect(grip).to_have_attribute("aria-valuenow", "200")


def test_the_map_follows_the_theme(shown: MapPanel) -> None:
    shown.panel.get_by_role("searchbox").hover()
    assert len(shown.coloured("--jp-layout-color2")) > 1000
    shown.page.keyboard.press("Control+Shift+c")
    palette = shown.page.locator(".lm-CommandPalette").get_by_role("textbox")
    palette.fill("JupyterLab Dark")
    shown.page.locator(".lm-CommandPalette").get_by_text("JupyterLab Dark").first.wait_for()
    shown.page.keyboard.press("Enter")
    shown.page.locator('body[data-jp-theme-light="false"]').wait_for(state="attached")
    shown.page.wait_for_function(
        """() => getComputedStyle(document.body).getPropertyValue('--jp-layout-color2').trim() !== '#eee'"""
    )
    shown.picture("dark")
    assert len(shown.coloured("--jp-layout-color2")) > 1000


def test_the_page_of_an_item_opens_tells_all_and_comes_back_after_a_reload(
    shown: MapPanel, lab: str, outside: list[str]
) -> None:
    page = shown.page
    shown.row(FIJI).dblclick()
    article = page.locator(".eohub-ItemPage")
    article.get_by_role("heading", name=FIJI).wait_for()
    article.get_by_role("application", name=re.compile("^Map with 1 footprint")).wait_for()
    assert article.get_by_text("20° to 12° S, 175° E to 172° W").is_visible()
    assert article.get_by_text(EVIL).first.is_visible()
    article.get_by_role("row", name=re.compile("data")).get_by_text("12.4 MiB").wait_for()
    article.get_by_text("The item as JSON").click()
    assert '"place-0"' in article.locator("pre").inner_text()
    shown.picture("item")
    article.get_by_role("button", name="Copy the id").click()
    article.get_by_role("button", name="Copied the id").wait_for()
    assert page.evaluate("window.evil") is None
    assert article.locator("a[href^=javascript]").count() == 0
    kept(page, 'place-0%22%5D"]')  # its page, the last of the layout's tabs
    page.goto(f"{lab}/lab")
    article.get_by_role("heading", name=FIJI).wait_for()
    assert outside == []


def test_a_closed_page_of_an_item_opens_once_more_and_once_only(shown: MapPanel) -> None:
    shown.row(AMERICA).dblclick()
    shown.row(AMERICA).dblclick()
    pages = shown.page.locator(".lm-TabBar-tab").filter(has_text=AMERICA)
    expect(pages).to_have_count(1)
    pages.locator(".lm-TabBar-tabCloseIcon").click()
    expect(pages).to_have_count(0)
    shown.row(AMERICA).dblclick()
    expect(pages).to_have_count(1)
