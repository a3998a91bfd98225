"""Which asset of an item the generated code opens, and why none where there is none."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from eohub_catalogue.asset_options import open_options, storage_options
from eohub_catalogue.keys import has_key
from eohub_catalogue.reading import mapping, sequence, text

_MOST_ASSETS = 2_000
_LONGEST_ADDRESS = 2_000
_ZARR_TYPES = ("application/vnd+zarr", "application/vnd.zarr", "application/x-zarr", "application/zarr")
_SCHEMES = frozenset({"s3", "gs", "gcs", "az", "abfs", "abfss", "https", "http"})
# Where items in files lie; an item of an API may call itself by a path too, which is one of its host.
_ITEM_FILES = re.compile(
    r"^/(?!/).*\.(json|geojson|ndjson|jsonl|geojsonl|geojsons|parquet|geoparquet|yaml)$", re.I
)
_KINDS = (
    ("netcdf", "netCDF"),
    ("grib", "GRIB"),
    ("geotiff", "GeoTIFF"),
    ("geoparquet", "GeoParquet"),
    ("parquet", "Parquet"),
    ("hdf", "HDF5"),
    ("copc", "point cloud"),
    ("jp2", "JPEG 2000"),
    ("geopackage", "GeoPackage"),
    ("flatgeobuf", "FlatGeobuf"),
)
# Mostly beside data, so they name an item only where it has nothing else.
_DOCUMENTS = (
    ("geo+json", "GeoJSON"),
    ("json", "JSON"),
    ("xml", "XML"),
    ("pdf", "PDF"),
    ("zip", "ZIP"),
    ("text/csv", "CSV"),
    ("text/html", "web page"),
    ("text/plain", "text"),
    ("image/jp", "JPEG"),
    ("image/png", "PNG"),
    ("image/webp", "WebP"),
    ("image/tiff", "TIFF"),
)
_DOCUMENT_SUFFIXES = {
    ".geojson": "GeoJSON", ".json": "JSON", ".xml": "XML", ".pdf": "PDF", ".zip": "ZIP", ".csv": "CSV",
    ".txt": "text", ".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WebP",
}  # fmt: skip
_BY_SUFFIX = {
    ".zarr": "Zarr", ".nc": "netCDF", ".nc4": "netCDF", ".cdf": "netCDF", ".grib": "GRIB", ".grib2": "GRIB",
    ".grb": "GRIB", ".grb2": "GRIB", ".tif": "GeoTIFF", ".tiff": "GeoTIFF", ".geoparquet": "GeoParquet",
    ".parquet": "Parquet", ".gpkg": "GeoPackage", ".fgb": "FlatGeobuf", ".h5": "HDF5", ".hdf5": "HDF5",
    ".he5": "HDF5", ".hdf": "HDF", ".laz": "point cloud", ".jp2": "JPEG 2000", ".safe": "SAFE",
}  # fmt: skip


@dataclass(frozen=True)
class OpenableAsset:
    """Data that can be opened, with the harmless ones of the options that the catalogue gave."""

    href: str
    open_options: Mapping[str, object]
    storage_options: Mapping[str, object]


def openable(item: object) -> OpenableAsset | str:
    """The asset to open, or a sentence for the person why there is none."""
    raw = mapping(item)
    assets = [mapping(asset) for asset in list(mapping(raw.get("assets")).values())[:_MOST_ASSETS]]
    zarrs = sorted((asset for asset in assets if form_of(asset) == "Zarr"), key=_preference)
    if not assets:
        return "This item has no assets, so there is nothing to open."
    if not zarrs:
        return f"None of its assets is a Zarr store ({kind_of(raw)}), and only those can be opened from here."
    return opened(raw, zarrs[0])


def opened(item: Mapping[str, object], asset: Mapping[str, object]) -> OpenableAsset | str:
    """How an asset is opened, or a sentence for the person why its address is of no use here."""
    address = absolute(item, text(asset.get("href"), 4096) or "")
    refusal = _address_refusal(address, is_file_here(item, address))
    return refusal or OpenableAsset(address, open_options(asset), storage_options(asset, item))


def kind_of(item: object) -> str:
    """The form of an item's data, 'Zarr' before anything else, then what most of its assets are."""
    assets = [mapping(asset) for asset in list(mapping(mapping(item).get("assets")).values())[:_MOST_ASSETS]]
    data = [asset for asset in assets if "data" in sequence(asset.get("roles"))] or assets
    if not assets:
        return "no data"
    kinds = [kind for asset in data if (kind := form_of(asset)) is not None]
    if "Zarr" in kinds:
        return "Zarr"
    documents = [] if kinds else [kind for asset in data if (kind := document_of(asset)) is not None]
    return max(kinds or documents, key=(kinds or documents).count, default="other")


