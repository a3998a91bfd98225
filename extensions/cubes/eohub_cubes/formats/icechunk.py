"""Icechunk repositories, virtual cubes among them: zarr, read through icechunk."""

from urllib.parse import urlsplit

from eohub_cubes.contract import DataAsset
from eohub_cubes.formats import zarr
from eohub_cubes.ports import ObjectReader, OpenCube
from eohub_cubes.reading.opening import own_s3
from eohub_cubes.virtualizing.reader import IcechunkReader
from eohub_cubes.virtualizing.repository import opened


def open_cube(asset: DataAsset, group: str | None, reader: ObjectReader) -> OpenCube:
    """Open the newest state of a repository; raises DataMissing where there is none."""
    is_remote = asset.href.startswith("s3://")
    host = urlsplit(own_s3()[0]).netloc if is_remote else ""
    cube = zarr.open_cube(asset, group, IcechunkReader(opened(asset.href), host))
    cube.kind = "icechunk"
    return cube
