"""From an address to the first repr of a cube of 20 variables, at 50 ms to the store.

The baselines are `xarray.open_zarr` with zarr's stores over fsspec and over obstore, both as they come.
"""

import hashlib
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.cubes_scene import HOW, Run, counted, opened, ratio, reset, run, store, table, told

PAIRS = int(os.environ.get("PAIRS", "15"))


def one(how: str, address: str) -> None:
    """Open the cube once, and print what it took."""
    root = address.rpartition("/")[0]
    reset(root)
    dataset, seconds = opened(how, address)
    counts = counted(root)
    known = "".join(str(dataset[name].values.tolist()) for name in sorted(dataset.coords))
    print(told(counts, seconds, hashlib.sha256(known.encode()).hexdigest()), flush=True)


def main() -> None:
    """Alternate the three ways, and print the table and the figures."""
    from fakes.cubes_cube import cube, write

    with tempfile.TemporaryDirectory() as folder:
        for version in (3, 2):
            write(
                cube(20, 365, 90, 180),
                Path(folder) / f"v{version}.zarr",
                zarr_format=version,
                consolidated=True,
            )
        with store(Path(folder)) as root:
            for version in (3, 2):
                runs: dict[str, list[Run]] = {how: [] for how in HOW}
                for _ in range(PAIRS):
                    for how in HOW:
                        runs[how].append(run(__file__, [how], f"{root}/v{version}.zarr"))
                assert len({each.digest for all_of in runs.values() for each in all_of}) == 1
                table(f"open, zarr {version}, {PAIRS} pairs", runs)
                for base in HOW[:-1]:
                    middle, low, high = ratio(runs["ours"], runs[base])
                    print(f"{'ours / ' + base:28}{middle:10.3f}   ({low:.3f} to {high:.3f})")
                    print(f"figure: cube_open_{version}_to_{base} {middle:.3f} ratio")
                rounds = max(each.rounds for each in runs["ours"])
                print(f"figure: cube_open_{version}_rounds {rounds} round_trips")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(*sys.argv[2:])
    else:
        main()
