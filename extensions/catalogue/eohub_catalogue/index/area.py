"""From a box or a GeoJSON geometry, as a request gives it, to the area that is searched."""

import json
from collections.abc import Mapping
from typing import cast

import shapely

from eohub_catalogue.index.footprint import (
    GEOMETRY_TYPES,
    boxes_of,
    covering_boxes,
    is_number,
    is_tangled,
    normalise,
    parse_geometry,
    shape_of,
)
from eohub_catalogue.index.ports import Area
from eohub_toolkit.errors import Invalid

MOST_VERTICES = 5_000

BBOX_HINT = "Give west,south,east,north in degrees; west > east crosses the antimeridian."


def area_of(document: Mapping[str, object], name: str) -> Area:
    """The area of a GeoJSON geometry, or of an object with a `bbox` only; raises Invalid that says `name`."""
    return box_area(document["bbox"]) if set(document) == {"bbox"} else shape_area(document, name)


def box_area(value: object) -> Area:
    """The area of a `bbox`, as a text or a list of four or six numbers; raises Invalid."""
    bounds = _numbers(value)
    half = len(bounds) // 2
    west, south, east, north = bounds[0], bounds[1], bounds[half], bounds[half + 1]
    if not (-90 <= south <= 90 and -90 <= north <= 90 and abs(west) <= 360 and abs(east) <= 360):
        raise Invalid("bbox lies outside the earth's degrees.", hint=BBOX_HINT)
    if south > north:
        raise Invalid(f"bbox has its south ({south:g}) above its north ({north:g}).", hint=BBOX_HINT)
    heights = (bounds[2], bounds[5]) if half == 3 else None
    if heights and heights[0] > heights[1]:
        raise Invalid("bbox has its bottom above its top.", hint="Give west,south,bottom,east,north,top.")
    boxes = boxes_of(bounds)
    return Area(boxes, shape_of(boxes), is_boxes=True, heights=heights)


def _numbers(value: object) -> list[float]:
    parts: list[object] = []
    if isinstance(value, str):
        parts = [_number(part) for part in value.split(",", 7)]
    elif isinstance(value, list):
        parts = cast("list[object]", value)
    numbers = [float(cast("float", part)) for part in parts[:7] if is_number(part)]
    if len(numbers) != len(parts) or len(numbers) not in (4, 6):
        raise Invalid("bbox has to be 4 numbers, or 6 with heights.", hint=BBOX_HINT)
    return numbers


def _number(text: str) -> float | None:
    try:
        return float(text) if "_" not in text else None
    except ValueError:
        return None


def shape_area(value: object, name: str) -> Area:
    """The area of a GeoJSON geometry, as JSON text or value; raises Invalid, which tells it by its name."""
    if isinstance(value, str):
        try:
            value = cast("object", json.loads(value))
        except (ValueError, RecursionError):
            raise Invalid(f"{name} is not JSON.", hint="Give a GeoJSON geometry.") from None
    shape = parse_geometry(value)
    if shape is None:
        raise Invalid(
            f"{name} is not a GeoJSON geometry with coordinates on earth.",
            hint=f"Its type may be {', '.join(sorted(GEOMETRY_TYPES))}; not a Feature.",
        )
    if shapely.get_num_coordinates(shape) > MOST_VERTICES:
        raise Invalid(f"{name} has more than {MOST_VERTICES} vertices.", hint="Simplify the geometry.")
    if not shape.is_valid:
        raise Invalid(f"{name} crosses or touches itself.", hint="Draw its rings without crossings.")
    if is_tangled(shape):
        raise Invalid(f"{name} crosses itself too often.", hint="Simplify the geometry.")
    # As it is given: a band round the Earth may be searched.
    shape = normalise(shape)
    return Area(covering_boxes(shape), shape, is_boxes=False)
