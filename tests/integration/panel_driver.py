"""The catalogue panel in headless Chromium, in the words of the person who uses it."""

import re
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from browser.accessibility import faults_of
from playwright.sync_api import Locator, Page, expect, sync_playwright

ARTIFACTS = Path(__file__).parents[2] / "artifacts" / "catalogue-panel"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_MOST_TABS = 60
_MOST_LOOKS = 300


def kept(page: Page, *words: str) -> None:
    """Wait until the layout and state that JupyterLab keeps for a reload, with a delay, hold these words."""
    _keeps(page, "(kept, words) => words.every(each => JSON.stringify(kept).includes(each))", list(words))


def _keeps(page: Page, condition: str, wanted: object) -> None:
    """Wait until what the server has of this page's workspace fulfils a condition."""
    page.evaluate(
        f"""async ([wanted, looks]) => {{
            const name = /\\/workspaces\\/([^/?]+)/.exec(location.pathname)?.[1] ?? 'default';
            const address = location.href.replace(/\\/lab\\b.*/, `/lab/api/workspaces/${{name}}`);
            for (let look = 0; look < looks; look += 1) {{
                const answer = await fetch(address, {{ cache: 'no-store' }});
                if (answer.ok && ({condition})((await answer.json()).data, wanted)) return;
                await new Promise(done => setTimeout(done, 100));
            }}
            throw new Error('JupyterLab did not keep it');
        }}""",
        [wanted, _MOST_LOOKS],
    )


