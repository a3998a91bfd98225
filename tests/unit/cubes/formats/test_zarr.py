"""Zarr stores as they are found: versions, groups, shards, and what is wrong with them."""

import json
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.testing as npt
import pytest
import xarray as xr
import zarr
from fakes.cube_cases import all_chunks, asset_at, measured, opened
from fakes.cubes_objects import MemoryObjects
from fakes.stac_documents import SHARED
from zarr.core.sync import sync

from eohub_cubes.contract import Range, Selection
from eohub_cubes.describing import described
from eohub_cubes.errors import DataDamaged, DataMissing, NotReadable
from eohub_cubes.estimating import estimated
from eohub_cubes.formats.opening import open_cube
from eohub_cubes.formats.zarr_tree import MOST_NODES, read_tree
from eohub_cubes.ports import LARGEST_METADATA, Memory, ObjectReader, Traffic
from eohub_cubes.reading.opening import reader_of
from eohub_cubes.reading.reader import RetryingReader
from eohub_cubes.reading.store import ReaderStore
from eohub_cubes.remembering import RememberingCube

TITILER = SHARED / "zarr" / "titiler"


def grid(values: Any, name: str = "t", dims: tuple[str, ...] = ("y", "x")) -> xr.Dataset:
    return xr.Dataset({name: (dims, values)})


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "cube.zarr"


def edited(path: Path, **changes: Any) -> None:
    document = json.loads(path.read_text())
    path.write_text(json.dumps(document | changes))


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("consolidated", [True, False])
def test_the_same_is_told_with_and_without_consolidated_metadata(
    version: int, consolidated: bool, store: Path
) -> None:
    values = np.arange(12.0).reshape(3, 4)
    grid(values).to_zarr(store, zarr_format=version, consolidated=consolidated)  # type: ignore[call-overload]
    with measured() as traffic:
        cube = opened(store)
    assert [*cube.dataset.data_vars] == ["t"]
    npt.assert_array_equal(cube.dataset["t"].values, values)
    assert traffic.requests <= (5 if consolidated else 11)


@pytest.mark.parametrize("version", [2, 3])
def test_opening_costs_no_request_for_each_chunk(version: int, store: Path) -> None:
    group = zarr.create_group(store, zarr_format=version)  # type: ignore[arg-type]
    names = ("time", "y", "x")
    extra: dict[str, Any] = (
        {"dimension_names": names} if version == 3 else {"attributes": {"_ARRAY_DIMENSIONS": names}}
    )
    array = group.create_array("t", shape=(1000, 100, 1), chunks=(1, 1, 1), dtype="f4", fill_value=7, **extra)
    array[:2, :, :] = 1
    with measured() as traffic:
        cube = opened(store)
        told = described("", asset_at(store), cube, traffic)
    assert told.variables[0].chunks == (1, 1, 1)
    assert traffic.requests <= 12
    stored = cube.stored("t", np.array([[0, 0, 0], [999, 99, 0]]))
    assert stored.sizes[1] == 0, "a chunk that is not there has the fill value and no bytes"
    assert float(cube.dataset["t"].isel(time=999, y=99, x=0).fillna(7)) == 7


def test_the_bytes_of_chunks_in_shards_are_told_from_the_index_of_each(store: Path) -> None:
    values = np.random.default_rng(1).random((8, 8))
    grid(values).to_zarr(store, zarr_format=3, encoding={"t": {"chunks": (2, 2), "shards": (4, 4)}})
    (store / "t" / "c" / "1" / "1").unlink()
    cube = opened(store)
    layout = cube.arrays["t"]
    assert (layout.chunk, layout.shard, layout.shard_index_bytes) == ((2, 2), (4, 4), 16 * 4 + 4)
    with measured() as asked:
        sizes = cube.stored("t", all_chunks((4, 4))).sizes
    assert asked.requests == 4, "one index for each shard"
    shard = (store / "t" / "c" / "0" / "0").stat().st_size
    first = [size for chunk, size in zip(all_chunks((4, 4)), sizes, strict=True) if (chunk < 2).all()]
    assert sum(size or 0 for size in first) == shard - layout.shard_index_bytes
    last = [size for chunk, size in zip(all_chunks((4, 4)), sizes, strict=True) if (chunk >= 2).all()]
    assert last == [0, 0, 0, 0]
    with measured() as one:
        npt.assert_array_equal(cube.dataset["t"][:1, :1].values, values[:1, :1])
    assert one.bytes_read == layout.shard_index_bytes + (sizes[0] or 0)


