"""Where an item lies: GeoJSON and bounding boxes made comparable, at the antimeridian too."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from eohub_catalogue.antimeridian import as_meant
from eohub_catalogue.index.jsontext import to_json
from eohub_toolkit.errors import Invalid

type Box = tuple[float, float, float, float]
"""West, south, east and north in degrees; west is never greater than east, longitudes are in -180..180."""

# A tuple, because a defective `type` may be of a kind that a set cannot be asked about.
GEOMETRY_TYPES = (
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
)
_HEMISPHERES = ((-180.0, 0.0), (0.0, 180.0))
_LATITUDE_SLACK = 1e-6
_MOST_MEETINGS = 200
"""How often the sides of a shape may meet beyond those that follow each other, for it to be mended: what that
takes grows with their square, to minutes for a scribble of a few hundred corners."""
_FIRST_SIDES, _SIDES_AT_ONCE = 2, 64
_FIRST_COLLECTION = shapely.GeometryType.MULTIPOINT
# Types, because true and false are integers to `isinstance`, and because this is asked for every item.
_NUMBERS: frozenset[type] = frozenset({int, float})


@dataclass(frozen=True)
class Footprint:
    """An item's place on earth: boxes that cover it, and its shape where that is not just one box.

    `shape` is WKB in two dimensions. `bottom` and `top` are heights as the item gives them, or None.
    """

    boxes: tuple[Box, ...]
    shape: bytes | None
    bottom: float | None
    top: float | None

    @property
    def envelope(self) -> Box:
        """The smallest box around all boxes, without regard to the antimeridian."""
        if len(self.boxes) == 1:
            return self.boxes[0]
        west, south, east, north = zip(*self.boxes, strict=True)
        return min(west), min(south), max(east), max(north)


def footprints_of(places: Sequence[tuple[object, object]]) -> list[Footprint | None]:
    """The footprint of each pair of a GeoJSON geometry and a bounding box, as `footprint_of` gives it.

    GEOS reads and judges all plain geometries in one go; the others are looked at one by one.
    """
    rectangles = [_rectangle(geometry) for geometry, _ in places]
    texts = [
        _geojson_text(geometry) if rectangle is None else None
        for (geometry, _), rectangle in zip(places, rectangles, strict=True)
    ]
    shapes = shapely.from_geojson(np.array(texts, dtype=object), on_invalid="ignore")
    has_heights = shapely.has_z(shapes)
    shapes = shapely.force_2d(shapes)
    bounds = shapely.bounds(shapes)
    plain = shapely.is_valid(shapes) & ~shapely.is_empty(shapes) & (bounds[:, 2] - bounds[:, 0] <= 180)
    plain &= (bounds[:, :2] >= (-180, -90)).all(axis=1) & (bounds[:, 2:] <= (180, 90)).all(axis=1)
    found: list[Footprint | None] = []
    rows = zip(places, rectangles, plain, has_heights, bounds.tolist(), shapely.to_wkb(shapes), strict=True)
    for (geometry, bbox), rectangle, is_plain, has_height, box, wkb in rows:
        limits = bounds_of(bbox)
        bottom, top = _heights_of(limits)
        if rectangle is not None and not crosses(limits) and rectangle[2] - rectangle[0] <= 180:
            found.append(Footprint((rectangle,), None, bottom, top))
        elif is_plain and not crosses(limits) and not (has_height and bottom is None):
            found.append(Footprint((tuple(box),), wkb, bottom, top))
        else:
            found.append(footprint_of(geometry, bbox))
    return found


def footprint_of(geometry: object, bbox: object) -> Footprint | None:
    """The footprint that a geometry gives, else the bounding box; None where neither is usable."""
    bounds = bounds_of(bbox)
    bottom, top = _heights_of(bounds)
    meant = as_meant(geometry, bbox)
    if meant is geometry and (rectangle := _rectangle(geometry)) is not None and not crosses(bounds):
        return Footprint((rectangle,), None, bottom, top)
    shape = parse_geometry(geometry)
    if shape is None:
        boxes = boxes_of(bounds) if bounds else ()
        if not boxes:
            return None
        return Footprint(boxes, shapely.to_wkb(shape_of(boxes)) if len(boxes) > 1 else None, bottom, top)
    if bottom is None:
        bottom, top = _shape_heights(shape)
    if meant is not geometry:
        shape = parse_geometry(meant) or shape
    shape = normalise(shape, crosses_antimeridian=crosses(bounds))
    return Footprint(covering_boxes(shape), shapely.to_wkb(shape), bottom, top)


def bounds_of(bbox: object) -> tuple[float, ...] | None:
    """Four or six finite numbers from a `bbox`, one level of nesting forgiven; None for anything else."""
    if not isinstance(bbox, list):
        return None
    flat = cast("list[object]", bbox)
    kinds = set(map(type, flat))
    if list in kinds:
        parts = [cast("list[object]", part) if isinstance(part, list) else [part] for part in flat]
        flat = [number for part in parts for number in part]
        kinds = set(map(type, flat))
    if len(flat) not in (4, 6) or not kinds <= _NUMBERS:
        return None
    numbers = cast("list[float]", flat)
    half = len(numbers) // 2
    south, north = numbers[1], numbers[half + 1]
    on_earth = -90 - _LATITUDE_SLACK <= south <= north <= 90 + _LATITUDE_SLACK
    on_earth = on_earth and abs(numbers[0]) <= 360 and abs(numbers[half]) <= 360
    if not on_earth or (half == 3 and not (is_number(numbers[2]) and is_number(numbers[5]))):
        return None
    return tuple(map(float, numbers))


def boxes_of(bounds: Sequence[float]) -> tuple[Box, ...]:
    """One box, or two where the bounds cross the antimeridian; they are four numbers, or six with heights."""
    half = len(bounds) // 2
    south, north = bounds[1], bounds[half + 1]
    return tuple((west, south, east, north) for west, east in longitude_parts(bounds[0], bounds[half]))


def longitude_parts(west: float, east: float) -> tuple[tuple[float, float], ...]:
    """A range of longitudes as one or two ranges within -180..180; west > east crosses the antimeridian."""
    if -180 <= west <= east <= 180:
        return ((west, east),)
    if west > east:
        east += 360
    if east - west >= 360:
        return ((-180.0, 180.0),)
    turns = math.floor((west + 180) / 360) * 360
    west, east = west - turns, east - turns
    return ((west, east),) if east <= 180 else ((west, 180.0), (-180.0, east - 360))


def shape_of(boxes: Sequence[Box]) -> BaseGeometry:
    """The boxes as one geometry."""
    shapes = [box_shape(*box) for box in boxes]
    return shapes[0] if len(shapes) == 1 else shapely.union_all(shapes)


def box_shape(west: float, south: float, east: float, north: float) -> BaseGeometry:
    """A box as a geometry; one without width or height becomes a line or a point."""
    if west == east and south == north:
        return shapely.Point(west, south)
    if west == east or south == north:
        return shapely.LineString([(west, south), (east, north)])
    return shapely.box(west, south, east, north)


def parse_geometry(geometry: object) -> BaseGeometry | None:
    """A GeoJSON geometry as a shape with finite coordinates on earth; None where it is none or empty."""
    text = _geojson_text(geometry)
    shape = None if text is None else shapely.from_geojson(text, on_invalid="ignore")
    return shape if shape is not None and not shape.is_empty and _is_on_earth(shape) else None


def normalise(shape: BaseGeometry, *, crosses_antimeridian: bool = False) -> BaseGeometry:
    """The shape in two dimensions, valid, and with its longitudes brought into -180..180.

    One that crosses itself hundreds of times becomes the box around it. `crosses_antimeridian` tells that a
    shape wider than half the earth was drawn without being cut at the antimeridian, as its bounding box with
    west > east says.
    """
    flat = shapely.force_2d(shape)
    west, _, east, _ = flat.bounds
    if crosses_antimeridian and east - west > 180 and shapely.get_num_geometries(flat) == 1:
        flat = shapely.transform(flat, _eastern)
    if not flat.is_valid:
        flat = shapely.envelope(flat) if is_tangled(flat) else _mended(flat)
    west, _, east, _ = flat.bounds
    if west >= -180 and east <= 180:
        return flat
    turns = range(math.floor((west + 180) / 360), math.floor((east + 180) / 360) + 1)
    cut = [_part_within(part, turn) for turn in turns for part in shapely.get_parts(flat)]
    # They are not united: parts that lie over each other may meet any number of times.
    parts = shapely.get_parts([part for part in cut if not part.is_empty])
    return parts[0] if len(parts) == 1 else shapely.GeometryCollection(list(parts))


def crosses(bounds: Sequence[float] | None) -> bool:
    """Whether bounds say that they cross the antimeridian, with west > east."""
    return bounds is not None and bounds[0] > bounds[len(bounds) // 2]


def covering_boxes(shape: BaseGeometry) -> tuple[Box, ...]:
    """One box, or one for each hemisphere where parts lie far apart, so that the index stays selective."""
    parts = shapely.get_parts(shape)
    west, _, east, _ = shape.bounds
    if len(parts) == 1 or east - west <= 180:
        return (shape.bounds,)
    bounds, boxes = shapely.bounds(parts), list[Box]()
    for low, high in _HEMISPHERES:
        middle = (bounds[:, 0] + bounds[:, 2]) / 2
        mine = bounds[(middle >= low) & ((middle < high) | (high == 180))]
        if len(mine):
            west, south = mine[:, :2].min(axis=0)
            east, north = mine[:, 2:].max(axis=0)
            boxes.append((float(west), float(south), float(east), float(north)))
    return tuple(boxes)


def is_number(value: object) -> bool:
    """Whether a JSON value is a finite number, which true and false are not."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300


