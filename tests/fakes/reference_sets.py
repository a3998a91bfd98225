"""Kerchunk's sets of references to real files, as its documentation of version 1 has them."""

import base64
import json
from pathlib import Path
from typing import Any

import eccodes
import h5py
import rasterio

INLINED = 300
"""Values of fewer bytes are written into the set, as kerchunk does."""
ADDRESS = "{{u}}"


def set_of_netcdf(path: Path, address: str) -> dict[str, Any]:
    """The set of a netCDF-4 file of contiguous variables that lies at an address."""
    refs: dict[str, Any] = {".zgroup": {"zarr_format": 2}, ".zattrs": json.dumps({"title": "a set"})}
    with h5py.File(path) as file:
        content = path.read_bytes()
        for name, each in file.items():
            dimensions = [scale[0].name[1:] for scale in each.dims if len(scale)] or [name]
            attributes = {
                key: value.decode() if isinstance(value, bytes) else value.tolist()[0]
                for key, value in each.attrs.items()
                if key in ("units", "standard_name", "calendar", "scale_factor", "add_offset")
            }
            fill = each.fillvalue.item() if each.fillvalue.dtype.kind == "i" else None
            refs[f"{name}/.zarray"] = array_of(each.shape, each.shape, each.dtype.str, fill=fill)
            refs[f"{name}/.zattrs"] = json.dumps({"_ARRAY_DIMENSIONS": dimensions, **attributes})
            start, size = each.id.get_offset(), each.id.get_storage_size()
            inlined = "base64:" + base64.b64encode(content[start : start + size]).decode()
            key = f"{name}/{'.'.join('0' * each.ndim)}"
            refs[key] = inlined if size < INLINED else [ADDRESS, start, size]
    return {"version": 1, "templates": {"u": address}, "refs": refs}


def set_of_grib(path: Path, address: str) -> dict[str, Any]:
    """The set of a GRIB file whose messages are one variable, `values`, on one grid."""
    places: list[tuple[int, int]] = []
    grid: tuple[int, int] = (0, 0)
    with path.open("rb") as file:
        while (handle := eccodes.codes_grib_new_from_file(file)) is not None:
            offset = int(eccodes.codes_get_message_offset(handle))
            places.append((offset, eccodes.codes_get_message_size(handle)))
            grid = (eccodes.codes_get(handle, "Nj", int), eccodes.codes_get(handle, "Ni", int))
            eccodes.codes_release(handle)
    arrays = {"values": (len(places), *grid), "latitude": grid, "longitude": grid}
    refs: dict[str, Any] = {".zgroup": json.dumps({"zarr_format": 2})}
    for name, shape in arrays.items():
        chunk = (1, *grid)[-len(shape) :]
        refs[f"{name}/.zarray"] = array_of(
            shape, chunk, "<f8", filters=[{"id": "grib", "var": name, "dtype": "float64"}]
        )
        refs[f"{name}/.zattrs"] = json.dumps({"_ARRAY_DIMENSIONS": ["step", "y", "x"][-len(shape) :]})
    refs |= {f"values/{at}.0.0": [ADDRESS, *place] for at, place in enumerate(places)}
    refs |= {f"{name}/0.0": [ADDRESS, *places[0]] for name in ("latitude", "longitude")}
    return {"version": 1, "templates": {"u": address}, "refs": refs}


def set_of_cog(path: Path, address: str) -> dict[str, Any]:
    """The set of the finest picture of a COG with one band of bytes, compressed by deflate."""
    refs: dict[str, Any] = {".zgroup": {"zarr_format": 2}}
    with rasterio.open(path) as file:
        rows, columns = file.block_shapes[0]
        refs["class/.zarray"] = array_of(file.shape, (rows, columns), "|u1", compressor={"id": "zlib"})
        refs["class/.zattrs"] = {"_ARRAY_DIMENSIONS": ["y", "x"]}
        for (row, column), _ in file.block_windows(1):
            place = [
                int(file.get_tag_item(f"BLOCK_{what}_{column}_{row}", "TIFF", bidx=1))
                for what in ("OFFSET", "SIZE")
            ]
            refs[f"class/{row}.{column}"] = [ADDRESS, *place]
    return {"version": 1, "templates": {"u": address}, "refs": refs}


def array_of(
    shape: tuple[int, ...],
    chunks: tuple[int, ...],
    dtype: str,
    *,
    fill: Any = None,
    filters: list[dict[str, Any]] | None = None,
    compressor: dict[str, Any] | None = None,
) -> str:
    """The metadata of an array of zarr 2."""
    return json.dumps(
        {
            "zarr_format": 2,
            "shape": shape,
            "chunks": chunks,
            "dtype": dtype,
            "fill_value": fill,
            "order": "C",
            "filters": filters,
            "compressor": compressor,
        }
    )