def form_of(asset: Mapping[str, object]) -> str | None:
    """The form of an asset that is data by it, such as 'GeoTIFF'; None for what mostly lies beside data."""
    media_type = _media_type(asset)
    if "icechunk" in media_type:
        return "Icechunk"
    if media_type.startswith(_ZARR_TYPES) or _is_references(asset, media_type):
        return "Zarr"
    return _named(_KINDS, media_type) or _ending(_BY_SUFFIX, path_of(asset))


def _is_references(asset: Mapping[str, object], media_type: str) -> bool:
    """Whether an asset is a set of kerchunk references in JSON, which the cube view opens as zarr."""
    told = {"kerchunk", "references"} & {
        role for role in sequence(asset.get("roles")) if isinstance(role, str)
    }
    return path_of(asset).endswith(".json") and ("kerchunk" in media_type or bool(told))


def document_of(asset: Mapping[str, object]) -> str | None:
    """The form of an asset that mostly lies beside data, such as 'JSON'; None where it tells none."""
    return _named(_DOCUMENTS, _media_type(asset)) or _ending(_DOCUMENT_SUFFIXES, path_of(asset))


def _media_type(asset: Mapping[str, object]) -> str:
    return (text(asset.get("type"), 200) or "").lower()


def _named(names: Sequence[tuple[str, str]], media_type: str) -> str | None:
    return next((name for word, name in names if word in media_type), None)


def _ending(names: Mapping[str, str], path: str) -> str | None:
    return next((name for end, name in names.items() if path.endswith(end)), None)


def path_of(asset: Mapping[str, object]) -> str:
    """The path of an asset's address in small letters, without its query."""
    return (text(asset.get("href"), 4096) or "").lower().partition("?")[0].rstrip("/")


def _preference(asset: Mapping[str, object]) -> tuple[bool, bool]:
    return ("data" not in sequence(asset.get("roles")), not asset.get("xarray:open_kwargs"))


def own_address(item: Mapping[str, object]) -> str | None:
    """The item's own full address, which its relative addresses start from; None where it tells none."""
    own = _told_address(item)
    return None if own is None or is_relative(own) else own


def _told_address(item: Mapping[str, object]) -> str | None:
    links = (mapping(link) for link in sequence(item.get("links"))[:500])
    return next((text(link.get("href"), 4096) for link in links if link.get("rel") == "self"), None)


def is_file_here(item: Mapping[str, object], href: str) -> bool:
    """Whether an address is a path on this machine, as an item has that was read from a file here."""
    return (
        href.startswith("/")
        and not href.startswith("//")
        and bool(_ITEM_FILES.match(_told_address(item) or ""))
    )


def is_relative(href: str) -> bool:
    """Whether an address says where something lies only beside another address."""
    try:
        return not urlsplit(href).scheme
    except ValueError:
        return False


def is_web(address: str) -> bool:
    """Whether an address is one of http or https, however its scheme is written."""
    try:
        return urlsplit(address).scheme in ("http", "https")
    except ValueError:
        return False


def absolute(item: Mapping[str, object], href: str) -> str:
    """The full address of an item's link or asset, as far as the item tells its own."""
    own = own_address(item)
    if own is None or not is_relative(href):
        return href
    try:
        # Python joins only addresses whose scheme it knows, and s3 is none of them.
        scheme, _, rest = own.partition(":")
        return f"{scheme}:{urljoin(f'http:{rest}', href).partition(':')[2]}"
    except ValueError:
        return href


def _address_refusal(address: str, is_here: bool) -> str | None:
    try:
        parts = urlsplit(address)
    except ValueError:
        return "The address of its data cannot be read."
    if not address or len(address) > _LONGEST_ADDRESS or not address.isprintable():
        return "The address of its data cannot be read."
    if parts.scheme not in _SCHEMES and not is_here:
        place = parts.scheme or "a bare path"
        return f"Its data lies at an address ({place}) that a notebook here cannot reach."
    if has_key(address):
        return "The address of its data carries a key, and keys do not belong in a notebook."
    return None
