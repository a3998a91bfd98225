"""The bounding box: can it be read, and does it fit the geometry."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from eohub_catalogue.reading import mapping, number, positions, sequence

# Boxes are often rounded, or drawn round a raster whose corners hold no data.
_SLACK_DEGREES: Final = 0.1
_SLACK_SHARE: Final = 0.2


def check(item: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Defects of the bounding box."""
    if item.get("bbox") is None:
        if item.get("geometry") is not None:
            yield "bbox_missing", "It has a geometry but no bounding box, so some software cannot place it."
        return
    box = sequence(item["bbox"])
    if box and isinstance(box[0], list):
        yield "bbox_nested", "Its bounding box is nested in a second list; the inner one was meant."
        return
    numbers = [number(part) for part in box[:7]]
    edges = [part for part in numbers if part is not None]
    if len(numbers) not in (4, 6) or len(edges) != len(numbers):
        yield "bbox_broken", "Its bounding box is not four or six numbers, so its geometry has to do."
        return
    half = len(edges) // 2
    west, south, east, north = edges[0], edges[1], edges[half], edges[half + 1]
    yield from _edges(west, south, east, north)
    outline = _extremes(item)
    if outline is None or max(map(abs, edges[:2])) > 360:
        return
    if (west, east) == (-180, 180) and _crosses_antimeridian(item):
        yield (
            "bbox_world",
            "Its bounding box spans the whole Earth because it crosses 180 degrees, so searches anywhere "
            "at its latitude find it.",
        )
    elif west <= east and south <= north:
        yield from _fit((west, south, east, north), outline)


def _edges(west: float, south: float, east: float, north: float) -> Iterator[tuple[str, str]]:
    if south > north:
        yield (
            "bbox_swapped",
            "The south edge of its bounding box lies north of the north edge, so it holds nothing.",
        )
    if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90:
        yield (
            "bbox_range",
            "Its bounding box reaches beyond 180 or 90 degrees, so searches by area may miss a part of it.",
        )


def _fit(box: Sequence[float], outline: Sequence[float]) -> Iterator[tuple[str, str]]:
    if _agree(box, outline):
        return
    west, south, east, north = box
    if _agree((south, west, north, east), outline):
        yield (
            "bbox_axes",
            "Its bounding box has latitude before longitude, so searches by area look for it elsewhere.",
        )
    else:
        yield (
            "bbox_mismatch",
            "Its bounding box does not fit its geometry, so where it is found is not where it is drawn.",
        )


def _agree(box: Sequence[float], outline: Sequence[float]) -> bool:
    size = max(outline[2] - outline[0], outline[3] - outline[1])
    slack = _SLACK_DEGREES + _SLACK_SHARE * size
    return all(abs(one - other) <= slack for one, other in zip(box, outline, strict=True))


def _extremes(item: Mapping[str, object]) -> tuple[float, float, float, float] | None:
    """The edges of the geometry's positions; None where they are not all on the Earth."""
    found: list[tuple[float, float]] = []
    for position in positions(mapping(item.get("geometry")).get("coordinates")):
        longitude, latitude = (number(part) for part in [*position[:2], None, None][:2])
        if longitude is None or latitude is None or abs(longitude) > 180 or abs(latitude) > 90:
            return None
        found.append((longitude, latitude))
    if not found:
        return None
    longitudes, latitudes = zip(*found, strict=True)
    return min(longitudes), min(latitudes), max(longitudes), max(latitudes)


def _crosses_antimeridian(item: Mapping[str, object]) -> bool:
    longitudes = [
        longitude
        for position in positions(mapping(item.get("geometry")).get("coordinates"))
        if (longitude := number(position[0])) is not None
    ]
    if not longitudes or not min(longitudes) < 0 < max(longitudes):
        return False
    # All at exactly 180 is the outline of the whole Earth, which may well be meant.
    return 90 < min(map(abs, longitudes)) < 180
