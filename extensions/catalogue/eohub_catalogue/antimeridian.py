"""Polygons that were drawn across 180 degrees without being cut there, told from those round the Earth."""

from collections.abc import Mapping, Sequence
from typing import Final, cast

from eohub_catalogue.reading import mapping, number, positions, sequence

# A strip round the Earth that is no higher than a tile, and that would be narrow if it crossed 180 degrees,
# is a tile that crosses: grids of the whole Earth are higher.
_STRIP_HEIGHT: Final = 20
_TILE_WIDTH: Final = 60
_MOST_RINGS: Final = 1_000

type Corner = tuple[float, float]


def crosses_uncut(geometry: object, bbox: object) -> bool:
    """Whether a polygon of the geometry crosses 180 degrees and was not cut there.

    The bounding box may say so with west > east; without that, what the polygon looks like decides.
    """
    said = _is_said(bbox)
    return any(_crosses(polygon[0], said=said) for polygon in _polygons(mapping(geometry)) if polygon)


def as_meant(geometry: object, bbox: object) -> object:
    """The geometry, `continued` where it crosses: what is drawn of an item, and what it is found by."""
    return continued(geometry, bbox) if crosses_uncut(geometry, bbox) else geometry


def continued(geometry: object, bbox: object) -> dict[str, object]:
    """The geometry with such polygons continued beyond 180 or -180 degrees, where they can be cut."""
    said = _is_said(bbox)
    polygons = [
        _continued(polygon) if polygon and _crosses(polygon[0], said=said) else polygon
        for polygon in _polygons(mapping(geometry))
    ]
    return {"type": "MultiPolygon", "coordinates": polygons}


def corners_of(ring: object) -> list[Corner] | None:
    """The corners of a ring in longitude and latitude, at most 20,000; None where one is not two numbers."""
    found: list[Corner] = []
    for position in positions(ring):
        longitude, latitude = (number(part) for part in [*position[:2], None, None][:2])
        if longitude is None or latitude is None:
            return None
        found.append((longitude, latitude))
    return found


def _polygons(shape: Mapping[str, object]) -> list[list[list[Corner]]]:
    coordinates = sequence(shape.get("coordinates"))
    match shape.get("type"):
        case "Polygon":
            polygons: Sequence[object] = [coordinates]
        case "MultiPolygon":
            polygons = coordinates[:_MOST_RINGS]
        case _:
            return []
    return [[corners_of(ring) or [] for ring in sequence(polygon)[:_MOST_RINGS]] for polygon in polygons]


def _is_said(bbox: object) -> bool:
    edges = [number(part) for part in sequence(bbox)[:7]]
    if len(edges) not in (4, 6) or None in edges:
        return False
    west, east = cast("list[float]", edges)[0], cast("list[float]", edges)[len(edges) // 2]
    return west > east


def _crosses(outer: Sequence[Corner], *, said: bool) -> bool:
    longitudes, latitudes = [corner[0] for corner in outer], [corner[1] for corner in outer]
    if not outer or max(map(abs, longitudes)) > 180 or max(longitudes) - min(longitudes) <= 180:
        return False
    moved = [corner[0] for corner in _unwrapped(outer)]
    width = max(moved) - min(moved)
    if moved[0] != moved[-1] or not 0 < width < 180:
        return False
    return said or (max(latitudes) - min(latitudes) < _STRIP_HEIGHT and width < _TILE_WIDTH)


def _continued(polygon: Sequence[Sequence[Corner]]) -> list[list[Corner]]:
    rings = [_unwrapped(ring) for ring in polygon if ring]
    middle = (min(corner[0] for corner in rings[0]) + max(corner[0] for corner in rings[0])) / 2
    return [_turned(ring, 360 * round((middle - ring[0][0]) / 360)) for ring in rings]


def _turned(ring: Sequence[Corner], degrees: float) -> list[Corner]:
    return [(longitude + degrees, latitude) for longitude, latitude in ring]


def _unwrapped(ring: Sequence[Corner]) -> list[Corner]:
    """The ring without jumps of more than half the Earth: behind one, it goes on beyond 180 degrees."""
    found: list[Corner] = []
    turn = 0.0
    for longitude, latitude in ring:
        if found:
            jump = longitude + turn - found[-1][0]
            turn -= 360 * round(jump / 360)
        found.append((longitude + turn, latitude))
    return found
