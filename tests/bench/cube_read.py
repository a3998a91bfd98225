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
_SELECTED = {"series": {"y": 10, "x": 10}, "map": {"time": 2}, "box": {}}
_SHAPES = {
    "series": ((2_048, 32, 32), (8, 32, 32)),
    "map": ((4, 1_024, 1_024), (1, 64, 64)),
    "box": ((1_024, 512, 512), (64, 128, 128)),
}
"""Cells of each cube and of its chunks, of which each scene reads 256."""


def write(folder: Path) -> None:
    """A cube for each scene, of numbers that compress as measured ones do."""
    chance = np.random.default_rng(1)
    for scene, (shape, chunk) in _SHAPES.items():
        tile = chance.integers(0, 4_096, (min(shape[0], 64), *shape[1:]), dtype="int16").astype("float32")
        values = np.tile(tile, (max(1, shape[0] // 64), 1, 1))
        data = xr.Dataset({"v": (("time", "y", "x"), values)})
        data.to_zarr(folder / f"{scene}.zarr", consolidated=True, encoding={"v": {"chunks": chunk}})


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
                        address = f"{root}/{scene}.zarr"
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
