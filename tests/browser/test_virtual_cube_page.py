"""The page of virtual cubes in a plain JupyterLab: made, refused, cancelled, interrupted."""

import os
import re
import signal
import subprocess
from collections.abc import Generator
from pathlib import Path

import iris_sample_data
import pytest
from browser.accessibility import faults_of
from browser.plain_page import CHROMIUM, THEMES, Theme, keep_picture, use_theme, window
from fakes.netcdf_files import write_month
from fakes.plain_lab import TOKEN, clean_environment, documented_install, running_lab
from fakes.silent_host import silent_host
from integration.panel_driver import kept
from playwright.sync_api import Locator, Page, expect

NEMO = sorted(map(str, (Path(iris_sample_data.path) / "NEMO").glob("*_grid-T.nc")))
SETTINGS = {"EOHUB_CUBES_SERVER_ALLOWED_HOSTS": '["127.0.0.1"]'}

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine (apt-get install chromium)"
)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    toolkit, cubes = sorted(documented_install("cubes"), key=lambda each: "cubes" in each)[-2:]
    extras = cubes.replace("[server]", "[server,virtual]")
    return clean_environment(tmp_path_factory.mktemp("virtual"), ["jupyterlab", toolkit, extras])


@pytest.fixture(scope="module")
def lab(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    with running_lab(environment, tmp_path_factory.mktemp("home"), SETTINGS) as root:
        yield root


@pytest.fixture
def page() -> Generator[Page]:
    with window() as page:
        yield page


def asked_for(page: Page, root: str) -> Locator:
    """The page, asked for with the keys alone; its first field has the focus."""
    page.goto(f"{root}/lab?token={TOKEN}&reset")
    page.locator(".jp-Launcher").wait_for()
    page.keyboard.press("Control+Shift+C")
    palette = page.locator(".lm-CommandPalette-input")
    palette.fill("Make a Virtual Cube")
    page.locator('.lm-CommandPalette-item[data-command="eohub-cubes:make-virtual"]').wait_for()
    palette.press("Enter")
    virtual = article(page)
    expect(virtual.get_by_role("textbox", name="Files")).to_be_focused()
    return virtual


def article(page: Page) -> Locator:
    return page.get_by_role("article", name="Virtual cubes")


def made(virtual: Locator, files: list[str], target: Path) -> Locator:
    """Ask for a cube, with the keys alone; its row."""
    keys = virtual.page.keyboard
    virtual.get_by_role("textbox", name="Files").fill("\n".join(files))
    keys.press("Tab")
    expect(virtual.get_by_role("textbox", name="Join along")).to_be_focused()
    keys.press("Tab")
    keys.insert_text(str(target))
    keys.press("Tab")
    expect(virtual.get_by_role("button", name="Make it", exact=True)).to_be_focused()
    keys.press("Enter")
    return row(virtual, target)


def row(virtual: Locator, target: Path) -> Locator:
    return virtual.get_by_role("listitem").filter(has_text=str(target))


def offsets(folder: Path) -> list[str]:
    """Three files that store their values with an offset each of its own."""
    return [
        write_month(folder / f"{number}.nc", 4 * number, packed=(0.5, offset))
        for number, offset in enumerate((292.17, 288.44, 288.75))
    ]


def test_three_months_of_nemo_make_a_cube_that_opens(page: Page, lab: str, tmp_path: Path) -> None:
    target = tmp_path / "nemo.icechunk"
    nemo = made(asked_for(page, lab), NEMO, target)
    expect(nemo).to_contain_text("made of 3 files")
    nemo.get_by_role("button", name="Look at it: nemo.icechunk").press("Enter")
    view = page.get_by_role("article", name="Data of nemo.icechunk")
    expect(view.get_by_role("navigation", name="Variables")).to_contain_text(re.compile(r"time\S* 3 × "))
    view.get_by_role("application", name=re.compile("^Picture of")).wait_for()


def test_code_of_one_that_is_made_goes_into_a_notebook(page: Page, lab: str, tmp_path: Path) -> None:
    files = [write_month(tmp_path / f"{day}.nc", day) for day in (0, 4)]
    cube = made(asked_for(page, lab), files, tmp_path / "c.icechunk")
    cube.get_by_role("button", name="Insert code of c.icechunk").press("Enter")
    expect(page.locator(".jp-Notebook .jp-CodeCell").first).to_contain_text(str(tmp_path / "c.icechunk"))


def test_files_with_other_offsets_are_refused_by_name(page: Page, lab: str, tmp_path: Path) -> None:
    virtual = asked_for(page, lab)
    refused = made(virtual, offsets(tmp_path), tmp_path / "c.icechunk")
    expect(refused).to_contain_text("2 files of 3 cannot be joined")
    for name, offset in (("1.nc", "288.44"), ("2.nc", "288.75")):
        line = refused.get_by_role("row", name=re.compile(f"^{name}"))
        expect(line).to_contain_text(f"tas has add_offset {offset}, but 292.17 in 0.nc")
    assert sorted(os.listdir(tmp_path)) == ["0.nc", "1.nc", "2.nc"]
    refused.get_by_role("button", name="Take these files off the list").press("Enter")
    expect(virtual.get_by_role("textbox", name="Files")).to_have_value(str(tmp_path / "0.nc"))


def test_one_tells_how_far_it_is_over_a_reload_and_is_cancelled(page: Page, lab: str, tmp_path: Path) -> None:
    target = tmp_path / "made" / "c.icechunk"
    target.parent.mkdir()
    with silent_host() as host:
        cube = made(asked_for(page, lab), [write_month(tmp_path / "0.nc", 0), host.url], target)
        expect(cube.get_by_role("progressbar")).to_have_attribute("value", "1")
        kept(page, "eohub-virtual-cubes", str(target))
        page.goto(f"{lab}/lab")
        virtual = article(page)
        expect(virtual.get_by_role("textbox", name="Into")).to_have_value(str(target))
        cube = row(virtual, target)
        expect(cube).to_contain_text("1 of 2 files read")
        cube.get_by_role("button", name="Cancel c.icechunk").press("Enter")
        expect(cube).to_contain_text("cancelled")
    assert os.listdir(target.parent) == []


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("there.icechunk", "There is something at"),
        ("none/c.icechunk", "There is no folder"),
        ("/sys/c.icechunk", "Nothing can be written in /sys"),
    ],
)
def test_a_place_where_none_can_be_made_is_told(
    page: Page,
    lab: str,
    tmp_path: Path,
    target: str,
    said: str,
) -> None:
    (tmp_path / "there.icechunk").mkdir()
    failed = made(asked_for(page, lab), [write_month(tmp_path / "0.nc", 0)], tmp_path / target)
    expect(failed.get_by_role("alert")).to_contain_text(said)
    assert os.listdir(tmp_path / "there.icechunk") == []


