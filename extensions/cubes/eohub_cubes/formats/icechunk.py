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
    cube = zarr.open_cube(asset, group, newest(asset.href))
    cube.kind = "icechunk"
    return cube


def newest(address: str) -> ObjectReader:
    """The reader of the newest state of a repository; raises DataMissing where there is none."""
    host = urlsplit(own_s3()[0]).netloc if address.startswith("s3://") else ""
    return IcechunkReader(opened(address), host)
