"""Where an item lies, as its geometry says it: can it be drawn, and does it mean what it says."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import shapely

from eohub_catalogue.antimeridian import Corner, corners_of, crosses_uncut
from eohub_catalogue.reading import mapping, sequence

# A tuple: a set would hash what a catalogue sends, and a list has no hash.
_GEOMETRIES: Final = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon")
_MOST_RINGS: Final = 200
_MOST_CORNERS: Final = 20_000
# About a metre: what rounding to five digits, as some maps do, makes one.
_CLOSE: Final = 1e-5
# About thirty metres, less than a pixel of a map of a town.
_TINY: Final = 3e-4


@dataclass(frozen=True)
class Ring:
    """The corners of one ring in longitude and latitude; the first ring of a polygon is its outer one."""

    corners: tuple[Corner, ...]
    is_outer: bool
    polygon: int


def check(item: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Defects of the geometry; those of its rings only where all its positions lie on the Earth."""
    geometry = item.get("geometry")
    if geometry is None:
        missing = "It has no geometry" if "geometry" in item else "It has no member geometry"
        yield "geometry_null", f"{missing}, so it is missing from searches by area."
        return
    shape = mapping(geometry)
    kind = shape.get("type")
    if kind == "GeometryCollection":
        yield (
            "geometry_collection",
            "Its geometry is a collection of geometries, which STAC does not allow, so some catalogues "
            "do not find it by area.",
        )
        return
    if kind not in _GEOMETRIES:
        yield "geometry_broken", "Its geometry is not GeoJSON, so its bounding box has to do."
        return
    corners = corners_of(shape.get("coordinates"))
    if corners is None:
        yield (
            "geometry_broken",
            "Its geometry has a position without two numbers, so its outline may be wrong.",
        )
        return
    if not corners:
        yield "geometry_empty", "Its geometry has no coordinates, so it is missing from searches by area."
        return
    problem = _off_earth(corners)
    if problem is not None:
        yield problem
        return
    yield from _longitudes(item, corners)
    if kind in ("Polygon", "MultiPolygon"):
        rings = _rings(shape)
        yield from _ring_defects(rings)
        yield from _shape_defects(rings)


def _off_earth(corners: Sequence[Corner]) -> tuple[str, str] | None:
    east = max(abs(longitude) for longitude, _ in corners)
    north = max(abs(latitude) for _, latitude in corners)
    if north <= 90 and east <= 360:
        return None
    if east <= 90 and north <= 180:
        return (
            "geometry_swapped",
            "Its geometry has latitudes beyond 90 degrees, so its axes are probably swapped.",
        )
    if max(east, north) > 1000:
        return (
            "geometry_projected",
            "Its geometry is in metres or pixels instead of degrees, so it cannot be placed by it.",
        )
    return "geometry_range", "Its geometry lies outside of the Earth, so it cannot be placed by it."


def _longitudes(item: Mapping[str, object], corners: Sequence[Corner]) -> Iterator[tuple[str, str]]:
    if max(abs(longitude) for longitude, _ in corners) > 180:
        yield (
            "geometry_antimeridian",
            "Its geometry runs past 180 degrees instead of being split there, so some catalogues find "
            "only one side of it; EOHub draws both.",
        )
        return
    if crosses_uncut(item.get("geometry"), item.get("bbox")):
        yield (
            "geometry_crossing",
            "Its geometry crosses 180 degrees without being split there, so many maps draw it round the "
            "whole Earth; EOHub splits it.",
        )


def _rings(shape: Mapping[str, object]) -> list[Ring]:
    coordinates = sequence(shape.get("coordinates"))
    polygons = [coordinates] if shape.get("type") == "Polygon" else [sequence(each) for each in coordinates]
    found: list[Ring] = []
    room = _MOST_CORNERS
    for place, polygon in enumerate(polygons[:_MOST_RINGS]):
        for order, ring in enumerate(polygon[:_MOST_RINGS]):
            corners = tuple(corners_of(ring) or ())
            room -= len(corners)
            if room < 0 or len(found) == _MOST_RINGS:
                return found
            found.append(Ring(corners, order == 0, place))
    return found


def _ring_defects(rings: Sequence[Ring]) -> Iterator[tuple[str, str]]:
    for ring in rings:
        corners = ring.corners
        distinct = len(set(corners))
        if not corners or corners[0] != corners[-1]:
            yield "ring_open", "A ring of its footprint is not closed, so some software refuses it."
        elif distinct < 3:
            yield "ring_short", "A ring of its footprint has fewer than three corners, so it has no area."
        elif math.dist(corners[-2], corners[0]) < _CLOSE:
            yield (
                "ring_nearly_closed",
                "The last corner but one of its footprint nearly lies on the first, so some maps lose it.",
            )
    outer = [corner for ring in rings if ring.is_outer for corner in ring.corners]
    if not outer:
        return
    width = max(corner[0] for corner in outer) - min(corner[0] for corner in outer)
    height = max(corner[1] for corner in outer) - min(corner[1] for corner in outer)
    if 0 < max(width, height) < _TINY:
        metres = max(height, width * math.cos(math.radians(outer[0][1]))) * 111_320
        yield (
            "ring_tiny",
            f"Its footprint is only about {max(metres, 1):.0f} m across, so on a map it is a dot.",
        )


def _shape_defects(rings: Sequence[Ring]) -> Iterator[tuple[str, str]]:
    holes: dict[int, bool] = {}
    for ring in rings:
        if len(set(ring.corners)) < 3:
            continue
        area = _signed_area(ring.corners)
        if area == 0 and _is_flat(ring.corners):
            yield "ring_flat", "A ring of its footprint encloses no area, so it is a line on a map."
        elif ring.is_outer:
            holes[ring.polygon] = area > 0
        elif holes.get(ring.polygon) == (area > 0):
            yield (
                "hole_orientation",
                "A hole of its footprint runs the same way round as its outer ring, so some maps fill it.",
            )
    for reason in _reasons(rings):
        if "Self-intersection" in reason:
            yield "ring_crossing", "Its footprint crosses itself, so what lies inside of it is not clear."
        elif "Hole lies outside" in reason or "nested" in reason.lower():
            yield "hole_outside", "A hole of its footprint lies outside of its outer ring, so one is wrong."
        elif reason != "Valid Geometry":
            yield "geometry_invalid", "Its footprint is no valid area, so it was repaired to be drawn."


def _signed_area(corners: Sequence[Corner]) -> float:
    """Twice the area, positive where the corners run counterclockwise, as GeoJSON asks for an outer ring.

    Relative to the first corner, so that small rings far from zero do not lose their digits.
    """
    x, y = corners[0]
    moved = [(longitude - x, latitude - y) for longitude, latitude in corners]
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise([*moved, moved[0]]))


def _is_flat(corners: Sequence[Corner]) -> bool:
    return bool(shapely.area(shapely.convex_hull(shapely.MultiPoint(corners))) == 0)


def _reasons(rings: Sequence[Ring]) -> Iterator[str]:
    by_polygon: dict[int, list[Ring]] = {}
    for ring in rings:
        if len(set(ring.corners)) >= 3:
            by_polygon.setdefault(ring.polygon, []).append(ring)
    for group in by_polygon.values():
        closed = [[*ring.corners, ring.corners[0]] for ring in group]
        if group[0].is_outer and not _is_flat(group[0].corners):
            yield str(shapely.is_valid_reason(shapely.Polygon(closed[0], closed[1:])))
