"""Parquet and GeoParquet from the footer: rows, columns, bytes of each column in each group of rows."""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from pyproj import CRS
from pyproj.exceptions import CRSError

from eohub_cubes.errors import DataDamaged
from eohub_cubes.formats.ranges import RangeFile
from eohub_cubes.formats.rows import Column, RowCube
from eohub_cubes.ports import ObjectReader

MAGIC = b"PAR1"


def open_parquet(kind: str, reader: ObjectReader, where: str) -> RowCube:
    """Open a Parquet file; raises DataDamaged where its footer is broken."""
    source = RangeFile(reader, where)
    try:
        file = pq.ParquetFile(pa.PythonFile(source, mode="r"), pre_buffer=False)
    except (pa.ArrowException, OSError) as error:
        raise source.take_failure() or DataDamaged(
            f"The Parquet file cannot be read: {_short(error)}."
        ) from None
    rows = [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)]
    even = len({*rows[:-1]}) <= 1 and (not rows or rows[-1] <= rows[0])
    table = _Table(file, source, rows)
    columns = [table.column(number, even) for number in range(len(file.schema_arrow))]
    attributes, notes = _geometry(file.schema_arrow.metadata or {})
    return RowCube(
        kind,
        sum(rows),
        max(1, rows[0] if rows and even else sum(rows)),
        columns,
        attributes=attributes,
        notes=notes,
    )


class _Table:
    """Reads columns by groups of rows."""

    def __init__(self, file: pq.ParquetFile, source: RangeFile, rows: Sequence[int]) -> None:
        self._file = file
        self._source = source
        self._ends = np.cumsum(rows)
        self._facts: dict[str, list[list[Any]]] = defaultdict(lambda: [[] for _ in rows])
        """What the footer tells of a column in each group, or of all that a nested one is stored as."""
        for number in range(file.num_row_groups):
            group = file.metadata.row_group(number)
            for each in map(group.column, range(group.num_columns)):
                path = each.path_in_schema
                for name in {path, path.split(".")[0]}:
                    self._facts[name][number].append(each)

    def column(self, number: int, even: bool) -> Column:
        field = self._file.schema_arrow.field(number)
        facts = self._facts[field.name]
        sizes = [sum(each.total_compressed_size for each in group) for group in facts]
        complete = all(
            each.statistics is not None and each.statistics.null_count == 0
            for group in facts
            for each in group
        )
        dtype = _dtype(field.type, complete)
        return Column(
            name=field.name,
            dtype=dtype or np.dtype(object),
            stored=sizes if even else [sum(sizes)],
            read=lambda start, stop: self._read(field.name, start, stop),
            problem=None if dtype is not None else f"It holds {_called(field.type)}.",
        )

    def _read(self, name: str, start: int, stop: int) -> npt.NDArray[Any]:
        first = int(np.searchsorted(self._ends, start, side="right"))
        last = int(np.searchsorted(self._ends, stop, side="left"))
        before = int(self._ends[first - 1]) if first else 0
        try:
            table = self._file.read_row_groups(
                [*range(first, last + 1)], columns=[name], use_threads=False, use_pandas_metadata=False
            )
        except (pa.ArrowException, OSError) as error:
            raise self._source.take_failure() or DataDamaged(
                f"Column {name} cannot be read: {_short(error)}."
            ) from None
        column = table.column(name)
        if pa.types.is_decimal(column.type):
            column = column.cast(pa.float64())
        return column.to_numpy()[start - before : stop - before]


def _dtype(kind: Any, complete: bool) -> np.dtype[Any] | None:
    """numpy's type of a column; None for one whose cells are no single values."""
    if pa.types.is_boolean(kind):
        return np.dtype(bool if complete else object)
    if pa.types.is_integer(kind):
        return np.dtype(kind.to_pandas_dtype() if complete else np.float64)
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return np.dtype(np.float64 if pa.types.is_decimal(kind) else kind.to_pandas_dtype())
    if pa.types.is_date(kind):
        return np.dtype("M8[D]" if pa.types.is_date32(kind) else "M8[ms]")
    if pa.types.is_timestamp(kind):
        return np.dtype(f"M8[{kind.unit}]")
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_dictionary(kind):
        return np.dtype(object)
    return None


def _called(kind: Any) -> str:
    is_bytes = pa.types.is_binary(kind) or pa.types.is_large_binary(kind)
    return "shapes or other bytes" if is_bytes else f"values of the type {_short(kind)}"


def _geometry(metadata: dict[bytes, bytes]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What GeoParquet tells of the shapes."""
    try:
        told = json.loads(metadata.get(b"geo", b"{}"))
        shapes = told["columns"][told["primary_column"]]
        kinds = [*map(str, shapes.get("geometry_types") or [])]
        return of_shapes(kinds, shapes.get("crs", "OGC:CRS84"), shapes.get("bbox"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}, ()


def of_shapes(kinds: Sequence[str], crs: Any, box: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Attributes and a note that tell of the shapes of a file."""
    try:
        named = CRS.from_user_input(crs)
        crs_name = ":".join(named.to_authority() or ()) or named.name
    except (CRSError, TypeError):
        crs_name = "no known coordinate reference system"
    attributes: dict[str, Any] = {"geometry_types": ", ".join(kinds), "crs": crs_name}
    text = f"It has {', '.join(kinds) or 'shapes'} in {crs_name}"
    if isinstance(box, (list, tuple)) and len(cast(Sequence[Any], box)) in (4, 6):
        half = len(cast(Sequence[float], box)) // 2
        west, south, east, north = (float(box[at]) for at in (0, 1, half, half + 1))
        attributes["bbox"] = [west, south, east, north]
        text += f", from {west:g}, {south:g} to {east:g}, {north:g}"
    return attributes, (f"{text}.",)


def _short(value: object) -> str:
    return str(value).partition("\n")[0].rstrip(".")[:200]
