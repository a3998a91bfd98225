"""Values of a cube at 50 ms to the store: a series at a point, one map, a box of 1 GiB.

The baselines are the same as of `cube_open.py`, as they come: zarr reads ten chunks at once there.
`CONCURRENCY=10,64` measures ours with other numbers of chunks at once.
"""

import hashlib
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import xarray as xr

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.cubes_scene import HOW, Run, counted, opened, ratio, reset, run, store, table, told

SCENES = {"series": 7, "map": 7, "box": 3}
"""Pairs of each."""
_SELECTED = {
    "series": {"y": 10, "x": 10},
    "map": {"time": 100},
    "box": {"time": slice(0, 1024)},
}
_CUBE = {"series": "many", "map": "many", "box": "large"}


def write(folder: Path) -> None:
    """One cube of many small chunks, and one of 1 GiB in chunks of 4 MiB."""
    chance = np.random.default_rng(1)
    small = chance.integers(0, 4096, (16, 1024, 1024), dtype="int16").astype("float32")
    many = xr.Dataset({"v": (("time", "y", "x"), np.broadcast_to(small, (16, 1024, 1024)))})
    many = xr.concat([many] * 16, "time")
    many.chunk(time=1, y=64, x=64).isel(time=slice(0, 256)).to_zarr(folder / "many.zarr", consolidated=True)
    tile = chance.integers(0, 4096, (64, 512, 512), dtype="int16").astype("float32")
    large = xr.Dataset({"v": (("time", "y", "x"), np.tile(tile, (16, 1, 1)))})
    large.chunk(time=64, y=128, x=128).to_zarr(folder / "large.zarr", consolidated=True)


def one(scene: str, how: str, concurrency: str, address: str) -> None:
    """Read once, and print what it took; opening is not counted."""
    root = address.rpartition("/")[0]
    dataset, _ = opened(how, address)
    if int(concurrency):
        import zarr

        zarr.config.set({"async.concurrency": int(concurrency)})
    part = dataset["v"].isel(_SELECTED[scene])
    reset(root)
    began = time.perf_counter()
    values = part.values
    seconds = time.perf_counter() - began
    digest = hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()
    print(told(counted(root), seconds, digest), flush=True)


def main() -> None:
    """Alternate the ways for each scene, and print the table and the figures."""
    ways = [(how, "0") for how in HOW]
    ways += [("ours", each) for each in os.environ.get("CONCURRENCY", "").split(",") if each]
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder))
        with store(Path(folder)) as root:
            for scene, pairs in SCENES.items():
                runs: dict[str, list[Run]] = {how + (f" {n}" if n != "0" else ""): [] for how, n in ways}
                for _ in range(pairs):
                    for (how, number), kept in zip(ways, runs.values(), strict=True):
                        address = f"{root}/{_CUBE[scene]}.zarr"
                        kept.append(run(__file__, [scene, how, number], address))
                assert len({each.digest for all_of in runs.values() for each in all_of}) == 1
                table(f"{scene}, {pairs} pairs", runs)
                for base in HOW[:-1]:
                    middle, low, high = ratio(runs[base], runs["ours"])
                    print(f"{'faster than ' + base:28}{middle:10.2f}   ({low:.2f} to {high:.2f})")
                    print(f"figure: cube_read_{scene}_faster_than_{base} {middle:.2f} x")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(*sys.argv[2:])
    else:
        main()