@pytest.mark.parametrize("ranges", [{"t": (3, 4)}, {"y": (7, 8), "x": (9, 10)}, {"t": (0, 20), "x": (0, 30)}])
@pytest.mark.parametrize("first", [0, 10])
def test_an_estimate_tells_the_requests_for_neighbours_in_shards(
    ranges: dict[str, tuple[int, int]], first: int, store: Path
) -> None:
    """Of all of it one request a shard brings chunks and index together, and the estimate tells two."""
    values = np.random.default_rng(0).random((40, 80, 120)).astype("f4")
    values[:first] = np.nan
    encoding = {"v": {"chunks": (5, 20, 20), "shards": (20, 40, 60), "_FillValue": np.nan}}
    grid(values, "v", ("t", "y", "x")).to_zarr(store, zarr_format=3, encoding=encoding)
    cube = RememberingCube(opened(store))
    whole = estimated(Selection(variables=("v",)), cube, None, Memory(None, None))
    assert (whole.exactness, whole.requests) == ("exact", 16)
    chosen = {name: Range(start=start, stop=stop) for name, (start, stop) in ranges.items()}
    told = estimated(Selection(variables=("v",), ranges=chosen), cube, None, Memory(None, None))
    with measured() as traffic:
        _ = cube.dataset["v"].isel({name: slice(*ends) for name, ends in ranges.items()}).values
    assert (told.exactness, told.read_bytes) == ("exact", traffic.bytes_read)
    # A reader joins chunks over a small gap too.
    assert traffic.requests <= told.requests <= traffic.requests + 1


def test_neighbours_of_what_is_asked_for_in_a_shard_are_not_read(store: Path) -> None:
    values = np.random.default_rng(2).random((1, 12))
    grid(values).to_zarr(store, zarr_format=3, encoding={"t": {"chunks": (1, 2), "shards": (1, 12)}})
    cube = opened(store)
    sizes = cube.stored("t", np.array([[0, 0], [0, 4]])).sizes
    with measured() as traffic:
        _ = cube.dataset["t"].isel(x=[0, 8]).values
    assert traffic.bytes_read == sum(map(int, filter(None, sizes))) + cube.arrays["t"].shard_index_bytes


WRONG: tuple[Any, ...] = (None, 5, -1, "abc", [], [-1, 4], [[1]], {"a": 1}, 1e300, 10**30)


