"""A scientist at a browser: headless Chromium against the real stack, with a picture of each step."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from PIL import Image, ImageStat
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "artifacts" / "screenshots"
SIZE = {"width": 1280, "height": 800}
# Chromium's own calls home, which a machine without a way out would refuse by the hundred.
QUIET = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; the test is skipped where there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("Chromium is not installed on this machine")
    expect.set_options(timeout=60_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        try:
            yield browser
        finally:
            browser.close()


def brightness(name: str) -> float:
    """Mean of the grey values, 0 to 255, of a picture that was saved under this name."""
    return ImageStat.Stat(Image.open(SHOTS / f"{name}.png").convert("L")).mean[0]


class Scientist:
    """One person with one window of 1280 x 800."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.address = address
        self.context = browser.new_context(viewport=SIZE, color_scheme="light")
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.hosts: set[str] = set()
        self.errors: list[str] = []
        self.page.on("request", self._note_request)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _note_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss"):
            self.hosts.add(parts.hostname or "")

    def shoot(self, name: str) -> Path:
        """Save what the window shows, in light and dark."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        for scheme in ("dark", "light"):
            self.wear(scheme)
            self.page.screenshot(path=SHOTS / f"{name}-{scheme}.png")
        return SHOTS / f"{name}-light.png"

    def wear(self, scheme: Literal["dark", "light"]) -> None:
        """Switch the theme of the system, which the hub's pages follow, and that of JupyterLab."""
        self.page.emulate_media(color_scheme=scheme)
        if self.page.locator("#jp-main-dock-panel").count():
            self.use_lab_theme("JupyterLab Dark" if scheme == "dark" else "JupyterLab Light")
        else:
            self.page.wait_for_timeout(400)

    def open_login(self) -> None:
        """Go to the hub and through to the identity provider's page."""
        self.page.goto(self.address)
        if not self.page.locator("input[name=username]").count():
            self.page.locator("a.btn, button.btn").first.click()
        self.page.locator("input[name=username]").wait_for()

    def log_in(self, name: str, password: str) -> None:
        """Fill in the login form."""
        self.page.locator("input[name=username]").fill(name)
        self.page.locator("input[name=password]").fill(password)
        self.page.locator("button[type=submit], input[type=submit]").first.click()

    def start_server(self, profile: str) -> None:
        """Choose a profile on the spawn form and press Start."""
        self.page.goto(f"{self.address}/hub/spawn")
        self.page.locator(f"#profile-{profile}").check()

    def press_start(self) -> None:
        """Press the form's button and wait for JupyterLab."""
        self.page.get_by_role("button", name="Start", exact=True).click()

    def wait_for_lab(self) -> None:
        """Wait until JupyterLab is drawn."""
        self.page.wait_for_url(re.compile(r"/user/[^/]+/lab"), timeout=180_000)
        self.page.locator("#jp-main-dock-panel").wait_for(timeout=120_000)
        self.page.locator(".jp-LauncherCard").first.wait_for(timeout=120_000)

    def use_lab_theme(self, theme: Literal["JupyterLab Light", "JupyterLab Dark"]) -> None:
        """Choose a theme in JupyterLab's settings menu."""
        self.page.get_by_role("menuitem", name="Settings", exact=True).click()
        self.page.locator(".lm-Menu-item", has_text=re.compile("^Theme$")).hover()
        self.page.locator(".lm-Menu-item", has_text=re.compile(f"^{theme}$")).click()
        is_light = str(theme == "JupyterLab Light").lower()
        self.page.locator(f'body[data-jp-theme-light="{is_light}"]').wait_for(state="attached")
        self.page.locator("#jupyterlab-splash").wait_for(state="detached")

    def open_notebook(self) -> None:
        """Open a new notebook from the launcher, with its kernel."""
        self.page.locator(".jp-LauncherCard[data-category=Notebook]").first.click()
        self.page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        self.page.get_by_text("| Idle").first.wait_for(timeout=90_000)

    def show_catalogue(self) -> None:
        """Bring the catalogue to the front of the left sidebar."""
        panel = self.page.locator(".eohub-Catalogue")
        if not panel.is_visible():
            self.page.locator('.lm-TabBar-tab[title^="Catalogue"]').click()
        panel.wait_for()

    def search(self, words: str) -> list[str]:
        """Search with words and return the titles found."""
        box = self.page.get_by_label("Search words")
        box.fill(words)
        box.press("Enter")
        self.page.locator(".eohub-ResultRow").first.wait_for()
        self.page.wait_for_timeout(500)
        return self.page.locator(".eohub-ResultRow-title").all_text_contents()

    def choose(self, title: str, entry: str) -> None:
        """Choose an entry of the menu that a result's button opens."""
        row = self.page.locator(".eohub-ResultRow", has_text=title).first
        row.get_by_role("button", name=re.compile("^Open ")).click()
        self.page.get_by_role("menuitem", name=entry, exact=True).click()

    def insert(self, title: str) -> None:
        """Insert the code of a result."""
        self.choose(title, "Insert Code")
        # The pod writes the code, so the cell fills a moment later.
        self.page.locator(".jp-Notebook .jp-Cell .cm-content", has_text="open_zarr").first.wait_for()

    def run_cell(self) -> None:
        """Run the notebook's active cell by keyboard."""
        self.page.locator(".jp-Notebook .jp-Cell.jp-mod-active .cm-content").click()
        self.page.keyboard.press("Shift+Enter")

    def type_cell(self, source: str) -> None:
        """Type into the active, empty cell."""
        self.page.locator(".jp-Notebook .jp-Cell.jp-mod-active .cm-content").click()
        self.page.keyboard.insert_text(source)
