"""What is read, and how much of it."""

from collections.abc import Mapping

import numpy as np
import numpy.testing as npt
import pytest
import xarray as xr
from fakes.cubes_drawn import held
from fakes.cubes_open import CubeInMemory, cube_of
from xarray.backends import BackendArray
from xarray.core.indexing import LazilyIndexedArray

from eohub_cubes.budget import as_read, check_budget, read, values_of
from eohub_cubes.contract import Range
from eohub_cubes.errors import BeyondBudget, Cancelled, DataDamaged, NotReadable, StoreDown
from eohub_cubes.layout import ArrayLayout

THIN = {"y": Range(start=1, stop=98, step=4), "x": Range(start=0, stop=1000, step=10)}


@pytest.mark.parametrize(
    ("layout", "steps"),
    [
        (ArrayLayout(("y", "x"), (100, 1000), (50, 500), 4), {"y": (1, 98, 4), "x": (0, 1000, 10)}),
        (
            ArrayLayout(("y", "x"), (100, 1000), (50, 500), 4, compressed=False),
            {"y": (1, 98, 1), "x": (0, 991, 1)},
        ),
        (
            ArrayLayout(("y", "x"), (100, 1000), (2, 500), 4, compressed=False),
            {"y": (1, 98, 4), "x": (0, 991, 1)},
        ),
        (
            ArrayLayout(("y", "x"), (100, 1000), (100, 1000), 4, compressed=False, contiguous=True),
            {"y": (1, 98, 1), "x": (0, 991, 1)},
        ),
        (
            ArrayLayout(("y", "x"), (100, 100_000), (100, 100_000), 4, compressed=False, contiguous=True),
            {"y": (1, 98, 4), "x": (0, 991, 1)},
        ),
    ],
    ids=["compressed", "plain chunks", "plain chunks that are passed over", "rows", "long rows"],
)
def test_steps_are_left_out_where_that_saves_bytes(
    layout: ArrayLayout, steps: Mapping[str, tuple[int, int, int]]
) -> None:
    found = {name: (each.start, each.stop, each.step) for name, each in as_read(layout, THIN).items()}
    assert found == steps


@pytest.mark.parametrize("compressed", [True, False])
def test_the_same_values_come_however_they_are_read(compressed: bool) -> None:
    values = np.arange(100_000.0).reshape(100, 1000)
    cube = held(xr.Dataset({"t": (("y", "x"), values)}))
    cube.arrays = {"t": ArrayLayout(("y", "x"), (100, 1000), (100, 1000), 8, compressed=compressed)}
    npt.assert_array_equal(read(cube, "t", THIN), values[1:98:4, ::10])


def test_a_picture_asks_for_no_end_of_tiny_pieces_however_few_bytes_they_are() -> None:
    cube = held(xr.Dataset({"t": (("y", "x"), np.zeros((256, 256), "int8"))}))
    cube.arrays = {"t": ArrayLayout(("y", "x"), (256, 256), (1, 1), 1)}
    wanted = {"t": {"y": Range(start=0, stop=256), "x": Range(start=0, stop=256)}}
    with pytest.raises(NotReadable, match="65,536 pieces"):
        check_budget(cube, wanted, 2**30, ("y", "x"))
    check_budget(cube, {"t": {**wanted["t"], "y": Range(start=0, stop=128)}}, 2**30, ("y", "x"))


def nine_thousand(_: tuple[int, ...]) -> int:
    return 9_000


def whole(cube: CubeInMemory) -> dict[str, Range]:
    return {str(name): Range(start=0, stop=size) for name, size in cube.dataset.sizes.items()}


def test_a_slice_within_the_budget_asks_for_no_header() -> None:
    cube = cube_of({"y": 100, "x": 100}, (50, 50))
    check_budget(cube, {"t": whole(cube)}, 40_000, ("y", "x"))
    assert cube.asked == []


def test_what_is_compressed_well_is_within_the_budget_by_its_headers() -> None:
    cube = cube_of({"y": 100, "x": 100}, (50, 50), size_of=lambda _: 1000)
    check_budget(cube, {"t": whole(cube)}, 4000, ("y", "x"))
    assert len(cube.asked) == 4


def test_beyond_the_budget_the_bytes_are_told_and_what_would_fit() -> None:
    cube = cube_of({"y": 1024, "x": 2048}, (128, 128), size_of=lambda _: 10_240)
    with pytest.raises(BeyondBudget) as raised:
        check_budget(cube, {"t": whole(cube)}, 400 * 1024, ("y", "x"))
    assert raised.value.detail == "This takes 1.2 MiB to read, and 400 KiB are allowed."
    assert raised.value.hint
    assert raised.value.hint == (
        "A smaller part would fit: y 256 up to 768, x 512 up to 1536. Or allow 1.2 MiB."
    )
    part = {"y": Range(start=256, stop=768), "x": Range(start=512, stop=1536)}
    check_budget(cube, {"t": part}, 400 * 1024, ("y", "x"))


def test_a_single_piece_beyond_the_budget_is_told_so() -> None:
    cube = cube_of({"y": 64, "x": 64}, (64, 64), size_of=lambda _: 9_000)
    with pytest.raises(BeyondBudget) as raised:
        check_budget(cube, {"t": whole(cube)}, 4_000, ("y", "x"))
    assert raised.value.hint == "Even one chunk of it is larger; allow 8.8 KiB to read it."


def test_places_count_with_the_values() -> None:
    flat = (("y", "x"), np.zeros((64, 64)))
    cube = held(xr.Dataset({"t": flat, "lon": flat}), size_of=nine_thousand)
    steps = whole(cube)
    check_budget(cube, {"t": steps}, 10_000, ("y", "x"))
    with pytest.raises(BeyondBudget):
        check_budget(cube, {"t": steps, "lon": steps}, 10_000, ("y", "x"))


class Failing(BackendArray):
    """Values whose reading fails as libraries do: with an error of ours inside, or with their own."""

    def __init__(self, error: Exception) -> None:
        self.shape, self.dtype, self.error = (2,), np.dtype("f4"), error

    def __getitem__(self, key: object) -> np.ndarray:
        try:
            raise self.error
        except Exception as error:
            raise RuntimeError("can't read data") from error


@pytest.mark.parametrize("error", [StoreDown("It does not answer."), Cancelled(), MemoryError()])
def test_an_error_of_ours_is_found_inside_that_of_a_library(error: Exception) -> None:
    with pytest.raises(type(error)):
        values_of(xr.DataArray(LazilyIndexedArray(Failing(error)), dims="x", name="t"))


def test_a_failing_library_is_told_as_damaged_data_without_its_words() -> None:
    lazy = LazilyIndexedArray(Failing(ValueError("/secret/path")))
    with pytest.raises(DataDamaged, match="The values of t cannot be decoded") as raised:
        values_of(xr.DataArray(lazy, dims="x", name="t"))
    assert "secret" not in f"{raised.value.detail} {raised.value.hint}"
