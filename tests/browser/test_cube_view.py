"""The cube view in a browser with a plain JupyterLab: real data, keys alone, both themes, a reload."""

import re
import shutil
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import iris_sample_data
import pytest
import xarray as xr
from browser.accessibility import faults_of
from browser.plain_page import CHROMIUM, THEMES, Theme, keep_picture, use_theme, window
from fakes.plain_lab import TOKEN, clean_environment, documented_install, running_lab
from integration.panel_driver import kept
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine (apt-get install chromium)"
)


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab, and the store that is looked at in it."""

    root: str
    store: Path
    data: xr.Dataset


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Generator[Lab]:
    """A Lab with the cube view; its data is the A1B scenario, 240 years of a calendar of 360 days."""
    folder = tmp_path_factory.mktemp("cubes")
    environment = clean_environment(folder, documented_install("cubes"))
    data = xr.open_dataset(Path(iris_sample_data.path) / "A1B_north_america.nc", decode_timedelta=False)
    store = folder / "a1b.zarr"
    data.drop_encoding().chunk(time=24).to_zarr(store, zarr_format=2, consolidated=True)
    (folder / "home" / "runs").mkdir(parents=True)
    shutil.copy(Path(iris_sample_data.path) / "A1B_north_america.nc", folder / "home" / "a1b of 2005.nc")
    shutil.copytree(store, folder / "home" / "runs" / "mine.zarr")
    with running_lab(environment, folder / "home", {}) as root:
        yield Lab(root, store, data)


@pytest.fixture
def page() -> Generator[Page]:
    with window() as page:
        yield page


def started(page: Page, lab: Lab) -> None:
    page.goto(f"{lab.root}/lab?token={TOKEN}&reset")
    page.locator(".jp-Launcher").wait_for()


def asked_for(page: Page, address: str) -> None:
    """Ask for an address, with the keys alone."""
    page.keyboard.press("Control+Shift+C")
    palette = page.locator(".lm-CommandPalette-input")
    palette.fill("Open Data by Address")
    page.locator('.lm-CommandPalette-item[data-command="eohub-cubes:open-address"]').wait_for()
    palette.press("Enter")
    field = page.get_by_role("dialog").get_by_role("textbox")
    expect(field).to_be_focused()
    field.fill(address)
    field.press("Enter")


def opened(page: Page, lab: Lab) -> Locator:
    """The view of the store, with its first picture."""
    started(page, lab)
    asked_for(page, str(lab.store))
    view = page.get_by_role("article", name="Data of a1b.zarr")
    picture(view).wait_for()
    return view


def picture(view: Locator) -> Locator:
    return view.get_by_role("application", name=re.compile("^Picture of"))


def number_in(text: str) -> float:
    found = re.match(r"-?[\d.]+", text)
    assert found is not None, text
    return float(found.group())


def test_what_is_in_the_data_stands_there_with_its_size(page: Page, lab: Lab) -> None:
    view = opened(page, lab)
    variables = view.get_by_role("navigation", name="Variables")
    expect(variables).to_contain_text("air_temperature [K]")
    expect(variables).to_contain_text("time 240 × latitude 37 × longitude 49")
    estimate = view.get_by_role("region", name="Estimate")
    expect(estimate).to_contain_text("Fits in this server")
    mebibytes = lab.data["air_temperature"].nbytes / 2**20
    expect(estimate).to_contain_text(f"{mebibytes:.1f} MiB in memory")


def test_the_value_below_the_cross_hair_is_the_one_in_the_data(page: Page, lab: Lab) -> None:
    view = opened(page, lab)
    picture(view).focus()
    for key in ("Home", "PageUp", "PageUp", "PageUp", "PageUp", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    told = view.get_by_role("region", name="Picture").get_by_role("status").first
    expect(told).to_contain_text("K at")
    northern = lab.data["air_temperature"].sortby("latitude", ascending=False).isel(time=0)
    assert number_in(told.inner_text()) == pytest.approx(float(northern[1, 1]), abs=0.01)


def test_a_date_of_its_own_calendar_is_typed_and_shown(page: Page, lab: Lab) -> None:
    view = opened(page, lab)
    shown = view.get_by_role("textbox", name="time shown")
    shown.fill("1899")
    shown.press("Enter")
    slider = view.get_by_role("slider", name="time")
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"^1899-\d\d-\d\d, \d+ of 240$"))
    shown.fill("not a date")
    shown.press("Enter")
    expect(shown).to_have_attribute("aria-invalid", "true")
    expect(view.get_by_role("alert")).not_to_be_empty()


def test_the_slider_steps_by_arrows_and_by_chunk(page: Page, lab: Lab) -> None:
    view = opened(page, lab)
    slider = view.get_by_role("slider", name="time")
    slider.focus()
    for key, step in (("ArrowRight", 1), ("PageUp", 24), ("End", 239), ("PageDown", 216), ("Home", 0)):
        page.keyboard.press(key)
        expect(slider).to_have_value(str(step))


def test_a_smaller_selection_costs_less_at_once(page: Page, lab: Lab) -> None:
    view = opened(page, lab)
    estimate = view.get_by_role("region", name="Estimate")
    expect(estimate).to_contain_text("MiB in memory")
    end = view.get_by_role("textbox", name="time read to")
    end.fill("1883")
    end.press("Enter")
    kibibytes = 24 * 37 * 49 * 4 / 2**10
    expect(estimate).to_contain_text(f"{kibibytes:.0f} KiB in memory")
    expect(estimate).to_contain_text("1 chunk")


def test_enter_on_the_picture_gives_the_series_there(page: Page, lab: Lab) -> None:
    view = opened(page, lab)
    picture(view).focus()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    series = view.get_by_role("region", name="Series")
    chart = series.get_by_role("application")
    chart.focus()
    page.keyboard.press("End")
    expect(series.get_by_role("status").first).to_contain_text("2099-")
    series.get_by_role("button", name="Show as table").click()
    expect(series.get_by_role("row")).to_have_count(241)


def test_code_of_the_selection_goes_into_a_notebook(page: Page, lab: Lab) -> None:
    view = opened(page, lab)
    end = view.get_by_role("textbox", name="time read to")
    end.fill("1883")
    end.press("Enter")
    expect(view.get_by_role("region", name="Estimate")).to_contain_text("KiB in memory")
    view.get_by_role("button", name="Insert code").click()
    cell = page.locator(".jp-Notebook .jp-CodeCell").filter(has_text="a1b.zarr")
    expect(cell).to_contain_text("air_temperature")
    expect(cell).to_contain_text("time")


@pytest.mark.parametrize("theme", THEMES)
def test_it_is_accessible_in_both_themes(page: Page, lab: Lab, theme: Theme) -> None:
    view = opened(page, lab)
    use_theme(page, theme)
    picture(view).focus()
    page.keyboard.press("Enter")
    view.get_by_role("region", name="Series").get_by_role("application").wait_for()
    keep_picture(page, f"cube-{theme.lower()}")
    assert [fault for fault in faults_of(page) if "eohub" in fault] == []


def test_a_view_comes_back_after_a_reload_as_it_was(page: Page, lab: Lab) -> None:
    view = opened(page, lab)
    view.get_by_role("slider", name="time").focus()
    page.keyboard.press("PageUp")
    kept(page, "eohub-cube:eohub-cube", '"time":24')
    page.goto(f"{lab.root}/lab")
    view.get_by_role("navigation", name="Variables").wait_for()
    expect(view.get_by_role("slider", name="time")).to_have_value("24")


def test_a_source_has_one_view(page: Page, lab: Lab) -> None:
    view = opened(page, lab)
    asked_for(page, str(lab.store))
    expect(view).to_have_count(1)


def test_a_path_is_taken_as_the_file_browser_shows_it(page: Page, lab: Lab) -> None:
    started(page, lab)
    asked_for(page, "runs/mine.zarr")
    picture(page.get_by_role("article", name="Data of mine.zarr")).wait_for()


def test_a_file_of_data_opens_by_a_double_click_and_again_after_a_reload(page: Page, lab: Lab) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    started(page, lab)
    page.get_by_role("listitem", name=re.compile("a1b of 2005.nc")).dblclick()
    view = page.get_by_role("article", name="Data of a1b of 2005.nc")
    picture(view).wait_for()
    # However large a file is, its bytes are not sent to the browser.
    of_file = [url for url in sent if re.search(r"/api/contents/.*\.nc\?", url)]
    assert of_file
    assert all("content=0" in url for url in of_file)
    kept(page, "eohub-data-file:a1b of 2005.nc")
    page.goto(f"{lab.root}/lab?token={TOKEN}")
    picture(view).wait_for()


def test_the_file_browser_looks_at_what_is_named_as_data(page: Page, lab: Lab) -> None:
    started(page, lab)
    files = page.locator(".jp-DirListing-item")
    files.filter(has_text="runs").click(button="right")
    page.locator(".lm-Menu-item", has_text="Rename").wait_for()
    expect(page.locator(".lm-Menu-item:visible", has_text="Look at the Data")).to_have_count(0)
    page.keyboard.press("Escape")
    files.filter(has_text="runs").dblclick()
    files.filter(has_text="mine.zarr").click(button="right")
    page.locator(".lm-Menu-item", has_text="Look at the Data").click()
    picture(page.get_by_role("article", name="Data of mine.zarr")).wait_for()


def test_what_is_no_address_is_said_in_the_dialog(page: Page, lab: Lab) -> None:
    started(page, lab)
    asked_for(page, "ftp://data.example/a1b.zarr")
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("begins with s3://")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_what_is_not_there_is_told_with_the_next_step(page: Page, lab: Lab) -> None:
    started(page, lab)
    asked_for(page, str(lab.store.parent / "gone.zarr"))
    view = page.get_by_role("article", name="Data of gone.zarr")
    alert = view.get_by_role("alert")
    expect(alert).to_be_visible()
    alert.get_by_role("button", name="Try again").click()
    expect(alert).to_be_visible()
