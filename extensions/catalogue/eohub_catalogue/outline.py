"""The footprint that a map draws of an item, repaired and thinned out, and the box around it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import shapely
from shapely.geometry.base import BaseGeometry

from eohub_catalogue.antimeridian import as_meant
from eohub_catalogue.index.footprint import bounds_of, boxes_of, crosses, normalise, parse_geometry, shape_of
from eohub_catalogue.reading import mapping, number, positions, sequence
from eohub_catalogue.wire import Bbox

MOST_POSITIONS: Final = 200
_MOST_SIMPLIFIED: Final = 20_000
_MOST_RINGS: Final = 1_000
# Shares of the footprint's size by which its outline may move, tried in this order.
_TOLERANCES: Final = (0.0005, 0.002, 0.01, 0.03)
_MOST_UNITED: Final = 50
_HAIR: Final = 1e-5
# A centimetre, so that a field of ten metres keeps its corners.
_STEP_DEGREES: Final = 1e-7
_TO_MULTI: Final = {"Point": "MultiPoint", "LineString": "MultiLineString", "Polygon": "MultiPolygon"}


@dataclass(frozen=True)
class Outline:
    """A valid GeoJSON geometry within -180..180 of about 200 positions at most, and its box; or neither."""

    geometry: dict[str, object] | None
    bbox: Bbox | None


def outline_of(item: Mapping[str, object]) -> Outline:
    """The outline by the item's geometry, else by its bounding box; never raises."""
    shape = _shape_of(item)
    if shape is None or shape.is_empty:
        return Outline(None, None)
    return Outline(geojson_of(_thinned(of_one_kind(shape))), _box_around(shape))


def _shape_of(item: Mapping[str, object]) -> BaseGeometry | None:
    bbox = item.get("bbox")
    geometry = as_meant(item.get("geometry"), bbox)
    shape = parse_geometry(geometry)
    if shape is None:
        shape = parse_geometry(_tidied(mapping(geometry)))
    bounds = bounds_of(bbox)
    if shape is not None:
        return normalise(shape, crosses_antimeridian=crosses(bounds))
    boxes = boxes_of(bounds) if bounds else ()
    return shape_of(boxes) if boxes else None


def _tidied(geometry: Mapping[str, object]) -> dict[str, object] | None:
    """The geometry with rings closed and without what is no position; None where it has no rings to mend."""
    coordinates = sequence(geometry.get("coordinates"))
    match geometry.get("type"):
        case "Polygon":
            polygons = [coordinates]
        case "MultiPolygon":
            polygons = [sequence(polygon) for polygon in coordinates[:_MOST_RINGS]]
        case _:
            return None
    mended = [
        [ring for raw in polygon[:_MOST_RINGS] if (ring := _closed(raw)) is not None] for polygon in polygons
    ]
    return {"type": "MultiPolygon", "coordinates": [rings for rings in mended if rings]}


def _closed(ring: object) -> list[list[float]] | None:
    found: list[list[float]] = []
    for position in positions(ring):
        longitude, latitude = (number(part) for part in [*position[:2], None, None][:2])
        if longitude is not None and latitude is not None:
            found.append([longitude, latitude])
    if not found:
        return None
    # Two corners are a line and one is a point: rings of no area, which drawing takes for what they are.
    while len(found) < 3:
        found.append(found[-1])
    return found if found[0] == found[-1] and len(found) > 3 else [*found, found[0]]


def of_one_kind(shape: BaseGeometry) -> BaseGeometry:
    """Areas without the lines and points that mending leaves behind, else lines, else points."""
    if shape.geom_type in ("Point", "LineString", "Polygon", "MultiPolygon"):
        return shape
    parts = [part for outer in shapely.get_parts(shape) for part in shapely.get_parts(outer)]
    parts = [inner for part in parts for inner in shapely.get_parts(part) if not inner.is_empty]
    highest = max((shapely.get_dimensions(part) for part in parts), default=0)
    return _joined([part for part in parts if shapely.get_dimensions(part) == highest])