def _geojson_text(geometry: object) -> str | None:
    """The text of a geometry for GEOS to read and judge; None for what cannot be one."""
    if not isinstance(geometry, dict):
        return None
    document = cast("dict[str, object]", geometry)
    if document.get("type") not in GEOMETRY_TYPES:
        return None
    try:
        return to_json(document)
    except Invalid:
        return None


def _heights_of(bounds: Sequence[float] | None) -> tuple[float | None, float | None]:
    if bounds is None or len(bounds) != 6:
        return None, None
    return min(bounds[2], bounds[5]), max(bounds[2], bounds[5])


def _part_within(shape: BaseGeometry, turn: int) -> BaseGeometry:
    window = (-180 + 360 * turn, -90, 180 + 360 * turn, 90)
    if "Line" in shape.geom_type or shape.geom_type == "GeometryCollection":
        # Lines may cross themselves as often as they like, and an intersection finds every crossing.
        inside = shapely.clip_by_rect(shape, *window)
    else:
        inside = shapely.intersection(shape, shapely.box(*window))
    return shapely.transform(inside, partial(_shifted, degrees=-360 * turn))


def _mended(shape: BaseGeometry) -> BaseGeometry:
    try:
        return shapely.make_valid(shape)
    except shapely.errors.GEOSException:
        # GEOS refuses some areas of which a part has collapsed to a point.
        parts = [shapely.make_valid(part) for part in shapely.get_parts(shape)]
        return shapely.GeometryCollection(parts)


