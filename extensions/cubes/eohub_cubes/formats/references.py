"""Kerchunk's sets of references: zarr, whose chunks lie in other files."""

from eohub_cubes.contract import DataAsset
from eohub_cubes.formats import zarr
from eohub_cubes.formats.grib_codec import register
from eohub_cubes.ports import ObjectReader, OpenCube
from eohub_cubes.reading.references import ReferenceReader, references_reader
from eohub_cubes.references import is_references


def store_of(asset: DataAsset, reader: ObjectReader) -> ReferenceReader:
    """The reader of the store that a set of references stands for; raises as `references_reader` does."""
    register()
    return references_reader(asset, reader)


def open_cube(asset: DataAsset, group: str | None, reader: ObjectReader) -> OpenCube:
    """Open what a set of references stands for; raises as its reader and zarr do."""
    references = store_of(asset, reader)
    cube = zarr.open_cube(asset, group, references)
    cube.sizes_known = references.tells_sizes
    if not is_references(asset.href):
        cube.group = None  # By another name cube_store takes it for a store.
    return cube
