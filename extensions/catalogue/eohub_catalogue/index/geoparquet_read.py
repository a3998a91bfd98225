"""Reading stac-geoparquet, of this layout's versions and of the files from before there was one."""

import datetime
import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from shapely.errors import ShapelyError

from eohub_catalogue.index.arrow import ArrowArray, ArrowBatch, ArrowType
from eohub_catalogue.index.geoparquet_rows import item_of, time_text
from eohub_catalogue.index.jsontext import parse_json, to_json
from eohub_catalogue.index.reading import Found, Text, Unreadable
from eohub_toolkit.errors import Invalid

ROWS_AT_ONCE = 1_000
_NEEDED = ("id", "geometry")
_BUFFER_BYTES = 1024 * 1024

type Decoder = Callable[[Any], object]


def read_parquet(path: Path, progress: Callable[[int], None]) -> Iterator[Text | Found | Unreadable]:
    """The collections that the file names, then its items, each with its row, counted from 1.

    Rows are read some at a time. `progress` is told the share of the file's size that was read since. A file
    that is damaged, or is no stac-geoparquet, is told, not raised.
    """
    try:
        with pq.ParquetFile(path, buffer_size=_BUFFER_BYTES, pre_buffer=False) as file:
            missing = [name for name in _NEEDED if name not in file.schema_arrow.names]
            if missing:
                yield Unreadable(str(path), f"It holds no STAC items: it has no column '{missing[0]}'.")
                return
            yield from _collections(path, file.schema_arrow.metadata or {})
            yield from _items(path, file, progress)
    except OSError as error:
        # What Arrow says itself holds the whole path.
        why = os.strerror(error.errno) if error.errno else "it is damaged"
        yield Unreadable(str(path), f"It cannot be read: {why}.")
    except (pa.ArrowException, UnicodeDecodeError):
        yield Unreadable(str(path), "It is not a Parquet file, or it is damaged.")


def _collections(path: Path, metadata: Mapping[bytes, bytes]) -> Iterator[Found | Unreadable]:
    described = _json(metadata, b"stac-geoparquet")
    given = described.get("collections") or [described.get("collection"), _json(metadata, b"stac:collection")]
    documents: list[object] = list(given.values()) if isinstance(given, dict) else list(given)
    for document in documents:
        if isinstance(document, dict) and document:
            collection = cast("dict[str, Any]", document)
            yield Found(f"{path}, collection {str(collection.get('id'))[:100]}", collection)


def _items(path: Path, file: pq.ParquetFile, progress: Callable[[int], None]) -> Iterator[Text | Unreadable]:
    ours = _json(file.schema_arrow.metadata or {}, b"eohub").get("members")
    members = frozenset(str(name) for name in cast("list[object]", ours)) if isinstance(ours, list) else None
    bytes_per_row = path.stat().st_size / max(1, file.metadata.num_rows)
    done = 0
    for batch in file.iter_batches(batch_size=ROWS_AT_ONCE):
        for number, columns in enumerate(_rows(batch), done + 1):
            where = f"{path}, row {number}"
            try:
                item = item_of(columns, members or frozenset())
                yield Text(where, to_json(item).encode())
            except (Invalid, ValueError, TypeError) as error:
                reason = error.detail if isinstance(error, Invalid) else "It holds a value that is not JSON."
                yield Unreadable(where, reason)
        progress(round((done + batch.num_rows) * bytes_per_row) - round(done * bytes_per_row))
        done += batch.num_rows


def _rows(batch: ArrowBatch) -> Iterator[dict[str, Any]]:
    names = batch.schema.names
    columns = [_values(batch.column(number), is_raw=name == "geometry") for number, name in enumerate(names)]
    for values in zip(*columns, strict=True):
        yield {name: value for name, value in zip(names, values, strict=True) if value is not None}


def _values(column: ArrowArray, *, is_raw: bool) -> list[object]:
    if is_raw:
        return column.to_pylist()
    if pa.types.is_timestamp(column.type):
        # The finest unit is cut to what STAC's clients read.
        moments = column.cast(pa.timestamp("us", column.type.tz), safe=False).cast(pa.int64()).to_pylist()
        return [None if at is None else time_text(at) for at in moments]
    decode = _decoder(column.type)
    values = column.to_pylist(maps_as_pydicts="lossy")
    return values if decode is None else [None if value is None else decode(value) for value in values]


def _decoder(kind: ArrowType) -> Decoder | None:
    """From what Arrow gives to what JSON holds, without the names that stand for nothing."""
    if isinstance(kind, pa.BaseExtensionType):
        is_json = kind.extension_name == "arrow.json"
        return _parse if is_json else _decoder(kind.storage_type)
    if pa.types.is_struct(kind):
        return _object({field.name: _decoder(field.type) for field in kind})
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        inner = _decoder(kind.value_type)
        return inner and (lambda values: [None if value is None else inner(value) for value in values])
    if pa.types.is_map(kind):
        inner = _decoder(kind.item_type) or _same
        return lambda pairs: {str(key): inner(value) for key, value in pairs.items() if value is not None}
    return _scalar_decoder(kind)


def _scalar_decoder(kind: ArrowType) -> Decoder | None:
    if pa.types.is_floating(kind):
        return lambda value: value if value == value else None
    if pa.types.is_decimal(kind):
        return float
    if pa.types.is_temporal(kind):
        return _moment_text
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return _geometry_or_hex
    return None


def _object(fields: Mapping[str, Decoder | None]) -> Decoder:
    def decode(value: dict[str, Any]) -> object:
        known = {name: inner for name, inner in value.items() if inner is not None}
        return {
            name: turn(inner) if (turn := fields[name]) is not None else inner
            for name, inner in known.items()
        }

    return decode


def _parse(value: str) -> object:
    return parse_json(value.encode())


def _same(value: object) -> object:
    return value


def _geometry_or_hex(value: bytes) -> object:
    # The layout lets other geometries, such as `proj:geometry`, be WKB too.
    try:
        return parse_json(shapely.to_geojson(shapely.from_wkb(value)).encode())
    except ShapelyError:
        return value.hex()


def _moment_text(value: object) -> object:
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return value.astimezone(datetime.UTC).replace(tzinfo=None).isoformat() + "Z"
    is_text = isinstance(value, datetime.datetime | datetime.date | datetime.time)
    return value.isoformat() if is_text else str(value)


def _json(metadata: Mapping[bytes, bytes], key: bytes) -> dict[str, Any]:
    try:
        value: object = json.loads(metadata.get(key, b"{}"))
    except ValueError:
        return {}
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