def places(document: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to everything in a JSON document."""
    inside = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in inside:
        yield (*way, key)
        if isinstance(value, dict | list):
            yield from places(value, (*way, key))


@pytest.mark.parametrize(("version", "name"), [(2, ".zmetadata"), (3, "zarr.json")])
def test_metadata_that_makes_no_sense_ends_in_a_sentence(version: int, name: str, store: Path) -> None:
    times = ("time", np.arange(3), {"units": "days since 2000-01-01"})
    cube = xr.Dataset({"t": (("time", "x"), np.zeros((3, 2)))}, {"time": times})
    cube.to_zarr(store, zarr_format=version, consolidated=True)  # type: ignore[call-overload]
    file = store / name
    whole = file.read_text()
    for *way, last in places(json.loads(whole)):
        for wrong in WRONG:
            document = inner = json.loads(whole)
            for key in way:
                inner = inner[key]
            inner[last] = wrong
            file.write_text(json.dumps(document))
            with suppress(DataDamaged, DataMissing, NotReadable):
                described("", asset_at(store), opened(store), Traffic())
    file.write_text('{"a":' + 200_000 * "[")
    with pytest.raises(DataDamaged, match="not JSON"):
        opened(store)


@pytest.mark.parametrize("name", ["²", "9" * 5_000])
def test_a_group_may_have_any_name(name: str, store: Path) -> None:
    grid(np.zeros((2, 2))).to_zarr(store, group="a")
    document = json.loads((store / "zarr.json").read_text())
    inline = document["consolidated_metadata"]["metadata"] if "consolidated_metadata" in document else {}
    array = json.loads((store / "a" / "t" / "zarr.json").read_text())
    inline |= {name: {"zarr_format": 3, "node_type": "group", "attributes": {}}, f"{name}/t": array}
    edited(
        store / "zarr.json",
        consolidated_metadata={"kind": "inline", "must_understand": False, "metadata": inline},
    )
    assert name in {*opened(store).groups, "a"} | {*opened(store, "a").groups}


class ManyGroups(RetryingReader):
    """A store without consolidated metadata and with no end of groups."""

    async def children(self, prefix: str) -> AsyncIterator[str]:
        for number in range(3 * MOST_NODES):
            yield f"g{number}"


def test_of_no_end_of_groups_as_many_are_looked_at_as_is_told() -> None:
    objects = MemoryObjects({"zarr.json": b'{"zarr_format": 3, "node_type": "group"}'})
    with measured() as traffic:
        tree = sync(read_tree(ManyGroups(objects, ""), "here"))
    assert traffic.requests <= MOST_NODES + 10
    assert ["5,000" in note for note in tree.notes] == [True]


@pytest.mark.parametrize("name", ["zarr.json", ".zmetadata", ".zgroup", ".zattrs"])
def test_a_document_of_metadata_without_end_is_not_read(name: str) -> None:
    reader = RetryingReader(MemoryObjects({name: bytes(LARGEST_METADATA + 1)}), "")
    with pytest.raises(NotReadable, match="larger than the 64 MiB"):
        sync(read_tree(reader, "here"))
    with pytest.raises(NotReadable, match="larger than the 64 MiB"):
        xr.open_zarr(ReaderStore(reader), consolidated=False)


def test_an_array_at_the_root_is_one_variable(store: Path) -> None:
    zarr.create_array(store, data=np.arange(6).reshape(2, 3))
    cube = opened(store)
    npt.assert_array_equal(cube.dataset["data"].values, np.arange(6).reshape(2, 3))
    assert cube.dataset["data"].dims == ("phony_dim_0", "phony_dim_1")


@pytest.mark.parametrize("version", [2, 3])
def test_dimensions_without_names_are_told_by_their_sizes(version: int, store: Path) -> None:
    group = zarr.create_group(store, zarr_format=version)  # type: ignore[arg-type]
    for name, shape in (("a", (3, 4)), ("b", (4, 4))):
        group.create_array(name, shape=shape, dtype="i2")[:] = 1
    cube = opened(store)
    dims = [set(cube.dataset[name].dims) for name in "ab"]
    assert len(dims[0] | dims[1]) == 3
    assert any("have no names in the data" in note for note in cube.notes)


def test_values_of_no_dimension_text_and_missing_chunks_are_read(store: Path) -> None:
    group = zarr.create_group(store, zarr_format=3)
    group.create_array("depth", shape=(), dtype="f8")[...] = 2.5
    group.create_array("name", shape=(2,), dtype="str", dimension_names=("station",))[:] = ["A", "Å"]
    group.create_array(
        "empty", shape=(4,), dtype="i4", fill_value=-1, chunks=(2,), dimension_names=("station4",)
    )
    cube = opened(store)
    assert float(cube.dataset["depth"]) == 2.5
    assert cube.dataset["name"].values.tolist() == ["A", "Å"]
    assert cube.dataset["empty"].values.tolist() == [-1, -1, -1, -1]
    assert cube.stored("depth", np.zeros((1, 0), np.int64)).sizes[0] is not None


def test_an_unknown_codec_costs_one_variable_and_not_the_others(store: Path) -> None:
    for version, broken in ((2, {"compressor": {"id": "szip9"}}), (3, {"codecs": [{"name": "szip9"}]})):
        path = store / str(version)
        values = np.arange(4.0).reshape(2, 2)
        both = xr.Dataset({"good": (("y", "x"), values), "odd": (("y", "x"), values)})
        both.to_zarr(path, zarr_format=version, consolidated=False)  # type: ignore[call-overload]
        edited(path / "odd" / (".zarray" if version == 2 else "zarr.json"), **broken)
        cube = opened(path, kind="zarr")
        told = described("", asset_at(path), cube, Traffic())
        problems = {each.name: each.problem for each in told.variables}
        assert problems["good"] is None
        assert "szip9" in str(problems["odd"])
        npt.assert_array_equal(cube.dataset["good"].values, values)
        with pytest.raises(NotReadable, match=r"odd cannot be read\. .*szip9"):
            _ = cube.dataset["odd"].values


def test_a_structured_type_is_told_as_no_numbers(store: Path) -> None:
    group = zarr.create_group(store, zarr_format=2)
    group.create_array("pair", shape=(3,), dtype=np.dtype([("a", "i4"), ("b", "f4")]))
    cube = opened(store)
    assert "structured" in str(cube.arrays["pair"].problem)


@pytest.mark.parametrize("shards", [{}, {"shards": (4, 4)}], ids=["chunks", "shards"])
def test_a_damaged_chunk_is_named_and_others_are_read(shards: dict[str, Any], store: Path) -> None:
    values = np.random.default_rng(3).random((8, 8))
    grid(values).to_zarr(store, zarr_format=3, encoding={"t": {"chunks": (4, 4), **shards}})
    (store / "t/c/1/0").write_bytes(b"not what it was" * 10)
    cube = opened(store)
    with pytest.raises(DataDamaged, match=r"the chunk t/c/1/0 cannot be decoded"):
        _ = cube.dataset["t"].values
    npt.assert_array_equal(cube.dataset["t"][:4].values, values[:4])


@pytest.mark.parametrize("name", ["zarr.json", "t/zarr.json"])
def test_damaged_metadata_is_named(name: str, store: Path) -> None:
    both = xr.Dataset({"s": ("x", [1]), "t": ("x", [2])})
    both.to_zarr(store, zarr_format=3, consolidated=False)
    (store / name).write_text("{")
    if name == "zarr.json":
        with pytest.raises(DataDamaged, match=r"zarr\.json is not JSON"):
            opened(store)
        return
    cube = opened(store)
    assert [*cube.dataset.data_vars] == ["s"]
    assert cube.notes == ["t is left out. The metadata t/zarr.json is not JSON."]


def test_groups_are_told_and_the_first_with_variables_is_shown() -> None:
    cube = opened(TITILER / "pyramid.zarr")
    assert cube.dataset.sizes == {"time": 1, "y": 1000, "x": 2000} or cube.dataset.sizes["x"] == 2000
    assert cube.groups == ["1", "2"]
    assert cube.notes[0].startswith("The root holds groups and no variables of its own: its group 0 is shown")
    assert opened(TITILER / "pyramid.zarr", "2").dataset.sizes["x"] == 500
    with pytest.raises(DataMissing, match="has no group 9") as raised:
        opened(TITILER / "pyramid.zarr", "9")
    assert raised.value.hint == "It has 0, 1 and 2."


def test_a_store_that_cannot_be_listed_needs_consolidated_metadata(store: Path) -> None:
    grid(np.zeros((2, 2))).to_zarr(store, zarr_format=3, consolidated=False)
    with pytest.raises(NotReadable, match="no consolidated metadata, so it has to be listed"):
        open_cube(asset_at(store), None, Unlisted(reader_of(asset_at(store))))  # type: ignore[arg-type]


class Unlisted:
    """A reader whose store cannot list, as plain HTTP."""

    def __init__(self, reader: ObjectReader) -> None:
        self._reader = reader

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reader, name)

    async def children(self, prefix: str) -> Any:
        raise NotReadable("This store cannot list what lies in it.")
        yield prefix


def test_a_draft_and_an_icechunk_repository_are_refused_with_the_reason() -> None:
    with pytest.raises(NotReadable, match="draft of zarr 3"):
        opened(SHARED / "zarr/zarr_implementations/zarrita.zr3", kind="zarr")
    for repository in ("test-repo-v1", "test-repo-v2"):
        with pytest.raises(NotReadable, match="icechunk repository") as raised:
            opened(SHARED / "zarr/icechunk" / repository, kind="zarr")
        assert "Open it as icechunk" in str(raised.value.hint)


def test_a_store_can_be_copied_to_another_place_and_told_alike(tmp_path: Path) -> None:
    """Nothing that is told hangs on the address."""
    source = TITILER / "zarr_5d.zarr"
    shutil.copytree(source, tmp_path / "x")
    here, there = (
        described("", asset_at(Path("/x")), opened(path, kind="zarr"), Traffic())
        for path in (source, tmp_path / "x")
    )
    assert here == there


@pytest.mark.parametrize("units", ["days since " + "9" * 1_000_000, "d" * 1_000_000])
def test_units_without_end_are_cut_and_read_as_no_time(units: str, tmp_path: Path) -> None:
    path = tmp_path / "long.zarr"
    data = xr.Dataset({"time": ("time", np.arange(3.0), {"units": units})})
    data.to_zarr(path, zarr_format=2, consolidated=False)
    (path / "time" / ".zattrs").write_text(json.dumps({"_ARRAY_DIMENSIONS": ["time"], "units": units}))
    found = opened(path).dataset["time"]
    assert found.values.tolist() == [0, 1, 2]
    assert found.attrs["units"] == units[:500]