class Panel:
    """The panel of one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.root = page.locator("#eohub-catalogue")
        self.rows = self.root.locator(".eohub-ResultRow")

    @property
    def first_row(self) -> Locator:
        return self.rows.first

    def button(self, name: str) -> Locator:
        """The button of exactly this name, a number behind it left aside."""
        exact = re.compile(rf"^{re.escape(name)}( [(\d]\S*)?$")
        return self.root.get_by_role("button", name=exact).first

    def field(self, name: str) -> Locator:
        return self.root.get_by_label(name, exact=True).first

    def text(self, words: str) -> Locator:
        return self.root.get_by_text(words).first

    def press(self, keys: str) -> None:
        self.page.keyboard.press(keys)

    def words(self, words: str) -> None:
        """Search for words."""
        self.root.get_by_role("searchbox").fill(words)
        self.root.get_by_role("searchbox").press("Enter")

    def total(self, words: str) -> None:
        """Wait until the line below the list says this."""
        expect(self.root.locator(".eohub-More > span")).to_have_text(words)

    def total_matches(self, pattern: str) -> None:
        expect(self.root.locator(".eohub-More > span")).to_have_text(re.compile(pattern))

    def page_to_the_end(self) -> None:
        """Ask for more until no catalogue has any."""
        while True:
            expect(self.root.locator(".eohub-ResultList")).to_have_attribute("aria-busy", "false")
            if not self.button("more").is_visible():
                return
            self.button("more").click()

    def says(self, catalogue: str, state: str) -> None:
        """Wait until a catalogue's row is in this state."""
        row = self.root.locator(".eohub-StatusRow", has_text=catalogue)
        expect(row.get_by_role("status")).to_have_text(state)

    def states(self) -> set[str]:
        """The catalogues that are searched."""
        return set(self.root.locator(".eohub-StatusRow-title").all_inner_texts())

    def chips_are(self, *chips: str) -> None:
        """Wait until exactly these filters are set."""
        expect(self.root.locator(".eohub-Chip > span")).to_have_text(list(chips))

    def choose_only(self, title: str) -> None:
        """Search one catalogue alone, with the list of catalogues as it was."""
        fold = self.root.get_by_role("button", name=re.compile(r"^Catalogues( \d\S*)?$"))
        was_open = fold.get_attribute("aria-expanded") == "true"
        if not was_open:
            fold.click()
        section = self.root.get_by_role("region", name="Catalogues", exact=True)
        for box in section.get_by_role("checkbox").all():
            name = box.evaluate("node => node.parentElement.textContent.trim()")
            box.set_checked(name == title)
        if not was_open:
            fold.click()

    def tick(self, title: str) -> None:
        """Search one catalogue more."""
        self.button("Catalogues").click()
        self.field(title).check()
        self.button("Catalogues").click()

    def build_index(self, title: str, items: int) -> None:
        """Build the index of a catalogue in the open list, unless it is built by itself."""
        entry = self.root.locator(".eohub-Entry", has_text=title)
        built = entry.get_by_text(f"{items} items indexed")
        build = entry.get_by_role("button", name="Build index")
        built.or_(build).first.wait_for()
        if build.is_visible():
            build.click()
        built.wait_for()

    def open_filters(self) -> None:
        fold = self.root.get_by_role("button", name=re.compile("^Filters"))
        if fold.get_attribute("aria-expanded") == "false":
            fold.click()

    def pick(self, combobox: str, option: str) -> None:
        """Pick what is offered, by keyboard."""
        box = self.root.get_by_role("combobox", name=combobox)
        box.click()
        box.fill(option)
        self.root.get_by_role("option", name=option).first.wait_for()
        box.press("ArrowDown")
        box.press("Enter")

    def draw_box(self) -> None:
        """Draw a box over the middle of the map."""
        self.button("Draw box").click()
        canvas = self.root.locator(".eohub-Map-canvas")
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x - 60, y - 50)
        self.page.mouse.down()
        self.page.mouse.move(x + 40, y + 40, steps=8)
        self.page.mouse.up()

    def tab_to(self, wanted: Locator) -> None:
        """Press the tabulator until the focus is there."""
        for _ in range(_MOST_TABS):
            if wanted.evaluate("node => node === document.activeElement"):
                return
            self.press("Tab")
        raise AssertionError("the tabulator never came there")

    def focus_is(self, wanted: Locator) -> None:
        expect(wanted).to_be_focused()

    def selected_title(self) -> str:
        return self.root.locator(".eohub-ResultRow[aria-current=true] .eohub-ResultRow-title").inner_text()

    def scrolled(self) -> int:
        return int(self.root.locator(".eohub-Results").evaluate("node => node.scrollTop"))

    def scrolled_to(self, place: int) -> None:
        """Wait until the list is scrolled as far as this."""
        self.page.wait_for_function(
            "place => Math.abs(document.querySelector('.eohub-Results')?.scrollTop - place) < 3", arg=place
        )

    def rests_beyond(self, place: int) -> None:
        """Wait until the list is scrolled further than this, and JupyterLab keeps how far."""
        _keeps(
            self.page,
            """(kept, place) => {
                const { scrollTop } = document.querySelector('.eohub-Results');
                const scroll = kept["@eohub/catalogue:panel"]?.view.scroll;
                return scrollTop > place && Math.abs(scroll - scrollTop) < 1;
            }""",
            place,
        )

    def walk(self) -> list[str]:
        """The title of every row, each reached by keyboard, since only those in view are drawn."""
        self.first_row.focus()
        self.press("Home")
        titles: list[str] = []
        while True:
            row = self.root.locator(f'.eohub-ResultRow[data-index="{len(titles)}"]')
            expect(row).to_have_attribute("aria-current", "true")
            titles.append(self.selected_title())
            if row.get_attribute("aria-setsize") == str(len(titles)):
                return titles
            self.press("ArrowDown")

    def reload(self) -> None:
        self.page.goto(re.sub(r"/lab.*", "/lab", self.page.url))
        self.root.wait_for()

    def use_theme(self, theme: str) -> None:
        self.page.get_by_role("menuitem", name="Settings", exact=True).click()
        self.page.locator(".lm-Menu-item", has_text=re.compile("^Theme$")).hover()
        self.page.locator(".lm-Menu-item", has_text=re.compile(f"^{theme}$")).click()
        is_light: Literal["true", "false"] = "true" if theme.endswith("Light") else "false"
        self.page.locator(f'body[data-jp-theme-light="{is_light}"]').wait_for(state="attached")

    def faults(self) -> list[str]:
        """What axe-core finds in the panel; JupyterLab's own findings are its own."""
        return [fault for fault in faults_of(self.page) if "eohub" in fault]

    def picture(self, name: str) -> None:
        ARTIFACTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=ARTIFACTS / f"{name}.png")


@contextmanager
def opened(lab: str, token: str) -> Generator[Panel]:
    """A new browser with a fresh JupyterLab and the panel in view."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(
            viewport={"width": 1280, "height": 800}, permissions=["clipboard-read", "clipboard-write"]
        )
        page = context.new_page()
        page.set_default_timeout(30_000)
        expect.set_options(timeout=30_000)
        page.goto(f"{lab}/lab?token={token}&reset")
        page.locator(".jp-Launcher").wait_for()
        panel = Panel(page)
        if not panel.root.is_visible():
            page.locator('.jp-SideBar [data-id="eohub-catalogue"]').click()
        yield panel
        browser.close()