def is_tangled(shape: BaseGeometry) -> bool:
    """Whether its lines and rings meet themselves or each other hundreds of times.

    Until then GEOS mends and compares it in milliseconds; afterwards it takes minutes, and cannot be stopped.
    """
    parts = shapely.get_parts(shape)
    while (is_nested := shapely.get_type_id(parts) >= _FIRST_COLLECTION).any():
        parts = np.concatenate([parts[~is_nested], shapely.get_parts(parts[is_nested])])
    is_line = shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING
    rings = np.concatenate([shapely.get_rings(parts), parts[is_line]])
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    sides: Any = shapely.linestrings(np.stack([corners[:-1], corners[1:]], axis=1)[ring[:-1] == ring[1:]])
    tree = shapely.STRtree(sides)
    meetings = start = 0
    # Few at first: where every side meets every other one, the first ones tell.
    at_once = _FIRST_SIDES
    while start < len(sides):
        some = sides[start : start + at_once]
        # Each side meets itself, the one before and the one behind; two that cross are found twice.
        meetings += tree.query(some, predicate="intersects").shape[1] - 3 * len(some)
        if meetings > 2 * _MOST_MEETINGS:
            return True
        start, at_once = start + at_once, min(2 * at_once, _SIDES_AT_ONCE)
    return False


def _shifted(coordinates: Any, degrees: float) -> Any:
    coordinates[:, 0] += degrees
    return coordinates


def _eastern(coordinates: Any) -> Any:
    coordinates[coordinates[:, 0] < 0, 0] += 360
    return coordinates


def _is_on_earth(shape: BaseGeometry) -> bool:
    west, south, east, north = shape.bounds
    latitudes = south >= -90 - _LATITUDE_SLACK and north <= 90 + _LATITUDE_SLACK
    finite = bool(np.isfinite(shapely.get_coordinates(shape)).all())
    return finite and latitudes and west >= -360 and east <= 360


def _shape_heights(shape: BaseGeometry) -> tuple[float | None, float | None]:
    if not shape.has_z:
        return None, None
    heights = shapely.get_coordinates(shape, include_z=True)[:, 2]
    known = heights[np.isfinite(heights)]
    return (float(known.min()), float(known.max())) if len(known) else (None, None)


def _rectangle(geometry: object) -> Box | None:
    """The box that a polygon of one ring with four upright sides is, without asking shapely (fast)."""
    match geometry:
        case {"type": "Polygon", "coordinates": [[[a, b], [c, d], [e, f], [g, h], [i, j]]]}:
            numbers = (a, b, c, d, e, f, g, h, i, j)
        case _:
            return None
    if not _NUMBERS.issuperset(map(type, numbers)) or (a, b) != (i, j):
        return None
    upright = (b == d and c == e and f == h and g == a) or (a == c and d == f and e == g and h == b)
    if not upright or a == e or b == f:
        return None
    west, east, south, north = float(min(a, e)), float(max(a, e)), float(min(b, f)), float(max(b, f))
    return (
        (west, south, east, north) if west >= -180 and east <= 180 and -90 <= south <= north <= 90 else None
    )
