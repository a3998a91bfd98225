"""A page of headless Chromium at a plain JupyterLab, and what a person does in its menus."""

import re
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page, expect, sync_playwright

ARTIFACTS = Path(__file__).parents[2] / "artifacts" / "cube-view"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
type Theme = Literal["Light", "Dark"]
THEMES: tuple[Theme, ...] = ("Light", "Dark")


@contextmanager
def window() -> Generator[Page]:
    """A page of 1280 x 800, closed at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(60_000)
        expect.set_options(timeout=60_000)
        yield page
        browser.close()


def use_theme(page: Page, theme: Theme) -> None:
    """Choose a theme of JupyterLab, and wait until it is worn."""
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    page.locator(".lm-Menu-item", has_text=re.compile("^Theme$")).hover()
    page.locator(".lm-Menu-item", has_text=re.compile(f"^JupyterLab {theme}$")).click()
    page.locator(f'body[data-jp-theme-light="{str(theme == "Light").lower()}"]').wait_for(state="attached")
    page.locator("#jupyterlab-splash").wait_for(state="detached")


def keep_picture(page: Page, name: str) -> None:
    """Keep what the window shows."""
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{name}.png")
