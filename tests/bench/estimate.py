"""How near an estimate comes to the bytes that are transferred, over selections of several formats.

Each selection is estimated by `estimating.estimated` from metadata and headers, then read through the same
reader, which counts the bytes, over HTTP from a store on this machine that answers each request after 20 ms.
The baseline "nbytes" is what people have today: the size of the selection in memory. Errors are
|estimated - transferred| / transferred. The time is that of an estimate once the metadata is known, when no
sizes have been asked for yet.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

sys.path.insert(0, str(Path(__file__).parents[1]))

from fakes import cubes_server
from fakes.cubes_stored import stored_cubes

from eohub_cubes.contract import DataAsset, Kind, Range, Selection
from eohub_cubes.estimating import estimated
from eohub_cubes.formats.opening import open_cube
from eohub_cubes.ports import Memory, Traffic
from eohub_cubes.reading.opening import reader_of
from eohub_cubes.reading.traffic import counted

LATENCY_SECONDS = 0.02
MEMORY = Memory(free=2**34, limit=2**34)


@dataclass(frozen=True)
class Case:
    """One selection of one stored cube."""

    store: str
    what: str
    ranges: Mapping[str, Range]


@dataclass(frozen=True)
class Found:
    """What was estimated, and what it was."""

    case: Case
    estimated_bytes: int
    transferred_bytes: int
    memory_bytes: int
    exactness: str
    seconds: float

    @property
    def error(self) -> float:
        """Share by which the estimate is wrong."""
        return abs(self.estimated_bytes - self.transferred_bytes) / max(self.transferred_bytes, 1)

    @property
    def error_of_baseline(self) -> float:
        """Share by which the size in memory is wrong."""
        return abs(self.memory_bytes - self.transferred_bytes) / max(self.transferred_bytes, 1)


def selections(sizes: Mapping[str, int]) -> Mapping[str, Mapping[str, Range]]:
    """The same wishes for each cube: a point in time, a map, a box across chunks, all of it."""
    time_steps, rows, columns = sizes["time"], sizes["lat"], sizes["lon"]
    return {
        "series at a point": {
            "lat": Range(start=rows // 3, stop=rows // 3 + 1),
            "lon": Range(start=columns // 2, stop=columns // 2 + 1),
        },
        "one map": {"time": Range(start=time_steps // 2, stop=time_steps // 2 + 1)},
        "box across chunks": {
            "time": Range(start=5, stop=time_steps - 7),
            "lat": Range(start=rows // 4 + 3, stop=rows // 2),
            "lon": Range(start=3, stop=columns // 3),
        },
        "each tenth map": {"time": Range(start=0, stop=time_steps, step=10)},
        "all": {},
    }


@contextmanager
def served(folder: Path) -> Generator[str]:
    """A store in a process of its own, so that it answers while this one works; gives its address."""
    command = [sys.executable, cubes_server.__file__, str(folder), str(LATENCY_SECONDS)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()


def measure(href: str, kind: Kind, case: Case) -> Found:
    """Estimate a selection, then read it, with a reader of its own so that nothing is known from before."""
    asset = DataAsset(key="data", href=href, kind=kind)
    cube = open_cube(asset, None, reader_of(asset))
    selection = Selection(variables=("t",), ranges=dict(case.ranges))
    begun = time.perf_counter()
    told = estimated(selection, cube, None, MEMORY)
    seconds = time.perf_counter() - begun
    slices = {name: slice(each.start, each.stop, each.step) for name, each in case.ranges.items()}
    with counted(Traffic()) as traffic:
        cube.dataset["t"].isel(slices).variable.load()
    cube.close()
    return Found(case, told.read_bytes, traffic.bytes_read, told.memory_bytes, told.exactness, seconds)


def field(time_steps: int, rows: int, columns: int) -> xr.Dataset:
    """A smooth field with noise, as a model's temperature compresses, in K; the noise is seeded."""
    noise = np.random.default_rng(7)
    lat = np.linspace(85, -85, rows, dtype="float32")
    lon = np.linspace(0, 357.5, columns, dtype="float32")
    steps = np.arange(time_steps, dtype="float32")
    wave = np.sin(np.deg2rad(lon))[None, None, :] * np.cos(np.deg2rad(lat))[None, :, None]
    season = np.cos(2 * np.pi * steps / 365)[:, None, None]
    values = 288 + 20 * wave + 10 * season + noise.normal(0, 0.05, (time_steps, rows, columns))
    values = np.round(values, 2).astype("float32")
    values[:, np.abs(lat) > 80, :] = np.nan
    times = np.datetime64("2000-01-01", "ns") + np.arange(time_steps) * np.timedelta64(1, "D")
    return xr.Dataset(
        {"t": (("time", "lat", "lon"), values, {"standard_name": "air_temperature", "units": "K"})},
        coords={"time": times, "lat": lat, "lon": lon},
    )


def main() -> int:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=365, help="time steps of each cube")
    given = parser.parse_args()
    found: list[Found] = []
    with tempfile.TemporaryDirectory() as folder:
        dataset = field(given.steps, 180, 360)
        sizes = {str(name): size for name, size in dataset.sizes.items()}
        with served(Path(folder)) as address:
            for stored in stored_cubes(dataset, Path(folder)):
                for what, ranges in selections(sizes).items():
                    case = Case(stored.name, what, ranges)
                    found.append(measure(f"{address}/{stored.path.name}", stored.kind, case))
    report(found)
    return 0


def report(found: list[Found]) -> None:
    """Print the table and the figures."""
    names = f"{'store':24} {'selection':18} {'estimated':>12} {'transferred':>12}"
    print(f"{names} {'error':>7} {'nbytes':>8} {'ms':>6}")
    for each in found:
        told = f"{each.estimated_bytes:12,} {each.transferred_bytes:12,} {each.error:7.1%}"
        print(
            f"{each.case.store:24} {each.case.what:18} {told} {each.error_of_baseline:8.0%} "
            f"{each.seconds * 1000:6.0f}  {each.exactness}"
        )
    print(f"\n{len(found)} selections; within 10 %: {sum(each.error <= 0.1 for each in found)}")
    print(f"figure: estimate_error_worst {max(each.error for each in found) * 100:.1f} %")
    print(f"figure: estimate_error_median {statistics.median(each.error for each in found) * 100:.1f} %")
    baseline = statistics.median(each.error_of_baseline for each in found)
    print(f"figure: nbytes_error_median {baseline * 100:.0f} %")
    print(f"figure: estimate_time_worst {max(each.seconds for each in found) * 1000:.0f} ms")


if __name__ == "__main__":
    sys.exit(main())
