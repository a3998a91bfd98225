"""What generated code opens data with: a zarr store, and files, whose keys are renewed beneath a read."""

import io
from pathlib import Path
from typing import Any

from eohub_cubes.contract import DataAsset
from eohub_cubes.errors import DataMissing
from eohub_cubes.formats.references import store_of
from eohub_cubes.notebook.doors import open_doors
from eohub_cubes.reading.file import ObjectFile
from eohub_cubes.reading.opening import reader_of
from eohub_cubes.reading.paths import whole
from eohub_cubes.reading.store import ReaderStore
from eohub_cubes.references import is_references


def cube_store(address: str, **storage_options: Any) -> ReaderStore:
    """Make a store for `xarray.open_zarr` of a zarr cube at s3://, https:// or a path, or of a virtual cube.

    A virtual cube is an icechunk repository, or a set of kerchunk references whose address ends in .json. Its
    coordinates are read at once, its keys renewed beneath a long read. `storage_options` are those of fsspec
    that say where an S3 is: `endpoint_url`, `region_name`, `profile`, `anon`, `requester_pays`, and
    of references `remote_protocol` and `remote_options`; keys come from the environment alone. Sets zarr's
    `async.concurrency` for this process, unless it was set.
    """
    open_doors()
    address = whole(address, Path.cwd())
    if address.rstrip("/").endswith(".icechunk"):
        # An extra, which only those need who have such cubes.
        from eohub_cubes.formats.icechunk import newest

        return ReaderStore(newest(address))
    asset = DataAsset(key="data", href=address, storage_options=storage_options)
    reader = reader_of(asset)
    return ReaderStore(store_of(asset, reader) if is_references(address) else reader)


def cube_file(address: str, **storage_options: Any) -> ObjectFile:
    """Make a file for `xarray.open_dataset(..., engine="h5netcdf")` of a file at s3://, https:// or a path.

    Read in ranges, its keys renewed beneath a long read. Takes the `storage_options` of `cube_store`. Raises
    DataMissing where there is no such file, DataChanged once it is another one than was opened.
    """
    open_doors()
    address = whole(address, Path.cwd())
    asset = DataAsset(key="data", href=address, storage_options=storage_options)
    return ObjectFile(reader_of(asset), address)


def cube_vectors(address: str, **storage_options: Any) -> io.BytesIO:
    """Read a GeoPackage, GeoJSON or FlatGeobuf of at most 64 MiB, for `geopandas.read_file`.

    Takes the `storage_options` of `cube_store`. Raises DataMissing where there is no such file, NotReadable
    for one that would have GDAL read other files or addresses.
    """
    open_doors()
    # An extra, which only those need who read vectors.
    from eohub_cubes.formats import vector

    address = whole(address, Path.cwd())
    reader = reader_of(DataAsset(key="data", href=address, storage_options=storage_options))
    if reader.info_now("") is None:
        raise DataMissing(f"There is nothing at {address}.", hint="Check the address.")
    return io.BytesIO(vector.whole(reader))
