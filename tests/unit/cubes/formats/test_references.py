"""Kerchunk's sets of references to real files: the values of the files, for the bytes that the set tells."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cfgrib  # type: ignore[import-untyped]
import numpy as np
import pytest
import rasterio
import xarray as xr
from fakes.cube_cases import asset_at, measured, opened
from fakes.cubes_drawn import picture_of
from fakes.cubes_server import ObjectServer, serving
from fakes.reference_sets import array_of, set_of_cog, set_of_grib, set_of_netcdf
from fakes.stac_documents import SHARED

from eohub_cubes.code import Place, code_of
from eohub_cubes.contract import DataAsset, Range, Selection
from eohub_cubes.describing import described
from eohub_cubes.errors import AddressRefused, DataDamaged, DataMissing, NotReadable
from eohub_cubes.estimating import estimated
from eohub_cubes.formats.opening import open_cube
from eohub_cubes.notebook.opening import open_item
from eohub_cubes.ports import Memory, OpenCube, Traffic
from eohub_cubes.reading.addresses import AllowedHosts
from eohub_cubes.reading.guard import Guard
from eohub_cubes.reading.opening import Doors, reader_of, use_doors
from eohub_cubes.reading.references import ReferenceReader
from eohub_cubes.references import Reference

NETCDF = SHARED / "arrays/kerchunk/air.nc"
COG = SHARED / "arrays/kerchunk/lcmap_tiny_cog_2020.tif"
GRIB = SHARED / "arrays/cfgrib/regular_ll_msl.grib"
REAL = sorted((SHARED / "zarr/kerchunk-refs").glob("*.json"))
UNKNOWN = Memory(None, None)


def written(path: Path, document: object) -> Path:
    path.write_text(json.dumps(document))
    return path


def of_grib() -> xr.DataArray:
    return cfgrib.open_dataset(GRIB, indexpath="")["prmsl"]


def of_cog() -> np.ndarray[Any, Any]:
    with rasterio.open(COG) as file:
        return file.read(1)


CASES: dict[str, tuple[Callable[[str], dict[str, Any]], Path, str, Callable[[], Any]]] = {
    "netcdf": (lambda to: set_of_netcdf(NETCDF, to), NETCDF, "air", lambda: xr.open_dataset(NETCDF)["air"]),
    "grib": (
        lambda to: set_of_grib(GRIB, to),
        GRIB,
        "values",
        of_grib,
    ),
    "cog": (lambda to: set_of_cog(COG, to), COG, "class", of_cog),
}


@pytest.mark.parametrize("told", [None, 10, 2**50])
async def test_a_chunk_has_the_bound_of_any_other_whatever_the_set_says_of_it(
    told: int | None, tmp_path: Path
) -> None:
    (tmp_path / "ten").write_bytes(b"0123456789")
    chunk = Reference(str(tmp_path / "ten"), 0, told)
    reader = ReferenceReader(asset_at(tmp_path / "set.json"), {"a/0": chunk})
    with pytest.raises(NotReadable, match="larger than"):
        await reader.get("a/0", most=9)
    with pytest.raises(NotReadable, match="larger than"):
        await asyncio.to_thread(reader.get_now, "a/0", most=9)
    if told == 2**50:
        with pytest.raises(NotReadable, match="larger than"):
            await reader.get("a/0")
    else:
        assert await reader.get("a/0") == b"0123456789"


@pytest.mark.parametrize("case", CASES)
def test_a_set_has_the_values_of_its_file_for_the_bytes_it_tells(case: str, tmp_path: Path) -> None:
    make, file, name, known = CASES[case]
    path = written(tmp_path / "set.json", make(str(file)))
    cube = opened(path)
    assert (cube.kind, cube.group) == ("zarr", "")
    assert name in {each.name for each in described("", asset_at(path), cube, Traffic()).variables}
    expected = np.asarray(known()).reshape(cube.dataset[name].shape)
    with measured() as asking:
        told = estimated(Selection(variables=(name,), ranges={}), cube, None, UNKNOWN)
    with measured() as reading:
        np.testing.assert_allclose(cube.dataset[name].values, expected, rtol=1e-6)
    assert asking.requests == 0
    assert told.exactness == "exact"
    assert told.read_bytes == reading.bytes_read
    assert picture_of(cube, name)


@pytest.mark.parametrize("case", CASES)
def test_the_cell_of_a_set_takes_the_same_numbers(case: str, tmp_path: Path) -> None:
    make, file, name, known = CASES[case]
    path = written(tmp_path / "set.json", make(str(file)))
    cube = opened(path)
    dimension = str(cube.dataset[name].dims[-2])
    selection = Selection(variables=(name,), ranges={dimension: Range(start=2, stop=4)})
    source = code_of(Place(DataAsset(key="data", href=str(path))), cube, selection).source
    assert "xr.open_zarr(cube_store(" in source
    assert len(source.splitlines()) <= 8
    names: dict[str, Any] = {}
    exec(source, names)
    expected = np.asarray(known()).reshape(cube.dataset[name].shape)
    np.testing.assert_allclose(names["part"][name].values, expected[..., 2:4, :], rtol=1e-6)


def test_a_set_on_the_web_reads_files_beside_it_with_its_own_requests() -> None:
    server = ObjectServer()
    server.objects = {
        "/d/air.nc": NETCDF.read_bytes(),
        "/d/set.json": json.dumps(set_of_netcdf(NETCDF, "air.nc")).encode(),
    }
    with serving(server) as address:
        asset = DataAsset(key="d", href=f"{address}/d/set.json")
        cube = open_cube(asset, None, reader_of(asset))
        np.testing.assert_allclose(cube.dataset["air"].values, xr.open_dataset(NETCDF)["air"].values)
    assert server.paths["/d/air.nc"] == 2  # the times and the values: places are in the set


def test_an_item_offers_its_set_of_references(tmp_path: Path) -> None:
    path = written(tmp_path / "set.json", set_of_netcdf(NETCDF, str(NETCDF)))
    asset = {"href": str(path), "type": "application/json", "roles": ["references"]}
    found = open_item({"id": "i", "properties": {}, "assets": {"refs": asset}})
    xr.testing.assert_allclose(found["air"].load(), xr.open_dataset(NETCDF)["air"].load())


def test_by_another_name_it_is_opened_too_and_its_cell_by_what_opened_it(tmp_path: Path) -> None:
    path = written(tmp_path / "references", set_of_netcdf(NETCDF, str(NETCDF)))
    cube = opened(path)
    source = code_of(Place(asset_at(path)), cube, Selection(variables=("air",), ranges={})).source
    assert "open_item(" in source
    assert cube.dataset["air"].shape == (124, 11, 21)


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_a_list_of_sets_is_told_and_each_of_them_opens(path: Path, tmp_path: Path) -> None:
    with pytest.raises(NotReadable, match=r"list of 1[58] sets"):
        opened(path)
    for each in json.loads(path.read_text()):
        cube = opened(written(tmp_path / "one.json", each))
        for name in cube.dataset.data_vars:
            with measured() as asking:
                told = estimated(Selection(variables=(str(name),), ranges={}), cube, None, UNKNOWN)
            (place,) = [ref for key, ref in each["refs"].items() if key.startswith(f"{name}/0")]
            assert (told.read_bytes, told.exactness, asking.requests) == (place[2], "exact", 0)
        assert cube.dataset["latitude"].shape == (1059, 1799)


def without(told: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**told, "refs": {**told["refs"], **changes.pop("refs", {})}, **changes}


PLAIN = {"version": 1, "refs": {".zgroup": "{}", "v/.zarray": array_of((4,), (4,), "<i4"), "v/0": "abc"}}
REFUSED: dict[str, tuple[object, type[Exception], str]] = {
    "no JSON": (b'{"refs": {', DataDamaged, "not JSON"),
    "another JSON": ({"version": 1, "refs": {"a": "b"}}, DataDamaged, "none of its keys"),
    "rules": (without(PLAIN, gen=[{"key": "a"}]), NotReadable, "by rules"),
    "a template that is not there": (without(PLAIN, refs={"v/0": ["{{x}}", 0, 1]}), NotReadable, "templates"),
    "a template with arguments": (
        without(PLAIN, refs={"v/0": ["{{f(c='a')}}", 0, 1]}, templates={"f": "{{c}}"}),
        NotReadable,
        "templates",
    ),
    "no base64": (without(PLAIN, refs={"v/0": "base64:*"}), DataDamaged, "v/0 holds bytes"),
    "no reference": (without(PLAIN, refs={"v/0": [1, 2]}), DataDamaged, "v/0 is neither"),
    "a negative place": (without(PLAIN, refs={"v/0": ["a", -1, 2]}), DataDamaged, "v/0 is neither"),
    "another kind of address": (
        without(PLAIN, refs={"v/0": ["gs://b/k", 0, 16]}),
        NotReadable,
        "address of the kind gs",
    ),
}


@pytest.mark.parametrize(("document", "error", "says"), REFUSED.values(), ids=[*REFUSED])
def test_what_is_no_set_that_can_be_read_says_why(
    document: object, error: type[Exception], says: str, tmp_path: Path
) -> None:
    path = tmp_path / "set.json"
    path.write_bytes(document if isinstance(document, bytes) else json.dumps(document).encode())
    with pytest.raises(error, match=says):
        opened(path)


def test_references_in_parquet_are_refused_by_name(tmp_path: Path) -> None:
    for name in ("set.parq", "set.parquet"):
        (tmp_path / name / "v").mkdir(parents=True)
        written(tmp_path / name / ".zmetadata", {"metadata": {".zgroup": {}}, "record_size": 1_000})
        with pytest.raises(NotReadable, match="references in Parquet"):
            opened(tmp_path / name)


def test_a_file_that_is_gone_or_shorter_is_told_and_never_read_as_missing_values(tmp_path: Path) -> None:
    (tmp_path / "short.bin").write_bytes(b"1234")
    for where, error in (("gone.bin", DataMissing), ("short.bin", DataDamaged)):
        for told in ([where, 0, 16], [where]):
            path = written(tmp_path / "set.json", without(PLAIN, refs={"v/0": told}))
            with pytest.raises(error):
                opened(path).dataset["v"].load()


def test_a_chunk_that_the_set_does_not_have_is_missing_values(tmp_path: Path) -> None:
    refs = {".zgroup": "{}", "v/.zarray": array_of((4,), (2,), "<i4", fill=7), "v/0": "\0\0\0\1\0\0\0\2"}
    cube: OpenCube = opened(
        written(tmp_path / "set.json", {"version": 1, "refs": refs}), mask_and_scale=False
    )
    assert cube.dataset["v"].values.tolist() == [2**24, 2**25, 7, 7]


def test_a_set_of_elsewhere_leads_to_no_file_here_and_to_no_host_inside(tmp_path: Path) -> None:
    def at(told: object) -> OpenCube:
        server = ObjectServer()
        server.objects = {"/set.json": json.dumps(without(PLAIN, refs={"v/0": told})).encode()}
        with serving(server) as address:
            asset = DataAsset(key="d", href=f"{address}/set.json")
            return open_cube(asset, None, reader_of(asset))

    secret = tmp_path / "secret"
    secret.write_bytes(bytes(16))
    for told in ([str(secret), 0, 16], [f"file://{secret}", 0, 16]):
        with pytest.raises(NotReadable, match="files of this machine"):
            at(told)
    use_doors(Doors(guard=Guard(AllowedHosts.of(["127.0.0.1"]))))
    try:
        with pytest.raises(AddressRefused):
            at(["http://10.0.0.8/secret", 0, 16]).dataset["v"].load()
    finally:
        use_doors(Doors())
