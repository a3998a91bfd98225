"""What a file is by its first bytes, where its name does not tell or tells wrong."""

from typing import Final

from eohub_cubes.contract import Kind

ENOUGH_BYTES: Final = 600

_HDF5: Final = b"\x89HDF\r\n\x1a\n"
_KNOWN: Final[tuple[tuple[bytes, str, Kind | None], ...]] = (
    (b"CDF\x01", "netCDF", "netcdf"),
    (b"CDF\x02", "netCDF", "netcdf"),
    (b"CDF\x05", "netCDF", "netcdf"),
    (b"II*\0", "TIFF", "geotiff"),
    (b"MM\0*", "TIFF", "geotiff"),
    (b"II+\0", "TIFF", "geotiff"),
    (b"MM\0+", "TIFF", "geotiff"),
    (b"GRIB", "GRIB", "grib"),
    (b"PAR1", "Parquet", "table"),
    (b"SQLite format 3\0", "GeoPackage", "vector"),
    (b"fgb\x03", "FlatGeobuf", "vector"),
    (b"\0\0\x27\x0a", "shapefile", "vector"),
    (b"\x1f\x8b", "gzip archive", None),
    (b"PK\x03\x04", "zip archive", None),
    (b"BZh", "bzip2 archive", None),
    (b"\xfd7zXZ", "xz archive", None),
    (b"\x28\xb5\x2f\xfd", "zstd archive", None),
    (b"%PDF", "PDF document", None),
    (b"\x89PNG", "PNG picture", None),
    (b"\xff\xd8\xff", "JPEG picture", None),
    (b"\0\0\0\x0cjP  ", "JPEG 2000 picture", None),
    (b"\x0e\x03\x13\x01", "HDF4 file", None),
    (b"ustar", "tar archive", None),
)
_OF_REFERENCES: Final = (b'"refs"', b'"templates"', b'.zgroup"', b'.zmetadata"', b'.zattrs"', b'.zarray"')
_HDF5_OFFSETS: Final = (0, 512)
"""Where HDF5 may begin, of the first bytes; the file may have a block of its writer's before."""


def is_hdf5(first: bytes) -> bool:
    """Whether a file with these first bytes is HDF5, and so perhaps netCDF-4."""
    return any(first[at : at + len(_HDF5)] == _HDF5 for at in _HDF5_OFFSETS)


def is_classic(first: bytes) -> bool:
    """Whether a file with these first bytes is netCDF of the classic kind."""
    return first[:3] == b"CDF" and first[3:4] in (b"\x01", b"\x02", b"\x05")


def is_reference_set(first: bytes) -> bool:
    """Whether a file with these first bytes may be a set of kerchunk references, or a list of sets."""
    return first.lstrip()[:1] in (b"{", b"[") and any(key in first for key in _OF_REFERENCES)


def kind_by_magic(first: bytes) -> Kind | None:
    """The kind of a file with these first bytes; None where it is none that can be opened."""
    if is_hdf5(first):
        return "netcdf"
    return next((kind for magic, _, kind in _KNOWN if first.startswith(magic)), None)


def form_of(first: bytes) -> str:
    """What a file with these first bytes is, with its article."""
    if not first:
        return "an empty file"
    if is_hdf5(first):
        return "an HDF5 file"
    known = next((name for magic, name, _ in _KNOWN if first.startswith(magic)), None)
    if known is not None:
        return f"{'an' if known[0] in 'HX' else 'a'} {known}{'' if ' ' in known else ' file'}"
    text = first.lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html")):
        return "a web page, perhaps of a login"
    if text.startswith(b"<"):
        return "an XML document, perhaps an error of the store"
    if text.startswith((b"{", b"[")):
        return "a file of kerchunk references" if is_reference_set(first) else "a JSON document"
    return "a text file" if text.isascii() and b"\0" not in text else "a file of unknown form"
