"""Tables: Parquet from its footer; CSV, which tells nothing before it is read, only where it is small."""

import io
from typing import Any

import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv

from eohub_cubes.contract import DataAsset
from eohub_cubes.errors import DataDamaged, DataMissing, NotReadable
from eohub_cubes.formats.parquet import MAGIC, open_parquet
from eohub_cubes.formats.rows import Column, RowCube
from eohub_cubes.ports import ObjectReader

LARGEST_CSV = 32 * 2**20


def open_cube(asset: DataAsset, group: str | None, reader: ObjectReader) -> RowCube:
    """Open a table; raises DataMissing, NotReadable, DataDamaged."""
    info = reader.info_now("")
    if info is None:
        raise DataMissing(f"There is no file at {asset.href}.")
    if (reader.get_now("", 0, min(4, info.size)) if info.size else b"") == MAGIC:
        return open_parquet("table", reader, asset.href)
    if asset.href.partition("?")[0].lower().endswith("parquet"):
        raise DataDamaged("This is no Parquet file: it does not begin as one.")
    if info.size > LARGEST_CSV:
        raise NotReadable(
            f"This table of {info.size / 2**20:.0f} MiB is CSV, which can only be read whole.",
            hint="Read it in a notebook: pandas.read_csv(..., chunksize=100_000).",
        )
    return _csv(reader, info.size)


def _csv(reader: ObjectReader, size: int) -> RowCube:
    table = _read(reader)
    note = "It is CSV, so any part of it takes reading all of it."
    columns = [_column(reader, size, number, table) for number in range(table.num_columns)]
    return RowCube("table", table.num_rows, max(1, table.num_rows), columns, attributes={}, notes=(note,))


def _column(reader: ObjectReader, size: int, number: int, table: Any) -> Column:
    def read(start: int, stop: int) -> npt.NDArray[Any]:
        return _read(reader).column(number).to_numpy()[start:stop]

    return Column(table.column_names[number], table.column(number).to_numpy().dtype, [size], read)


def _read(reader: ObjectReader) -> Any:
    text = reader.get_now("", most=LARGEST_CSV) or b""
    try:
        table = csv.read_csv(io.BytesIO(text), read_options=csv.ReadOptions(use_threads=False))
        _ = table.column_names  # decoded here
        return table
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise DataDamaged(
            f"The table cannot be read: {str(error).partition(chr(10))[0].rstrip('.')}."
        ) from None
