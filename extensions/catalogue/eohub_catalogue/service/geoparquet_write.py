"""Writing stac-geoparquet: the columns are learned from all items first, then written in row groups."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast

import pyarrow as pa
import pyarrow.parquet as pq

from eohub_catalogue.filters import TIMES
from eohub_catalogue.index.arrow import ArrowArray, ArrowBatch, ArrowSchema
from eohub_catalogue.index.geoparquet_rows import EDGES, EDGES_3D, MEMBERS, Row, row_of
from eohub_catalogue.index.interval import moment
from eohub_catalogue.service.geoparquet_kinds import Encoder, Kind
from eohub_toolkit.errors import Invalid

GEOPARQUET_VERSION = "1.1.0"
LAYOUT_VERSION = "1.1.0"
MOST_COLUMNS = 4_000
ROWS_PER_GROUP = 5_000

_TIME: Final = pa.timestamp("us", tz="UTC")
_WKB_MARK = {"ARROW:extension:name": "geoarrow.wkb"}
_KNOWN = frozenset({*MEMBERS, "properties"})
_REFUSALS = (pa.ArrowException, ValueError, TypeError, OverflowError)


class Layout:
    """The columns that all items of a file need."""

    def __init__(self) -> None:
        self._kinds: dict[str, Kind] = {}
        self._not_times: set[str] = set()
        self._foreign: set[str] = set()
        self._properties: set[str] = set()
        self._geometry_types: set[str] = set()
        self._is_three_dimensional = False
        self._encoders: dict[str, Encoder | None] = {}

    def learn(self, item: Mapping[str, Any]) -> None:
        """Take the item's columns in; raises Invalid, and learns nothing, where it cannot go into a file."""
        row = row_of(item)
        if len(self._kinds) + sum(name not in self._kinds for name in row) > MOST_COLUMNS:
            raise Invalid(f"The file would have more than {MOST_COLUMNS} columns.")
        properties = cast("Mapping[str, Any]", item.get("properties") or {})
        self._properties.update(properties)
        self._foreign.update(name for name in item if name not in _KNOWN and name not in properties)
        for name, value in row.items():
            if name == "bbox":
                self._is_three_dimensional |= "zmin" in (value or ())
            elif name != "geometry":
                self._kinds.setdefault(name, Kind()).learn(value)
            if name in TIMES and value is not None and moment(value) is None:
                self._not_times.add(name)
        if row["geometry"] is not None:
            self._geometry_types.add(str(item["geometry"]["type"]))

    def schema(self, collections: Mapping[str, Any]) -> ArrowSchema:
        """The schema, with the collections and the layout's versions in its metadata."""
        edges = EDGES_3D if self._is_three_dimensional else EDGES
        fields = [
            pa.field("geometry", pa.binary(), metadata=_WKB_MARK),
            pa.field("bbox", pa.struct([pa.field(edge, pa.float64()) for edge in edges])),
        ]
        names = sorted(self._kinds, key=lambda name: (name not in MEMBERS, name not in TIMES))
        for name in names:
            kind = self._kinds[name]
            if name in TIMES and name not in self._not_times:
                fields.append(pa.field(name, _TIME))
                self._encoders[name] = moment
            elif not kind.is_unknown:
                fields.append(kind.arrow_field(name))
                self._encoders[name] = kind.encoder()
        return pa.schema(fields, metadata=self._metadata(collections))

    def batch(self, rows: Sequence[Row], schema: ArrowSchema) -> ArrowBatch:
        """Rows as Arrow; raises one of what `fitting` catches for a value that has no place in the schema."""
        arrays: list[ArrowArray] = []
        for field in schema:
            values = [row.get(field.name) for row in rows]
            if encode := self._encoders.get(field.name):
                values = [encode(value) for value in values]
            arrays.append(pa.array(values, type=field.type))
        return pa.RecordBatch.from_arrays(arrays, schema=schema)

    def _metadata(self, collections: Mapping[str, Any]) -> dict[str, str]:
        zs = ("z",) if self._is_three_dimensional else ()
        edges = [f"{axis}{end}" for axis in ("x", "y", *zs) for end in ("min", "max")]
        geometry = {
            "encoding": "WKB",
            "geometry_types": sorted(self._geometry_types),
            "covering": {"bbox": {edge: ["bbox", edge] for edge in edges}},
        }
        geo = {
            "version": GEOPARQUET_VERSION,
            "primary_column": "geometry",
            "columns": {"geometry": geometry},
        }
        stac = {"version": LAYOUT_VERSION, "collections": collections}
        ours = {"members": sorted(self._foreign - self._properties)}
        return {"geo": json.dumps(geo), "stac-geoparquet": json.dumps(stac), "eohub": json.dumps(ours)}


def write_parquet(
    path: Path, layout: Layout, collections: Mapping[str, Any], items: Iterable[Mapping[str, Any]]
) -> Iterator[int | tuple[Mapping[str, Any], str]]:
    """Write items that `layout` has learned, and say how many went into each row group.

    An item that Arrow refuses is left out: it is given back with the reason. Raises OSError.
    """
    schema = layout.schema(collections)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for group in _groups(items):
            rows = [(item, row_of(item)) for item in group]
            try:
                writer.write_batch(layout.batch([row for _, row in rows], schema))
                yield len(rows)
            except _REFUSALS as error:
                if isinstance(error, OSError):
                    raise
                yield from _write_one_by_one(writer, layout, schema, rows)


def _write_one_by_one(
    writer: pq.ParquetWriter, layout: Layout, schema: ArrowSchema, rows: list[tuple[Mapping[str, Any], Row]]
) -> Iterator[int | tuple[Mapping[str, Any], str]]:
    fitting: list[Row] = []
    for item, row in rows:
        try:
            layout.batch([row], schema)
            fitting.append(row)
        except _REFUSALS:
            yield item, "It holds a value that Parquet cannot express, such as half a character."
    if fitting:
        writer.write_batch(layout.batch(fitting, schema))
        yield len(fitting)


def _groups(items: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    group: list[Mapping[str, Any]] = []
    for item in items:
        group.append(item)
        if len(group) == ROWS_PER_GROUP:
            yield group
            group = []
    if group:
        yield group
