"""What a store does wrong between the metadata of a file and its values, for each kind that is one file."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fakes.cubes_objects import MemoryObjects
from fakes.stac_documents import SHARED

from eohub_cubes.contract import DataAsset
from eohub_cubes.errors import DataChanged, DataDamaged, NoAccess, StoreBusy
from eohub_cubes.ports import OpenCube
from eohub_cubes.reading.attempts import Broken, Refused
from eohub_cubes.reading.reader import RetryingReader


@dataclass(frozen=True)
class Case:
    kind: str
    content: Callable[[Path], bytes]
    variable: str


def _parquet(folder: Path) -> bytes:
    pq.write_table(pa.table({"value": np.random.default_rng(3).random(100_000)}), folder / "a.parquet")
    return (folder / "a.parquet").read_bytes()


CASES = (
    Case("geotiff", lambda _: (SHARED / "arrays/rio-tiler/cog.tif").read_bytes(), "band_data"),
    Case("geotiff", lambda _: (SHARED / "arrays/rio-tiler/nocog.tif").read_bytes(), "band_data"),
    Case("grib", lambda _: (SHARED / "arrays/xarray/example.grib").read_bytes(), "z"),
    Case("table", _parquet, "value"),
)


@dataclass
class Store:
    objects: MemoryObjects
    cube: OpenCube
    variable: str
    waits: list[float]

    def read(self) -> np.ndarray:
        return self.cube.dataset[self.variable].values


@pytest.fixture(params=CASES, ids=lambda case: f"{case.kind}-{case.variable}")
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    case: Case = request.param
    objects = MemoryObjects({"data": case.content(tmp_path)})
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    module = import_module(f"eohub_cubes.formats.{case.kind}")
    asset = DataAsset(key="data", href="https://memory.example.org/data")
    return Store(
        objects,
        module.open_cube(asset, None, RetryingReader(objects, "data", sleep=sleep)),
        case.variable,
        waits,
    )


def test_a_store_that_asks_to_slow_down_and_one_that_breaks_off_are_asked_again(store: Store) -> None:
    expected = store.read()
    store.objects.faults += [Refused(503, "SlowDown"), Broken(cut=True), Refused(500)]
    np.testing.assert_array_equal(store.read(), expected)
    assert len(store.waits) == 3


def test_a_store_that_goes_on_asking_to_slow_down_is_told(store: Store) -> None:
    store.objects.faults += [Refused(503, "SlowDown")] * 200
    with pytest.raises(StoreBusy):
        store.read()


def test_a_file_that_was_written_anew_is_no_mixture(store: Store) -> None:
    store.objects.held["data"] += b" "
    with pytest.raises(DataChanged):
        store.read()


def test_a_file_that_was_cut_since_is_told(store: Store) -> None:
    store.objects.held["data"] = store.objects.held["data"][:2_000]
    with pytest.raises((DataChanged, DataDamaged)):
        store.read()


def test_a_key_that_ends_in_the_middle_is_told_or_renewed(store: Store) -> None:
    expected = store.read()
    store.objects.faults += [Refused(403, "ExpiredToken")]
    with pytest.raises(NoAccess):
        store.read()
    store.objects.renews = True
    store.objects.faults += [Refused(403, "ExpiredToken")]
    np.testing.assert_array_equal(store.read(), expected)
    assert store.objects.renewals >= 1
