"""A slice of data that is not open yet, as a picture, over HTTP on loopback: its time and what it reads.

The process that reads data runs already, and each picture asks it for data under an address that it has not
seen. For zarr plain xarray with fsspec reads the same slice in turns, opened anew each time as well. The
bytes are those that came, metadata and coordinates included, against those at rest of the pieces that the
slice needs.
"""

import argparse
import asyncio
import multiprocessing
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

sys.path.insert(0, str(Path(__file__).parents[1]))

from fakes.cube_cases import opened

from eohub_cubes.contract import DataAsset, DataSource, Kind, Preview, PreviewQuery, Range
from eohub_cubes.estimating import cost_of
from eohub_cubes.server.reader_process import ReaderProcess
from eohub_cubes.server.settings import ServerSettings
from eohub_toolkit.settings import load

STEPS, ROWS, COLUMNS = 12, 721, 1440
STEP = {"time": Range(start=5, stop=6)}
TARGET_MS, TARGET_SHARE = 500, 1.2


@dataclass(frozen=True)
class Case:
    """One kind of data, the variable that is drawn, and the group that is enough for its picture."""

    name: str
    file: str
    variable: str
    kind: Kind
    group: str | None = None


CASES = (
    Case("zarr_v2", "two.zarr", "t", "zarr"),
    Case("zarr_v3", "three.zarr", "t", "zarr"),
    Case("zarr_sharded", "sharded.zarr", "t", "zarr"),
    Case("cog", "picture.tif", "band_data", "geotiff", "1:2"),
)


class RangeHandler(SimpleHTTPRequestHandler):
    """Files below a folder, whole or in part; the first part of a path is any word, so that it is new."""

    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.answer(body=False)

    def do_GET(self) -> None:
        self.answer(body=True)

    def answer(self, *, body: bool) -> None:
        path = Path(self.directory) / self.path.lstrip("/").partition("/")[2]
        if not path.is_file():
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        size = path.stat().st_size
        start, stop = self.part(size)
        partly = "Range" in self.headers
        self.send_response(206 if partly else 200)
        if partly:
            self.send_header("Content-Range", f"bytes {start}-{stop - 1}/{size}")
        self.send_header("Content-Length", str(stop - start))
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("ETag", f'"{size:x}"')
        self.send_header("Last-Modified", self.date_time_string(int(path.stat().st_mtime)))
        self.end_headers()
        if body:
            with path.open("rb") as file:
                file.seek(start)
                self.wfile.write(file.read(stop - start))

    def part(self, size: int) -> tuple[int, int]:
        asked = self.headers.get("Range", "bytes=0-").removeprefix("bytes=")
        first, _, last = asked.partition("-")
        if not first:
            return max(size - int(last), 0), size
        return int(first), min(int(last) + 1, size) if last else size

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the table is the output."""


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    """As stores have: connections beyond it are tried again after a second or more."""


@contextmanager
def served(folder: Path) -> Generator[str]:
    """The URL that the files of a folder are at."""

    def handler(*arguments: Any) -> RangeHandler:
        return RangeHandler(*arguments, directory=str(folder))

    server = _Server(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def write(folder: Path) -> None:
    """The same field in every kind of data, 12 steps of a quarter of a degree."""
    import rasterio
    from rasterio.shutil import copy

    north, east = np.linspace(90, -90, ROWS), np.arange(COLUMNS) * 0.25
    waves = np.sin(np.radians(north))[:, None] * 30 + np.cos(np.radians(3 * east))[None, :] * 5
    noise = np.random.default_rng(1).normal(size=(STEPS, ROWS, COLUMNS))
    values = (waves[None] + noise.round(2) + np.arange(STEPS)[:, None, None]).astype("float32")
    dataset = xr.Dataset(
        {"t": (("time", "lat", "lon"), values, {"standard_name": "air_temperature", "units": "degC"})},
        {
            "time": xr.date_range("2000-01-01", periods=STEPS, freq="MS"),
            "lat": ("lat", north, {"units": "degrees_north"}),
            "lon": ("lon", east, {"units": "degrees_east"}),
        },
    )
    pieces = {"t": {"chunks": (1, 361, 720)}}
    dataset.to_zarr(folder / "two.zarr", zarr_format=2, consolidated=True, encoding=pieces)
    dataset.to_zarr(folder / "three.zarr", zarr_format=3, consolidated=True, encoding=pieces)
    sharded = {"t": {"chunks": (1, 103, 180), "shards": (4, 721, 1440)}}
    dataset.to_zarr(folder / "sharded.zarr", zarr_format=3, consolidated=True, encoding=sharded)
    plain = folder / "plain.tif"
    transform = rasterio.Affine(0.1, 0, -180, 0, -0.1, 90)
    profile = {"driver": "GTiff", "width": 3600, "height": 1800, "count": 1, "dtype": "float32"}
    with rasterio.open(plain, "w", crs="EPSG:4326", transform=transform, **profile) as file:
        file.write(np.resize(values[0], (1800, 3600)), 1)
    copy(plain, folder / "picture.tif", driver="COG", COMPRESS="DEFLATE", BLOCKSIZE=256)


def query(case: Case, address: str) -> PreviewQuery:
    """A picture of one step, as the cube view asks for it."""
    asset = DataAsset(key="data", href=f"{address}/{case.file}", kind=case.kind)
    ranges = STEP if case.kind != "geotiff" else {}
    return PreviewQuery(
        source=DataSource(title="", assets=(asset,)), variable=case.variable, ranges=ranges, width=1024
    )


def needed_bytes(case: Case, folder: Path) -> int:
    """Bytes at rest of the pieces that a picture needs."""
    cube = opened(folder / case.file, group=case.group, kind=case.kind)
    try:
        return cost_of(case.variable, STEP if case.kind != "geotiff" else {}, cube).read_bytes
    finally:
        cube.close()


def apart[*Given, Found](call: Callable[[*Given], Found], *given: *Given) -> Found:
    """What a function returns in a process of its own: GDAL, zarr and TIFF end badly in one."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(call, *given).result()


