"""From a found item to numbers on the real stack: found, weighed, looked at, inserted, run and plotted."""

import re
from collections.abc import Iterator
from pathlib import Path

import iris_sample_data
import pytest
import xarray as xr
from browser.scientist import Scientist, brightness, chromium
from integration.local_stack import LocalStack, fresh_state
from playwright.sync_api import Locator, expect

TITLE = "A1B"
NAME = "air_temperature"


@pytest.fixture(scope="module")
def data() -> xr.Dataset:
    """The file that the seeded cube was made from."""
    return xr.open_dataset(Path(iris_sample_data.path) / "A1B_north_america.nc", decode_timedelta=False)


@pytest.fixture(scope="module")
def scientist() -> Iterator[Scientist]:
    """Somebody with a notebook beside the catalogue."""
    stack = LocalStack(fresh_state())
    try:
        stack.up()
        with chromium() as browser:
            person = Scientist(browser, stack.at.public)
            person.open_login()
            person.log_in("demo", stack.password("demo"))
            person.page.wait_for_url(re.compile("/hub/"))
            person.start_server("small")
            person.press_start()
            person.wait_for_lab()
            person.open_notebook()
            person.show_catalogue()
            yield person
    finally:
        stack.close()


def view_of(scientist: Scientist) -> Locator:
    return scientist.page.locator(".eohub-CubePage")


def test_1_a_found_item_opens_in_the_cube_view(scientist: Scientist) -> None:
    scientist.search(TITLE)
    scientist.choose(TITLE, "Look at the Data")
    view = view_of(scientist)
    view.wait_for()
    expect(view).to_have_attribute("aria-busy", "false")
    expect(view.get_by_role("alert")).to_have_count(0)
    view.get_by_role("application", name=re.compile("^Picture of")).wait_for()
    scientist.shoot("cube-view")


def test_2_the_estimate_is_that_of_the_file(scientist: Scientist, data: xr.Dataset) -> None:
    estimate = view_of(scientist).get_by_role("region", name="Estimate")
    expect(estimate).to_contain_text("Fits in this server")
    expect(estimate).to_contain_text(f"{data[NAME].nbytes / 2**20:.1f} MiB in memory")


def test_3_the_picture_shows_the_numbers_of_the_file(scientist: Scientist, data: xr.Dataset) -> None:
    view = view_of(scientist)
    view.get_by_role("application", name=re.compile("^Picture of")).focus()
    for key in ("Home", "PageUp", "PageUp", "PageUp", "PageUp", "ArrowDown", "ArrowRight"):
        scientist.page.keyboard.press(key)
    told = view.get_by_role("region", name="Picture").get_by_role("status").first
    expect(told).to_contain_text("K at")
    shown = re.match(r"-?[\d.]+", told.inner_text())
    northern = data[NAME].sortby("latitude", ascending=False).isel(time=0)
    assert shown is not None
    assert float(shown.group()) == pytest.approx(float(northern[1, 1]), abs=0.01)


def test_4_the_inserted_cell_takes_the_selection_and_its_numbers_are_those_of_the_file(
    scientist: Scientist, data: xr.Dataset
) -> None:
    end = view_of(scientist).get_by_role("textbox", name="time read to")
    end.fill("1883")
    end.press("Enter")
    view_of(scientist).get_by_role("button", name="Insert code").click()
    cell = scientist.page.locator(".jp-Notebook .jp-Cell .cm-content", has_text="cube_store").first
    cell.wait_for()
    source = cell.inner_text()
    assert len([line for line in source.splitlines() if line.strip()]) <= 8
    assert not re.search("secret|key|token", source, re.IGNORECASE)
    scientist.run_cell()
    scientist.page.locator(".jp-Notebook .jp-Cell").last.click()
    scientist.type_cell(f'print("sum", part.sizes["time"], float(part["{NAME}"].mean()), "end")')
    scientist.run_cell()
    output = scientist.page.locator(".jp-OutputArea-output", has_text="sum").last
    output.wait_for(timeout=120_000)
    _, steps, mean, *_ = output.inner_text().split()
    wanted = data[NAME].sel(time=slice(None, "1883"))
    assert (int(steps), float(mean)) == (wanted.sizes["time"], pytest.approx(float(wanted.mean()), rel=1e-6))


def test_5_it_plots(scientist: Scientist) -> None:
    scientist.page.locator(".jp-Notebook .jp-Cell").last.click()
    scientist.type_cell(f'part["{NAME}"].isel(time=0).plot()')
    scientist.run_cell()
    scientist.page.locator(".jp-OutputArea-output img").last.wait_for(timeout=120_000)
    scientist.shoot("cube-plot")


def test_6_both_themes_were_seen() -> None:
    for name in ("cube-view", "cube-plot"):
        assert brightness(f"{name}-dark") + 80 < brightness(f"{name}-light")


def test_7_nothing_outside_was_asked_and_no_script_failed(scientist: Scientist) -> None:
    assert scientist.hosts == {"127.0.0.1"}
    assert scientist.errors == []
