"""The catalogue panel in headless Chromium: first paint, 5,000 footprints, 5,000 rows, other hosts asked.

A plain JupyterLab with the panel's wheel asks a catalogue service that holds 5,000 items. What is timed
begins with the press of the mouse and ends after the frame in which it is first seen. The baselines are
JupyterLab's own panel of running kernels, opened in the same page load by the same click, and the same map
and list with one page of 100 items. Chromium cannot resolve any name, so the panel works without a network.
"""

import json
import os
import random
import shutil
import statistics
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parents[1]))

from fakes.plain_lab import TOKEN, RestartableService, clean_environment, documented_install, running_lab
from fakes.stac_documents import cube_item
from playwright.sync_api import Page, sync_playwright

ITEMS = 5_000
PAGE = 100
RUNS = 5
STEPS = 60
LONG_MS = 50.0
PATIENCE_MS = 120_000
PANELS = {
    "running kernels": ("jp-running-sessions", {"paint": "#jp-running-sessions .jp-RunningSessions-section"}),
    "catalogue": (
        "eohub-catalogue",
        {
            "paint": "#eohub-catalogue .eohub-Header",
            "form": "#eohub-catalogue input[type=search]",
            "rows": "#eohub-catalogue .eohub-ResultRow",
            "map": "#eohub-catalogue .eohub-Map-canvas canvas",
        },
    ),
}
WATCH = """parts => {
  window.seen = {};
  document.addEventListener('pointerdown', event => {
    const began = event.timeStamp;
    const look = () => {
      for (const [name, selector] of Object.entries(parts)) {
        const node = name in window.seen ? null : document.querySelector(selector);
        if (node && node.getClientRects().length > 0) {
          window.seen[name] = null;
          requestAnimationFrame(() => setTimeout(() => (window.seen[name] = performance.now() - began)));
        }
      }
      if (Object.keys(window.seen).length < Object.keys(parts).length) {
        requestAnimationFrame(look);
      }
    };
    look();
  }, { capture: true, once: true });
}"""
SEEN = """parts => Object.keys(parts).every(name => typeof window.seen[name] === 'number')"""
FRAMES = """() => {
  window.frames_ = [];
  let last = performance.now();
  const note = now => {
    window.frames_.push(now - last);
    last = now;
    window.frame_ = requestAnimationFrame(note);
  };
  window.frame_ = requestAnimationFrame(note);
}"""
STOP_FRAMES = """() => {
  cancelAnimationFrame(window.frame_);
  return window.frames_.slice(1);
}"""


