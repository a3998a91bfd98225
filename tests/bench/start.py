"""Warm start of the stack until it says that it runs, against the start of its slowest part, the plain hub.

With `--cold` it also times `make up` in a fresh clone with empty package caches, which takes minutes.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from integration.local_stack import ROOT, STARTED, LocalStack, fresh_state

RUNS = 3
LONGEST_SECONDS = 1_800


def warm_seconds(stack: LocalStack) -> tuple[float, float]:
    """Seconds until the hub's own line and until everything runs, of one start."""
    began = time.monotonic()
    stack.state.ready.unlink(missing_ok=True)
    stack.begin()
    while not stack.state.ready.exists():
        assert time.monotonic() - began < LONGEST_SECONDS, stack.output
        time.sleep(0.05)
    hub = time.monotonic() - began
    stack.wait_for_output(STARTED, LONGEST_SECONDS)
    return hub, time.monotonic() - began


def cold_seconds() -> float:
    """Seconds of `make up` in a fresh clone, with no cache of uv, pip, yarn or npm."""
    with tempfile.TemporaryDirectory(prefix="eohub-cold-") as folder:
        clone, caches = Path(folder) / "clone", Path(folder) / "caches"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        names = ("UV_CACHE_DIR", "PIP_CACHE_DIR", "YARN_GLOBAL_FOLDER", "npm_config_cache", "XDG_CACHE_HOME")
        environment = os.environ | {name: str(caches / name) for name in names}
        began = time.monotonic()
        with subprocess.Popen(
            ["make", "up"], cwd=clone, env=environment, stdout=subprocess.PIPE, text=True, bufsize=1
        ) as up:
            assert up.stdout is not None
            try:
                for line in up.stdout:
                    print("  " + line.rstrip(), file=sys.stderr)
                    if STARTED in line:
                        return time.monotonic() - began
                raise SystemExit("make up ended before EOHub ran")
            finally:
                subprocess.run(["make", "down"], cwd=clone, env=environment, check=False)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cold", action="store_true", help="also a fresh clone with empty caches")
    options = parser.parse_args()
    stack = LocalStack(fresh_state())
    try:
        stack.up()
        runs: list[tuple[float, float]] = []
        for _ in range(RUNS):
            stack.close()
            runs.append(warm_seconds(stack))
    finally:
        stack.close()
    hub, whole = (statistics.median(column) for column in zip(*runs, strict=True))
    load = os.getloadavg()[0]
    print(f"{'warm start':24}{'median s':>10}{'min':>8}{'max':>8}   ({RUNS} runs, load {load:.1f})")
    for name, column in zip(("hub alone", "everything"), zip(*runs, strict=True), strict=True):
        print(f"{name:24}{statistics.median(column):10.1f}{min(column):8.1f}{max(column):8.1f}")
    if options.cold:
        print(f"figure: cold_start {cold_seconds():.0f} s")
    print(f"figure: warm_start_to_hub {whole / hub:.2f} ratio")
    print(f"figure: warm_start {whole:.1f} s")


if __name__ == "__main__":
    main()
