"""Start, memory, idling and the list of people of a hub with 10,000 people and 1,000 running servers.

The baseline "plain" is JupyterHub as it comes, with its simple local spawner, on a copy of the same people.
Starts and pages alternate; CPU time is the hub's process alone, and each figure is a median.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from fakes.crowded_hub import CrowdedHub

HOWS = ("plain", "eohub")
PAGES = 20
IDLE_SECONDS = 10
MEBIBYTE = 1024 * 1024
START, MEMORY, PAGE, IDLE = "start, CPU s", "memory, MiB", "50 people, CPU ms", "idle, CPU ms per s"


def started(hub: CrowdedHub) -> dict[str, float]:
    """Start a hub, let it idle, and look at it."""
    hub.start()
    found = {START: hub.cpu_seconds}
    time.sleep(1)
    before = hub.cpu_seconds
    time.sleep(IDLE_SECONDS)
    found[IDLE] = (hub.cpu_seconds - before) * 1000 / IDLE_SECONDS
    assert hub.process is not None
    found[MEMORY] = psutil.Process(hub.process.pid).memory_full_info().pss / MEBIBYTE
    return found


def page(hub: CrowdedHub, number: int) -> float:
    """CPU milliseconds of a page of the list of people."""
    before = hub.cpu_seconds
    answer = hub.api.get("/users", params={"offset": number * 50, "limit": 50})
    assert len(answer.json()) == 50
    return (hub.cpu_seconds - before) * 1000


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--running", type=int, default=1_000)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    results = {how: defaultdict[str, list[float]](list) for how in HOWS}
    with ExitStack() as stack:
        hubs = dict[str, CrowdedHub]()
        for how in HOWS:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=f"eohub-scale-{how}-")))
            hubs[how] = CrowdedHub(folder, how, given.people, given.running)
            stack.callback(hubs[how].close)
            hubs[how].prepare()
        for _ in range(given.runs):
            for how in HOWS:
                for name, value in started(hubs[how]).items():
                    results[how][name].append(value)
            for number in range(PAGES):
                for how in HOWS:
                    results[how][PAGE].append(page(hubs[how], number))
            for how in HOWS:
                hubs[how].end()
    print(f"{given.people} people, {given.running} running servers, {given.runs} runs each")
    print(f"{'':22}{'plain':>10}{'eohub':>10}{'ratio':>8}")
    for name, figure in ((START, "start"), (MEMORY, "memory"), (PAGE, "people_page"), (IDLE, "idle")):
        plain, eohub = (statistics.median(results[how][name]) for how in HOWS)
        print(f"{name:22}{plain:10.1f}{eohub:10.1f}{eohub / plain:8.2f}")
        print(f"figure: hub_scale_{figure} {eohub / plain:.2f} ratio")


if __name__ == "__main__":
    main()
