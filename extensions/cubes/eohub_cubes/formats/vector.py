"""Vectors: GeoParquet from its footer; GeoPackage, GeoJSON and FlatGeobuf are read whole."""

import warnings
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from pyogrio.raw import read

from eohub_cubes.contract import DataAsset
from eohub_cubes.errors import DataDamaged, DataMissing, NotReadable
from eohub_cubes.formats.parquet import MAGIC, of_shapes, open_parquet
from eohub_cubes.formats.rows import Column, RowCube
from eohub_cubes.ports import ObjectReader

LARGEST = 64 * 2**20


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
    data = reader.get_now("") or b""
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


def _column(reader: ObjectReader, size: int, layer: str, name: str, dtype: np.dtype[Any]) -> Column:
    def values(start: int, stop: int) -> npt.NDArray[Any]:
        with _damage():
            return _columns(reader.get_now("") or b"", layer, [name])[name][start:stop]

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