def test_what_is_missing_is_told_at_its_field_which_takes_the_focus(page: Page, lab: str) -> None:
    virtual = asked_for(page, lab)
    virtual.get_by_role("textbox", name="Into").press("Enter")
    files = virtual.get_by_role("textbox", name="Files")
    expect(files).to_be_focused()
    expect(files).to_have_attribute("aria-invalid", "true")
    expect(virtual.get_by_role("alert").first).to_contain_text("List the files")


def test_one_whose_server_is_killed_is_told_and_made_again(
    page: Page,
    environment: Path,
    tmp_path: Path,
) -> None:
    home, target = tmp_path / "home", tmp_path / "made" / "c.icechunk"
    target.parent.mkdir()
    with silent_host() as host:
        with running_lab(environment, home, SETTINGS) as root:
            cube = made(asked_for(page, root), [write_month(tmp_path / "0.nc", 0), host.url], target)
            expect(cube).to_contain_text("1 of 2 files read")
            found = subprocess.run(
                ["pgrep", "-f", f"ServerApp.root_dir={home}"], capture_output=True, text=True
            )
            for process in found.stdout.split():
                os.kill(int(process), signal.SIGKILL)
        with running_lab(environment, home, SETTINGS) as root:
            cube = row(asked_for(page, root), target)
            expect(cube.get_by_role("alert")).to_contain_text("Your server ended before it was made.")
            assert os.listdir(target.parent) == []
            cube.get_by_role("button", name="Make c.icechunk again").press("Enter")
            expect(cube).to_contain_text("1 of 2 files read")
            cube.get_by_role("button", name="Cancel c.icechunk").press("Enter")
            expect(cube).to_contain_text("cancelled")


@pytest.mark.parametrize("theme", THEMES)
def test_it_is_accessible_in_both_themes(
    page: Page,
    lab: str,
    tmp_path: Path,
    theme: Theme,
) -> None:
    virtual = asked_for(page, lab)
    use_theme(page, theme)
    expect(made(virtual, offsets(tmp_path), tmp_path / "c.icechunk")).to_contain_text("cannot be joined")
    keep_picture(page, f"virtual-refused-{theme.lower()}")
    with silent_host() as host:
        cube = made(virtual, [host.url], tmp_path / "d.icechunk")
        expect(cube.get_by_role("progressbar")).to_be_visible()
        assert [fault for fault in faults_of(page) if "eohub" in fault] == []
        cube.get_by_role("button", name="Cancel d.icechunk").press("Enter")
        expect(cube).to_contain_text("cancelled")
    assert [fault for fault in faults_of(page) if "eohub" in fault] == []
