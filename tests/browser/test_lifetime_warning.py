"""The warning in a real JupyterLab: countdown, keep, saved documents, both themes."""

import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser.accessibility import faults_of
from browser.scientist import SHOTS, Scientist, chromium
from fakes.lifetime_warning import WarningService, warning_service
from fakes.plain_lab import TOKEN, running_lab
from integration.local_stack import ROOT

from eohub_hub.local.state import StateFolder
from eohub_hub.local.tools import find_tools
from eohub_hub.local.users_environment import make_users_environment

BAR = "section[aria-label='End of this server']"


class Lab:
    """The window, the service behind it, and the person's folder."""

    def __init__(self, scientist: Scientist, service: WarningService, home: Path) -> None:
        self.scientist = scientist
        self.page = scientist.page
        self.service = service
        self.home = home
        self.bar = self.page.locator(BAR)

    def shoot(self, name: str) -> None:
        """Save what the window shows, which has no serious fault of ours in accessibility."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png")
        assert [each for each in faults_of(self.page) if "eohub-Lifetime" in each] == []


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    state = StateFolder(ROOT / "artifacts" / "stack")
    make_users_environment(state, find_tools(), print)
    with (
        tempfile.TemporaryDirectory(prefix="eohub-warning-") as folder,
        warning_service() as service,
        chromium() as browser,
    ):
        home = Path(folder)
        settings = {"EOHUB_LIFETIME_SERVER_URL": service.url, "JUPYTERHUB_API_TOKEN": "of-this-server"}
        with running_lab(state.environment, home, settings) as address:
            scientist = Scientist(browser, address)
            scientist.page.goto(f"{address}/lab?token={TOKEN}")
            scientist.page.locator(".jp-LauncherCard").first.wait_for(timeout=120_000)
            yield Lab(scientist, service, home)
            print((home / "lab.log").read_text()[-4_000:])


def test_nothing_is_shown_while_nothing_ends_the_server(lab: Lab) -> None:
    lab.page.wait_for_timeout(2_000)
    assert not lab.bar.is_visible()
    lab.page.keyboard.press("Control+Shift+C")
    lab.page.locator(".lm-CommandPalette-input").fill("When This Server Ends")
    lab.page.locator(".lm-CommandPalette-item", has_text="Show When This Server Ends").first.click()
    dialog = lab.page.locator(".jp-Dialog")
    dialog.wait_for()
    assert "Stops after 1 h without activity" in dialog.inner_text()
    assert "An open page alone is no activity" in dialog.inner_text()
    lab.shoot("lifetime-dialog-light")
    lab.page.keyboard.press("Escape")


def test_a_warning_counts_down_and_keep_takes_it_away(lab: Lab) -> None:
    lab.scientist.open_notebook()
    lab.service.stops_in_seconds = 595
    lab.bar.wait_for(timeout=30_000)
    text = lab.bar.inner_text()
    assert re.search(r"This server stops in 9:[0-5]\d", text)
    assert "Nothing is running in it." in text
    lab.scientist.use_lab_theme("JupyterLab Dark")
    lab.shoot("lifetime-warning-dark")
    lab.scientist.use_lab_theme("JupyterLab Light")
    lab.shoot("lifetime-warning-light")
    lab.page.get_by_role("button", name="Keep for 1 hour").click()
    lab.bar.wait_for(state="hidden")
    assert lab.service.kept == 1
    lab.page.get_by_text("This server is kept for 1 hour.").first.wait_for()


def test_shortly_before_the_end_open_documents_are_saved(lab: Lab) -> None:
    lab.page.locator(".jp-Notebook .jp-Cell .cm-content").first.click()
    lab.page.keyboard.insert_text("typed_before_the_end = 1")
    lab.service.cause, lab.service.why = "age", "It has run for as long as a server may."
    lab.service.keep_seconds = None
    lab.service.stops_in_seconds = 15
    lab.bar.wait_for(timeout=30_000)
    assert lab.page.get_by_role("button", name="Keep for").count() == 0
    assert "you can start it again" in lab.bar.inner_text()
    lab.shoot("lifetime-urgent-light")
    end = time.monotonic() + 60
    while not any("typed_before_the_end" in path.read_text() for path in lab.home.glob("*.ipynb")):
        assert time.monotonic() < end
        lab.page.wait_for_timeout(200)


def test_what_the_server_did_was_reported_and_the_warning_is_taken_back(lab: Lab) -> None:
    lab.service.stops_in_seconds = None
    lab.bar.wait_for(state="hidden", timeout=30_000)
    assert lab.service.reports[-1]["busy_kernels"] == 0
    before = len(lab.service.reports)
    lab.scientist.run_cell()
    for _ in range(60):
        if any(each["busy_kernels"] == 1 for each in lab.service.reports[before:]):
            break
        lab.page.wait_for_timeout(500)
    assert any(each["busy_kernels"] == 1 for each in lab.service.reports[before:])
    assert lab.scientist.errors == []
    log = (lab.home / "lab.log").read_text()
    assert "Traceback" not in log
