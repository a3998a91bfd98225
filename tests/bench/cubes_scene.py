"""What the benches of cubes share: a store at 50 ms in its own process, readers in fresh ones."""

import json
import random
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SERVER = ROOT / "tests" / "fakes" / "cubes_server.py"
LATENCY_SECONDS = 0.05
HOW = ("fsspec", "obstore", "ours")


@contextmanager
def store(folder: Path) -> Generator[str]:
    """The address of a web server of a folder that answers after 50 ms."""
    command = [sys.executable, str(SERVER), str(folder), str(LATENCY_SECONDS)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.communicate()


@dataclass(frozen=True)
class Run:
    """One reader in one fresh process."""

    seconds: float
    requests: int
    rounds: int
    bytes_sent: int
    digest: str


def run(script: str, arguments: Sequence[str], address: str) -> Run:
    """Have a script read in a fresh process, whose imports are done before its clock starts."""
    command = [sys.executable, "-W", "ignore", script, "--one", *arguments, address]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    # obstore can abort a process that has ended; what it printed before is whole.
    assert done.stdout.strip(), done.stderr[-2_000:]
    return Run(**json.loads(done.stdout.strip().splitlines()[-1]))


def reset(address: str) -> None:
    """Have the store forget what was asked."""
    urllib.request.urlopen(f"{address}/_/reset").read()


def counted(address: str) -> dict[str, int]:
    """What the store was asked since it forgot."""
    counts = json.loads(urllib.request.urlopen(f"{address}/_/counts").read())
    return {name: counts[name] for name in ("requests", "rounds", "bytes_sent")}


def told(counts: dict[str, int], seconds: float, digest: str) -> str:
    """What a reader prints at its end."""
    return json.dumps({"seconds": seconds, "digest": digest, **counts})


def opened(how: str, address: str, concurrency: int | None = None) -> Any:
    """A cube opened by one of the ways, and the time it took to its first repr, in seconds."""
    import xarray as xr
    import zarr.storage

    store_of = _STORES[how](address)
    # With its first array xarray imports dask and pint, half a second that no way is to blame for.
    held = zarr.storage.MemoryStore()
    xr.Dataset(coords={"time": [0, 1]}).to_zarr(held)
    repr(xr.open_zarr(held, chunks=None))
    if concurrency is not None:
        zarr.config.set({"async.concurrency": concurrency})
    began = time.perf_counter()
    dataset = xr.open_zarr(store_of(), chunks=None)
    repr(dataset)
    return dataset, time.perf_counter() - began


def _fsspec(address: str) -> Any:
    import aiohttp  # noqa: F401
    import fsspec.implementations.http  # noqa: F401
    import zarr.storage

    return lambda: zarr.storage.FsspecStore.from_url(address, read_only=True)


def _obstore(address: str) -> Any:
    import zarr.storage
    from obstore.store import HTTPStore

    return lambda: zarr.storage.ObjectStore(
        HTTPStore(address, client_options={"allow_http": True}), read_only=True
    )


def _ours(address: str) -> Any:
    from eohub_cubes.notebook.stores import cube_store

    return lambda: cube_store(address)


_STORES = {"fsspec": _fsspec, "obstore": _obstore, "ours": _ours}


def table(title: str, runs: dict[str, list[Run]]) -> None:
    """Print the median of each way."""
    print(f"{title:28}{'median s':>10}{'requests':>10}{'rounds':>8}{'MiB sent':>10}")
    for name, each in runs.items():
        print(
            f"{name:28}{statistics.median(one.seconds for one in each):10.3f}{each[0].requests:10d}"
            f"{statistics.median(one.rounds for one in each):8.0f}{each[0].bytes_sent / 2**20:10.2f}"
        )


def ratio(ours: Sequence[Run], base: Sequence[Run]) -> tuple[float, float, float]:
    """Median of the pairs' ratios ours / base, and its 95 % interval by bootstrap."""
    ratios = [a.seconds / b.seconds for a, b in zip(ours, base, strict=True)]
    chance = random.Random(1)
    medians = sorted(statistics.median(chance.choices(ratios, k=len(ratios))) for _ in range(2_000))
    return statistics.median(ratios), medians[50], medians[1949]