def items(count: int) -> Iterator[dict[str, Any]]:
    """A collection and scenes of one to two degrees all over the world, each slanted."""
    yield {
        "type": "Collection",
        "stac_version": "1.1.0",
        "id": "a1b-e1-north-america",
        "description": "Scenes",
        "license": "other",
        "extent": {"spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [[None, None]]}},
        "links": [],
    }
    chance = random.Random(5)
    for number in range(count):
        x, y, size = chance.uniform(-178, 176), chance.uniform(-75, 73), chance.uniform(1, 2)
        ring = [[0, 0], [size, 0.2 * size], [0.8 * size, size], [-0.2 * size, 0.8 * size], [0, 0]]
        geometry = {"type": "Polygon", "coordinates": [[[x + right, y + up] for right, up in ring]]}
        west, east = x - 0.2 * size, x + size
        properties = {"title": f"Scene {number}", "datetime": "2020-05-01T00:00:00Z"}
        yield cube_item(
            id=f"scene-{number}", geometry=geometry, bbox=[west, y, east, y + size], properties=properties
        )


def opened(page: Page, name: str) -> dict[str, float]:
    """Milliseconds from the press on a sidebar icon to the first frame with each part of its panel."""
    identifier, parts = PANELS[name]
    page.evaluate(WATCH, parts)
    page.locator(f'.jp-SideBar [data-id="{identifier}"]').click()
    page.wait_for_function(SEEN, arg=parts, timeout=PATIENCE_MS)
    return page.evaluate("() => window.seen")


def frames(page: Page, act: Callable[[], None]) -> list[float]:
    """Milliseconds between the frames while something is done."""
    page.evaluate(FRAMES)
    act()
    return page.evaluate(STOP_FRAMES)


def panned(page: Page) -> list[float]:
    """Frames while the map is dragged to and fro."""
    place = page.locator("#eohub-catalogue .eohub-Map-canvas").bounding_box()
    assert place is not None
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()

    def drag() -> None:
        for step in range(STEPS):
            page.mouse.move(x + (step if step < STEPS / 2 else STEPS - step) * 3, y + step % 7)
        # The map is drawn anew when it is let go.
        page.mouse.up()
        page.wait_for_function("since => window.frames_.length > since", arg=settled(page))

    return frames(page, drag)


def settled(page: Page) -> int:
    """The number of frames by which what is being done has been drawn."""
    return page.evaluate("() => window.frames_.length") + 10


def scrolled(page: Page) -> list[float]:
    """Frames while the list is scrolled by the wheel."""
    page.locator("#eohub-catalogue .eohub-ResultRow").first.hover()

    def turn() -> None:
        for _ in range(STEPS):
            page.mouse.wheel(0, 600)

    return frames(page, turn)


def load_all(page: Page) -> None:
    """Ask for page after page until all items are in the list and on the map."""
    panel = page.locator("#eohub-catalogue")
    for shown in range(2 * PAGE, ITEMS + 1, PAGE):
        panel.get_by_role("button", name="more").click()
        text = f"showing all {ITEMS:,}" if shown == ITEMS else f"showing {shown:,} of"
        panel.get_by_text(text).wait_for(timeout=PATIENCE_MS)
    panel.get_by_text(f"{ITEMS:,} footprints").or_(panel.get_by_text(f"{ITEMS} footprints")).first.wait_for(
        timeout=PATIENCE_MS
    )


@contextmanager
def stack() -> Generator[str]:
    """The service with its items and a plain JupyterLab that asks it; yields the Lab's address."""
    with tempfile.TemporaryDirectory(prefix="eohub-panel-") as folder:
        place = Path(folder)
        environment = clean_environment(place, documented_install())
        (place / "service").mkdir()
        service = RestartableService(place / "service")
        service.store(list(items(ITEMS)))
        service.start()
        catalogues = [{"id": "embedded", "title": "EOHub catalogue", "url": service.root}]
        settings = {"EOHUB_CATALOGUE_SERVER_CATALOGUES": json.dumps(catalogues)}
        try:
            with running_lab(environment, place / "home", settings) as lab:
                page_size = json.dumps({"raw": json.dumps({"pageSize": PAGE})}).encode()
                asked = urllib.request.Request(
                    f"{lab}/lab/api/settings/@eohub/catalogue:panel",
                    data=page_size,
                    headers={"Authorization": f"token {TOKEN}", "Content-Type": "application/json"},
                    method="PUT",
                )
                urllib.request.urlopen(asked, timeout=60).close()
                yield lab
        finally:
            service.kill()


Measured = dict[str, list[dict[str, float]]]
Frames = dict[str, list[float]]


def measure(lab: str) -> tuple[Measured, Frames, list[str]]:
    """Open the panels in fresh pages, then move map and list; also the requests to other hosts."""
    outside: list[str] = []
    times: Measured = {name: [] for name in PANELS}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
            args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.on("request", lambda each: _note(each.url, outside))
        page.on("websocket", lambda each: _note(each.url, outside))
        for run in range(RUNS):
            page.goto(f"{lab}/lab?token={TOKEN}&reset")
            page.locator(".jp-Launcher").wait_for(timeout=PATIENCE_MS)
            for name in sorted(PANELS, reverse=bool(run % 2)):
                times[name].append(opened(page, name))
        if RUNS % 2 == 1:
            opened(page, "catalogue")
        page.locator("#eohub-catalogue .eohub-Map-words").wait_for(timeout=PATIENCE_MS)
        moved = {f"pan, {PAGE} footprints": panned(page), f"scroll, {PAGE} rows": scrolled(page)}
        load_all(page)
        moved |= {f"pan, {ITEMS:,} footprints": panned(page), f"scroll, {ITEMS:,} rows": scrolled(page)}
        browser.close()
    return times, moved, outside


def _note(url: str, outside: list[str]) -> None:
    if urlsplit(url).hostname not in (None, "127.0.0.1"):
        outside.append(url)


def main() -> None:
    """Print the tables."""
    with stack() as lab:
        times, moved, outside = measure(lab)
    load = os.getloadavg()[0]
    print(f"{'from the click to':28}{'median ms':>11}{'min':>8}{'max':>8}   ({RUNS} runs, load {load:.1f})")
    medians: dict[str, float] = {}
    for panel, (_, parts) in PANELS.items():
        for part in parts:
            column = [run[part] for run in times[panel]]
            medians[f"{panel}: {part}"] = statistics.median(column)
            name = f"{panel}: {part}"
            print(f"{name:28}{statistics.median(column):11.0f}{min(column):8.0f}{max(column):8.0f}")
    print(f"{'frames':28}{'per second':>11}{'p95 ms':>8}{'longest':>9}{'long':>6}")
    rates: dict[str, float] = {}
    for name, column in moved.items():
        rates[name] = 1000 * len(column) / sum(column)
        late = sorted(column)[int(0.95 * len(column))]
        long = sum(each > LONG_MS for each in column)
        print(f"{name:28}{rates[name]:11.0f}{late:8.0f}{max(column):9.0f}{long:6}")
    paint = medians["catalogue: paint"]
    many = moved[f"pan, {ITEMS:,} footprints"]
    print(f"figure: panel_first_paint {paint:.0f} ms")
    print(f"figure: panel_first_paint_to_running_panel {paint / medians['running kernels: paint']:.2f} ratio")
    print(f"figure: panel_first_rows {medians['catalogue: rows']:.0f} ms")
    print(f"figure: panel_map {medians['catalogue: map']:.0f} ms")
    print(f"figure: panel_pan_5000 {rates[f'pan, {ITEMS:,} footprints']:.0f} frames/s")
    print(f"figure: panel_pan_5000_long_frames {sum(each > LONG_MS for each in many)} frames")
    print(f"figure: panel_scroll_5000 {rates[f'scroll, {ITEMS:,} rows']:.0f} frames/s")
    print(f"figure: panel_outside_requests {len(outside)} requests")


if __name__ == "__main__":
    main()
