"""From an asset to the data in it, by its kind; the library of a kind is imported when one is opened."""

from collections.abc import Callable
from importlib import import_module
from typing import Literal

# The wheel of eccodes brings a PROJ of its own. Loaded before pyproj's, as xarray does when it looks for what
# can open a file, the two free the same memory when the process ends.
import pyproj  # noqa: F401  # pyright: ignore[reportUnusedImport]

from eohub_cubes.contract import DataAsset, Kind
from eohub_cubes.errors import DataMissing, NotReadable
from eohub_cubes.formats.magic import ENOUGH_BYTES, form_of, is_reference_set, kind_by_magic
from eohub_cubes.formats.zarr_tree import in_parquet
from eohub_cubes.ports import ObjectReader, OpenCube
from eohub_cubes.references import is_references

type Open = Callable[[DataAsset, str | None, ObjectReader], OpenCube]

_NAMES: dict[Kind, tuple[str, ...]] = {
    "zarr": (".zarr",),
    "icechunk": (".icechunk",),
    "netcdf": (".nc", ".nc4", ".cdf", ".h5", ".hdf5", ".he5"),
    "geotiff": (".tif", ".tiff"),
    "grib": (".grib", ".grib2", ".grb", ".grb2"),
    "vector": (".geojson", ".gpkg", ".fgb", ".shp"),
    "table": (".parquet", ".geoparquet", ".csv"),
}

_EXTRAS: dict[Kind, str] = {"grib": "grib", "vector": "vector", "table": "vector"}
"""What a kind is installed with, where this feature comes without it."""

_MARKS: dict[Kind, tuple[str, ...]] = {
    "zarr": ("zarr.json", ".zmetadata", ".zgroup", ".zarray"),
    "icechunk": ("repo", "refs/branch.main/ref.json"),
}
"""Objects that a store of a kind has, where its address does not end as usual."""


def open_cube(asset: DataAsset, group: str | None, reader: ObjectReader) -> OpenCube:
    """Open data from its metadata; blocking.

    Raises DataMissing, NotReadable (with the reason), DataDamaged, and what its reader raises.
    """
    kind = asset.kind or kind_of(asset.href) or _found(asset, reader)
    form = "references" if kind == "zarr" and is_references(asset.href) else kind
    try:
        module = import_module(f"eohub_cubes.formats.{form}")
    except ModuleNotFoundError as error:
        raise NotReadable(
            f"{kind} needs the Python package {error.name}, which this server does not have.",
            hint=f'Install it with: pip install "eohub-cubes[{_EXTRAS[kind]}]"' if kind in _EXTRAS else None,
        ) from None
    opener: Open = module.open_cube
    try:
        return opener(asset, group, reader)
    except DataMissing:
        if kind == "table" and reader.info_now(".zmetadata"):
            raise in_parquet() from None
        raise


def _found(asset: DataAsset, reader: ObjectReader) -> Kind | Literal["references"]:
    """The kind that data tells itself: by what lies in a store, or by the first bytes of a file."""
    info = reader.info_now("")
    first = reader.get_now("", 0, min(info.size, ENOUGH_BYTES)) if info is not None and info.size else b""
    kind = kind_by_magic(first or b"")
    if kind is not None:
        return kind
    if is_reference_set(first or b""):
        return "references"
    # A server may answer with a page where a store lies, so that is asked for next.
    for each, keys in _MARKS.items():
        if any(map(reader.info_now, keys)):
            return each
    if info is None:
        raise DataMissing(
            f"There is neither a file nor a store at {asset.href}.",
            hint="Check the address; of a folder of files, open one, or make a virtual cube of them.",
        )
    raise NotReadable(
        f"This is {form_of(first or b'')}, which is not opened as data.",
        hint="Known are zarr, netCDF, GeoTIFF, GRIB, vectors and tables; unpack an archive first.",
    )


def kind_of(href: str) -> Kind | None:
    """The kind that an address tells by its ending; None where it tells none."""
    path = href.partition("?")[0].rstrip("/").lower()
    return next((kind for kind, endings in _NAMES.items() if path.endswith(endings)), None)
