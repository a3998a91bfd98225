"""From an asset to the data in it, by its kind; the library of a kind is imported when one is opened."""

from collections.abc import Callable
from importlib import import_module

from eohub_cubes.contract import DataAsset, Kind
from eohub_cubes.errors import NotReadable
from eohub_cubes.ports import ObjectReader, OpenCube

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


def open_cube(asset: DataAsset, group: str | None, reader: ObjectReader) -> OpenCube:
    """Open data from its metadata; blocking.

    Raises DataMissing, NotReadable (with the reason), DataDamaged, and what its reader raises.
    """
    kind = asset.kind or kind_of(asset.href)
    if kind is None:
        raise NotReadable(
            "It is not told what kind of data this is.", hint="Known are zarr, netCDF, GeoTIFF, GRIB."
        )
    try:
        module = import_module(f"eohub_cubes.formats.{kind}")
    except ModuleNotFoundError as error:
        raise NotReadable(
            f"{kind} needs the Python package {error.name}, which this server does not have.",
            hint=f'Install it with: pip install "eohub-cubes[{_EXTRAS[kind]}]"' if kind in _EXTRAS else None,
        ) from None
    opener: Open = module.open_cube
    return opener(asset, group, reader)


def kind_of(href: str) -> Kind | None:
    """The kind that an address tells by its ending; None where it tells none."""
    path = href.partition("?")[0].rstrip("/").lower()
    return next((kind for kind, endings in _NAMES.items() if path.endswith(endings)), None)