def plainly(address: str, case: Case) -> float:
    """Milliseconds that plain xarray takes to open a store and read the slice."""
    started = time.perf_counter()
    _ = xr.open_zarr(f"{address}/{case.file}", chunks=None)[case.variable].isel(time=5).values
    return (time.perf_counter() - started) * 1000


async def measure(folder: Path, url: str, rounds: int) -> None:
    """Print a line for each kind of data."""
    environ = dict(os.environ) | {"EOHUB_CUBES_SERVER_ALLOWED_HOSTS": '["127.0.0.1"]'}
    reader = ReaderProcess(lambda: load(ServerSettings, environ), environ)
    heads = ("p50 ms", "worst", "plain", "read", "needed", "share", "asked")
    widths = (8, 8, 8, 12, 12, 7, 7)
    print(f"{'data':<14}" + "".join(f"{head:>{width}}" for head, width in zip(heads, widths, strict=True)))
    try:
        for case in CASES:
            needed = apart(needed_bytes, case, folder)
            times, plain, told = list[float](), list[float](), list[Preview]()
            for number in range(rounds + 1):
                address = f"{url}/{case.name}{number}"
                started = time.perf_counter()
                picture = await reader.ask("preview", query(case, address), Preview)
                took = (time.perf_counter() - started) * 1000
                other = plainly(f"{url}/plain{number}", case) if case.kind == "zarr" else None
                if number:  # the first of a kind imports its library
                    times.append(took)
                    told.append(picture)
                    plain += [] if other is None else [other]
            report(case, times, plain, told[-1], needed)
    finally:
        await reader.close()


def report(case: Case, times: list[float], plain: list[float], picture: Preview, needed: int) -> None:
    """One line of the table, and its figures."""
    middle, share = statistics.median(times), picture.bytes_read / needed
    beside = f"{statistics.median(plain):.0f}" if plain else "-"
    print(
        f"{case.name:<14}{middle:>8.0f}{max(times):>8.0f}{beside:>8}{picture.bytes_read:>12,}{needed:>12,}"
        f"{share:>7.2f}{picture.requests:>7}"
    )
    print(f"figure: preview_{case.name}_cold {middle:.0f} ms (at most {TARGET_MS})")
    print(f"figure: preview_{case.name}_bytes_to_needed {share:.3f} ratio (at most {TARGET_SHARE})")
    if plain:
        ratio = statistics.median(ours / other for ours, other in zip(times, plain, strict=True))
        print(f"figure: preview_{case.name}_to_plain {ratio:.2f} ratio")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="eohub-preview-") as place:
        apart(write, Path(place))
        with served(Path(place)) as url:
            asyncio.run(measure(Path(place), url, given.rounds))


if __name__ == "__main__":
    main()
