"""Shapes that items have in the field, and a short way to ask which defects an item has."""

from typing import Any

from eohub_catalogue.lint import defects_of

# A landscape element of about 10 by 6 m, as reported for another browser that drew nothing of it.
TEN_METRES: dict[str, Any] = {
    "type": "MultiPolygon",
    "coordinates": [
        [
            [
                [5.924644101, 50.777198179], [5.924646423, 50.777190599], [5.924652201, 50.777171705],
                [5.924595033, 50.777150348], [5.924552903, 50.777148292], [5.924557435, 50.777193782],
                [5.924529216, 50.777193909], [5.924584781, 50.77720037], [5.924587654, 50.777191403],
                [5.924606609, 50.777193841], [5.924644101, 50.777198179],
            ]
        ]
    ],
}  # fmt: skip
# The corner before the last lies less than a metre from the first: valid, and lost by some maps.
NEARLY_CLOSED: dict[str, Any] = {
    "type": "Polygon",
    "coordinates": [[[140.0, -30.0], [141.0, -30.0], [141.0, -29.0], [140.0, -29.0], [140.000001, -29.999999],
                     [140.0, -30.0]]],
}  # fmt: skip
# A Landsat scene near Fiji that runs past -180 degrees.
BEYOND_180: dict[str, Any] = {
    "type": "Polygon",
    "coordinates": [[[-180.67, -18.1], [-178.9, -18.1], [-178.6, -16.4], [-180.3, -16.4], [-180.67, -18.1]]],
}


def codes(item: object) -> set[str]:
    """The codes of an item's defects."""
    return {defect.code for defect in defects_of(item)}


def polygon(*corners: tuple[float, float]) -> dict[str, Any]:
    """A polygon of one ring, exactly as given."""
    return {"type": "Polygon", "coordinates": [[list(corner) for corner in corners]]}


def rectangle(west: float, south: float, east: float, north: float) -> list[list[float]]:
    """A closed ring that runs counterclockwise."""
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]
