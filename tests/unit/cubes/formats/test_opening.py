"""What some data is, by its address, and where that does not tell, by itself."""

import gzip
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from fakes.cube_cases import opened
from fakes.stac_documents import SHARED

from eohub_cubes.contract import Kind
from eohub_cubes.errors import DataDamaged, DataMissing, NotReadable
from eohub_cubes.formats.magic import form_of, kind_by_magic
from eohub_cubes.formats.opening import kind_of

ARRAYS = SHARED / "arrays"


@pytest.mark.parametrize(
    ("href", "kind"),
    [
        ("s3://b/cube.zarr/", "zarr"),
        ("https://h/a.NC?token=1", "netcdf"),
        ("/d/x.tif", "geotiff"),
        ("https://h/download/1234", None),
    ],
)
def test_an_address_tells_the_kind_by_its_ending(href: str, kind: Kind | None) -> None:
    assert kind_of(href) == kind


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("xarray/example_1.nc", "netcdf"),
        ("kerchunk/air.nc", "netcdf"),
        ("rio-tiler/cog.tif", "geotiff"),
        ("xarray/example.grib", "grib"),
        ("xarray/example_1.nc.gz", None),
        ("earthkit-data/points.covjson", None),
    ],
)
def test_a_file_tells_its_kind_by_its_first_bytes(file: str, kind: Kind | None) -> None:
    assert kind_by_magic((ARRAYS / file).read_bytes()[:600]) == kind


@pytest.mark.parametrize("source", ["zarr/titiler/zarr_5d.zarr", "arrays/kerchunk/air.nc"])
def test_data_whose_address_tells_no_kind_is_opened(source: str, tmp_path: Path) -> None:
    link = tmp_path / "download"
    link.symlink_to(SHARED / source)
    assert opened(link).kind == ("zarr" if source.endswith("zarr") else "netcdf")


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "an empty file"),
        (gzip.compress(b"CDF\x01"), "a gzip archive"),
        (b"<!DOCTYPE html><html>", "a web page, perhaps of a login"),
        (b'<?xml version="1.0"?><Error>', "an XML document, perhaps an error of the store"),
        (b'{"a": 1}', "a JSON document"),
        (b'{".zgroup": "{}"}', "a file of kerchunk references"),
        (b'{"version": 1, "refs": {}}', "a file of kerchunk references"),
        (b"time,value\n", "a text file"),
        (b"GRIB....", "a GRIB file"),
        (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
        (b"\0" * 512 + b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
        (b"\x01\x02\x03\xff", "a file of unknown form"),
        (b"II*\0", "a TIFF file"),
    ],
)
def test_what_a_file_is_instead_is_said(raw: bytes, told: str, tmp_path: Path) -> None:
    assert form_of(raw) == told
    if "HDF5" in told:
        return
    path = tmp_path / "cube.nc"
    path.write_bytes(raw)
    with pytest.raises(DataDamaged) as raised:
        opened(path)
    assert raised.value.detail == f"This is not netCDF: it is {told}."


def test_nothing_at_an_address_and_data_of_no_kind_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match="neither a file nor a store"):
        opened(tmp_path / "nothing")
    with pytest.raises(NotReadable, match="gzip archive"):
        opened(ARRAYS / "xarray/example_1.nc.gz")


def test_a_block_before_the_beginning_of_hdf5_is_passed_over(tmp_path: Path) -> None:
    import h5py

    path = tmp_path / "shifted.nc"
    with h5py.File(path, "w", userblock_size=512) as file:
        file["v"] = np.arange(3)
    assert opened(path).dataset["v"].values.tolist() == [0, 1, 2]
    assert isinstance(opened(path).dataset, xr.Dataset)
