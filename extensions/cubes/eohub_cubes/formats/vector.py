"""Vectors: GeoParquet from its footer; GeoPackage, GeoJSON and FlatGeobuf are read whole."""

import sqlite3
import warnings
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np
import numpy.typing as npt
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from pyogrio.raw import read

from eohub_cubes.contract import DataAsset
from eohub_cubes.errors import DataDamaged, DataMissing, NotReadable
from eohub_cubes.formats.magic import ENOUGH_BYTES, form_of
from eohub_cubes.formats.parquet import MAGIC, of_shapes, open_parquet
from eohub_cubes.formats.rows import Column, RowCube
from eohub_cubes.ports import ObjectReader

LARGEST = 64 * 2**20
_SQLITE = b"SQLite format 3\0"
_BINARY = (_SQLITE, b"fgb\x03", b"\0\0\x27\x0a")
_BEFORE_JSON = b"\xef\xbb\xbf\x1e \t\r\n"
_LEADS_ELSEWHERE = (b"<ogrvrtdatasource", b"gdal_streamed_alg")
"""By these GDAL takes a file for a list of other files or addresses, and reads those."""


def open_cube(asset: DataAsset, group: str | None, reader: ObjectReader) -> RowCube:
    """Open a layer of vectors; raises DataMissing, NotReadable, DataDamaged."""
    info = reader.info_now("")
    if info is None:
        raise DataMissing(f"There is no file at {asset.href}.")
    if (reader.get_now("", 0, min(4, info.size)) if info.size else b"") == MAGIC:
        return open_parquet("vector", reader, asset.href)
    if info.size > LARGEST:
        raise NotReadable(
            f"This file of {info.size / 2**20:.0f} MiB can only be read whole.",
            hint="Read a part of it in a notebook: geopandas.read_file(..., bbox=..., rows=...).",
        )
    return _opened(reader, info.size, group)


def _opened(reader: ObjectReader, size: int, group: str | None) -> RowCube:
    data = whole(reader)
    with _damage():
        layers = [str(name) for name, _ in pyogrio.list_layers(data)]
        if not layers:
            raise DataDamaged("The file has no layer in it.")
        if group is not None and group not in layers:
            raise NotReadable(f"This file has no layer {group}.", hint=f"It has {', '.join(layers)}.")
        layer = group or layers[0]
        told = pyogrio.read_info(data, layer=layer, force_feature_count=True, force_total_bounds=True)
        columns = _columns(data, layer)
    rows = int(told["features"])
    if any(len(values) != rows for values in columns.values()):
        raise DataDamaged(f"The file has fewer than the {rows} features that it tells of.")
    box: Any = told["total_bounds"]
    attributes, notes = of_shapes(
        [told["geometry_type"]] if told["geometry_type"] else [],
        told["crs"],
        None if box is None else [*map(float, box)],
    )
    return RowCube(
        "vector",
        rows,
        max(1, rows),
        [_column(reader, size, layer, name, values.dtype) for name, values in columns.items()],
        attributes=attributes,
        notes=(*notes, "Any part of it takes reading all of it."),
        groups=tuple(each for each in layers if each != layer),
    )


def whole(reader: ObjectReader) -> bytes:
    """All of a file, of a form that holds its values itself: GDAL opens many that lead to others.

    Raises NotReadable for another form, or a file that is too large; DataDamaged.
    """
    data = reader.get_now("", most=LARGEST) or b""
    is_json = data.lstrip(_BEFORE_JSON).startswith(b"{") and not any(
        each in data.lower() for each in _LEADS_ELSEWHERE
    )
    if data and not is_json and not data.startswith(_BINARY):
        raise NotReadable(
            f"This is {form_of(data[:ENOUGH_BYTES])}, which is not opened as vectors.",
            hint="Known are GeoPackage, GeoJSON, FlatGeobuf and GeoParquet.",
        )
    if data.startswith(_SQLITE) and _has_tables_elsewhere(data):
        raise NotReadable("A table of this file stands for another file or address, so it is not opened.")
    return data


def _has_tables_elsewhere(data: bytes) -> bool:
    """Whether a table of an SQLite file is one that GDAL reads from somewhere else."""
    with NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        try:
            # Nobody writes to this copy, so that there is no log beside it to be looked for.
            with closing(sqlite3.connect(f"file:{file.name}?immutable=1", uri=True)) as database:
                found = database.execute("SELECT 1 FROM sqlite_master WHERE sql LIKE '%VirtualOGR%'")
                return found.fetchone() is not None
        except sqlite3.Error:
            raise DataDamaged("The file cannot be read: it is no whole SQLite database.") from None


def _column(reader: ObjectReader, size: int, layer: str, name: str, dtype: np.dtype[Any]) -> Column:
    def values(start: int, stop: int) -> npt.NDArray[Any]:
        with _damage():
            return _columns(whole(reader), layer, [name])[name][start:stop]

    return Column(name, dtype, [size], values)


def _columns(data: bytes, layer: str, names: Sequence[str] | None = None) -> dict[str, npt.NDArray[Any]]:
    told, _, _, columns = read(data, layer=layer, columns=names, read_geometry=False)
    return dict(zip(map(str, told["fields"]), columns, strict=True))


@contextmanager
def _damage() -> Generator[None]:
    """What GDAL says of a broken file, as a sentence; it is given bytes, so it has no name to judge by."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*non conformant file extension")
        try:
            yield
        except (DataSourceError, DataLayerError) as error:
            told = str(error).partition("\n")[0].rstrip(".")[:200]
            raise DataDamaged(f"The file cannot be read: {told}.") from None
