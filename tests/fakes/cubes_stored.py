"""One dataset, stored in each way that people store cubes."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import xarray as xr
import zarr
from zarr.codecs import BloscCodec, ZstdCodec

from eohub_cubes.contract import Kind


@dataclass(frozen=True)
class StoredCube:
    """Where a dataset lies, and how."""

    name: str
    path: Path
    kind: Kind


def stored_cubes(dataset: xr.Dataset, folder: Path) -> Iterator[StoredCube]:
    """Store a dataset with one variable `t` along time, lat and lon in each way, one after the other."""
    time, lat, lon = (dataset.sizes[name] for name in ("time", "lat", "lon"))
    boxes = (min(50, time), min(60, lat), min(90, lon))
    yield _zarr(dataset, folder, "zarr v2", 2, {"chunks": boxes})
    yield _zarr(dataset, folder, "zarr v3", 3, {"chunks": boxes, "compressors": [BloscCodec(cname="zstd")]})
    maps = (1, lat, lon)
    yield _zarr(dataset, folder, "zarr v3, maps", 3, {"chunks": maps, "compressors": [ZstdCodec(level=3)]})
    shards = tuple(each * 2 for each in boxes)
    sharded = {"chunks": boxes, "shards": shards, "compressors": [ZstdCodec(level=1)]}
    yield _zarr(dataset, folder, "zarr v3, sharded", 3, sharded)
    yield _zarr(dataset, folder, "zarr v3, uncompressed", 3, {"chunks": boxes, "compressors": None})
    packed = {"dtype": "int16", "scale_factor": 0.01, "add_offset": 280.0, "_FillValue": -32_767}
    yield _zarr(dataset, folder, "zarr v2, packed", 2, {"chunks": boxes, **packed})
    squeezed = {"chunksizes": boxes, "zlib": True, "shuffle": True}
    yield _netcdf(dataset, folder, "netCDF-4, deflate", squeezed)
    yield _netcdf(dataset, folder, "netCDF-4, packed", {**squeezed, **packed})
    yield _netcdf(dataset, folder, "netCDF-4, contiguous", {"contiguous": True})


def _zarr(
    dataset: xr.Dataset, folder: Path, name: str, version: int, encoding: dict[str, object]
) -> StoredCube:
    path = folder / f"{name.replace(', ', '-').replace(' ', '-')}.zarr"
    with zarr.config.set({"array.write_empty_chunks": False}):
        dataset.to_zarr(path, zarr_format=version, encoding={"t": encoding}, consolidated=True)  # type: ignore[call-overload]
    return StoredCube(name, path, "zarr")


def _netcdf(dataset: xr.Dataset, folder: Path, name: str, encoding: dict[str, object]) -> StoredCube:
    path = folder / f"{name.replace(', ', '-')}.nc"
    dataset.to_netcdf(path, engine="h5netcdf", encoding={"t": encoding})
    return StoredCube(name, path, "netcdf")