def _joined(parts: Sequence[BaseGeometry]) -> BaseGeometry:
    if len(parts) == 1:
        return parts[0]
    kinds = {part.geom_type for part in parts}
    match _TO_MULTI.get(kinds.pop()) if len(kinds) == 1 else None:
        case "MultiPolygon":
            areas = shapely.MultiPolygon(cast("list[shapely.Polygon]", list(parts)))
            if areas.is_valid:
                return areas
            # They lie over each other. To unite many takes long, to unite their boxes does not.
            return shapely.union_all(parts if len(parts) <= _MOST_UNITED else shapely.envelope(parts))
        case "MultiLineString":
            return shapely.MultiLineString(cast("list[shapely.LineString]", list(parts)))
        case "MultiPoint":
            return shapely.MultiPoint(cast("list[shapely.Point]", list(parts)))
        case _:
            return shapely.GeometryCollection(list(parts))


def _thinned(shape: BaseGeometry) -> BaseGeometry:
    if shapely.get_num_coordinates(shape) <= MOST_POSITIONS:
        # Corners that nearly lie on each other make some maps lose a ring.
        return _rounded(_simplified(shape, (_HAIR,), most=0))
    if shapely.get_num_coordinates(shape) > _MOST_SIMPLIFIED:
        shape = _hulls(shape)
    thinner = _simplified(shape)
    if shapely.get_num_coordinates(thinner) > MOST_POSITIONS:
        # Many small parts: what lies around them says where they are.
        thinner = _simplified(_hulls(shape))
    return _rounded(thinner)


def _simplified(
    shape: BaseGeometry, tolerances: Sequence[float] = _TOLERANCES, most: int = MOST_POSITIONS
) -> BaseGeometry:
    west, south, east, north = shape.bounds
    size = max(east - west, north - south)
    thinner = shape
    for tolerance in tolerances:
        if shapely.get_num_coordinates(thinner) <= most:
            break
        # Lines may cross themselves as they like, and keeping how they do takes long.
        keeps = "Polygon" in shape.geom_type
        found = shapely.simplify(shape, tolerance * size, preserve_topology=keeps)
        thinner = thinner if found.is_empty else found
    return thinner


def _hulls(shape: BaseGeometry) -> BaseGeometry:
    """The convex hull; one on each side where the shape was cut at the antimeridian."""
    west, _, east, _ = shape.bounds
    if east - west <= 180:
        return shapely.convex_hull(shape)
    parts = shapely.get_parts(shape)
    middles = (shapely.bounds(parts)[:, 0] + shapely.bounds(parts)[:, 2]) / 2
    groups = [parts[middles < 0], parts[middles >= 0]] if len(parts) > 1 else [parts]
    sides = [shapely.GeometryCollection(list(group)) for group in groups if len(group)]
    return of_one_kind(shapely.GeometryCollection([shapely.convex_hull(side) for side in sides]))


def _rounded(shape: BaseGeometry) -> BaseGeometry:
    rounded = shapely.set_precision(shape, _STEP_DEGREES)
    if rounded.is_empty or shapely.get_dimensions(rounded) < shapely.get_dimensions(shape):
        return shape
    return rounded


def geojson_of(shape: BaseGeometry) -> dict[str, object]:
    """A shape as GeoJSON, rings in the order of RFC 7946."""
    if "Polygon" in shape.geom_type:
        shape = shapely.orient_polygons(shape)
    return cast("dict[str, object]", json.loads(str(shapely.to_geojson(shape))))


def _box_around(shape: BaseGeometry) -> Bbox:
    """The box of a shape; west > east where it reaches 180 degrees from both sides, with room between."""
    west, south, east, north = (float(edge) for edge in shape.bounds)
    parts = shapely.get_parts(shape)
    if west > -180 or east < 180 or len(parts) < 2:
        return west, south, east, north
    spans: list[Any] = sorted(shapely.bounds(parts)[:, (0, 2)].tolist())
    reached, gap = spans[0][1], (0.0, west, east)
    for start, end in spans[1:]:
        gap = max(gap, (start - reached, start, reached))
        reached = max(reached, end)
    return gap[1], south, gap[2], north
