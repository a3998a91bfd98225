"""Between a STAC item and a row of stac-geoparquet: properties are columns, geometry is WKB."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

import shapely
from shapely.errors import ShapelyError

from eohub_catalogue.index.interval import moment
from eohub_catalogue.index.jsontext import parse_json, to_json
from eohub_toolkit.errors import Invalid

MEMBERS = (
    "type", "stac_version", "stac_extensions", "id", "collection", "geometry", "bbox", "links", "assets",
)  # fmt: skip
"""The members of an item that are columns beside its properties."""

NEEDED_TIMES = ("datetime", "start_datetime", "end_datetime")
"""An item's own time, which has to be a moment."""

EDGES = ("xmin", "ymin", "xmax", "ymax")
EDGES_3D = ("xmin", "ymin", "zmin", "xmax", "ymax", "zmax")
_EPOCH = datetime(1970, 1, 1)

type Row = dict[str, Any]


def row_of(item: Mapping[str, Any]) -> Row:
    """The columns of an item: times stay texts, geometry becomes WKB, the bounding box a struct.

    A member that STAC does not know becomes a column of its own. Raises Invalid with the reason why the
    layout cannot hold the item.
    """
    properties: object = item.get("properties")
    given = cast("Mapping[str, Any]", properties) if isinstance(properties, Mapping) else {}
    columns: Row = {name: value for name, value in given.items() if name not in MEMBERS}
    for name in NEEDED_TIMES:
        if columns.get(name) is not None and moment(columns[name]) is None:
            raise Invalid(f"Its {name} is no time.")
    for name, value in item.items():
        if name in MEMBERS or (name != "properties" and name not in columns):
            columns[name] = value
    columns["geometry"] = _wkb(item.get("geometry"))
    columns["bbox"] = _edges(item.get("bbox"))
    return columns


def item_of(columns: Mapping[str, Any], members: frozenset[str]) -> dict[str, Any]:
    """The item of a row without nulls; `members` names columns that belong beside its properties.

    Raises Invalid for a geometry that is not WKB.
    """
    item: dict[str, Any] = {"type": "Feature", "geometry": None, "properties": {}}
    properties: dict[str, Any] = item["properties"]
    for name, value in columns.items():
        if name == "geometry":
            item[name] = _geojson(value)
        elif name == "bbox":
            item |= {} if value is None else {name: _bounds(value)}
        elif name in MEMBERS or name in members:
            item[name] = value
        elif not name.startswith("__index_level_"):
            properties[name] = value
    # STAC asks for these, so that their absence is not what a null stood for.
    properties.setdefault("datetime", None)
    item.setdefault("links", [])
    item.setdefault("assets", {})
    return item


def time_text(microseconds: int) -> str:
    """A moment as STAC writes it, in UTC, with a fraction of a second only where there is one."""
    return f"{(_EPOCH + timedelta(microseconds=microseconds)).isoformat()}Z"


def _wkb(geometry: object) -> bytes | None:
    if geometry is None:
        return None
    try:
        shape = shapely.from_geojson(to_json(geometry))
    except (ShapelyError, TypeError, ValueError):
        raise Invalid("Its geometry is not GeoJSON.") from None
    return shapely.to_wkb(shape)


def _geojson(wkb: object) -> object:
    if wkb is None:
        return None
    try:
        return parse_json(shapely.to_geojson(shapely.from_wkb(cast("bytes", wkb))).encode())
    except (ShapelyError, TypeError, ValueError, AttributeError):
        raise Invalid("Its geometry is not WKB.") from None


def _edges(bbox: object) -> dict[str, float] | None:
    if bbox is None:
        return None
    numbers = cast("list[object]", bbox) if isinstance(bbox, list) else []
    names = {4: EDGES, 6: EDGES_3D}.get(len(numbers))
    if names is None or not all(type(number) in (int, float) for number in numbers):
        raise Invalid("Its bounding box is not four or six numbers.")
    return {name: float(cast("float", number)) for name, number in zip(names, numbers, strict=True)}


def _bounds(value: object) -> object:
    if not isinstance(value, dict):
        # Files from before version 1.0 of the layout have a list.
        return value
    edges = cast("dict[str, float]", value)
    return [edges[name] for name in (EDGES_3D if "zmin" in edges else EDGES) if name in edges]
