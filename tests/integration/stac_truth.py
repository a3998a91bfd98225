"""Which items a question should find, worked out item by item, without anything of EOHub's own.

An item lies where its geometry says, else where its `bbox` says; longitudes beyond 180 go on behind the
antimeridian, and what only ends there does not lie behind it. A polygon that goes round the earth, though its
`bbox` says that it crosses the antimeridian, or though it is no larger than a tile without its jumps of more
than half the earth, was not cut there. An item is valid from its start to its end, else at its datetime. A
property that is missing or null makes a comparison unknown, and what is unknown is not found, also not by its
negation.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import shapely
from shapely.affinity import translate
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

type Document = dict[str, Any]
type Test = Callable[[Document], bool]
type Value = Callable[[Document], Any]


def every(*tests: Test) -> Test:
    return lambda item: all(test(item) for test in tests)


def either(*tests: Test) -> Test:
    return lambda item: any(test(item) for test in tests)


def anything(item: Document) -> bool:
    return True


# Places


def place_of(item: Document) -> BaseGeometry | None:
    bbox = item.get("bbox")
    bounds = bbox if isinstance(bbox, list) and len(bbox) in (4, 6) else None
    crosses = bounds is not None and bounds[0] > bounds[len(bounds) // 2]
    if isinstance(item.get("geometry"), dict):
        parts = shapely.get_parts(shapely.force_2d(shape(item["geometry"])))
        return shapely.union_all([shapely.make_valid(_joined(part, crosses=crosses)) for part in parts])
    return None if bounds is None else _box(bounds[0], bounds[1], *bounds[len(bounds) // 2 :][:2])


def _joined(part: BaseGeometry, *, crosses: bool) -> BaseGeometry:
    west, south, east, north = part.bounds
    if not isinstance(part, shapely.Polygon) or east - west <= 180 or max(-west, east) > 180:
        return part
    joined = shapely.Polygon(_unwrapped(part.exterior), [_unwrapped(ring) for ring in part.interiors])
    width = joined.bounds[2] - joined.bounds[0]
    return joined if width < 180 and (crosses or (width < 60 and north - south < 20)) else part


def _unwrapped(ring: BaseGeometry) -> list[tuple[float, float]]:
    longitudes, latitudes = shapely.get_coordinates(ring).T
    return list(zip(np.unwrap(longitudes, period=360), latitudes, strict=True))


def _box(west: float, south: float, east: float, north: float) -> BaseGeometry:
    east = east + 360 if west > east else east
    if west == east and south == north:
        return shapely.Point(west, south)
    if west == east or south == north:
        return shapely.LineString([(west, south), (east, north)])
    return shapely.box(west, south, east, north)


def _turned(place: BaseGeometry) -> list[BaseGeometry]:
    """The same place as seen by whoever counts longitudes once more or once less around the earth."""
    return [translate(place, degrees) for degrees in (-360, 0, 360)]


def _overlap(asked: BaseGeometry, place: BaseGeometry) -> bool:
    if asked.intersects(place):
        return True
    for degrees in (-360, 360):
        turned = translate(place, degrees)
        if asked.intersects(turned):
            west, _, east, _ = asked.intersection(turned).bounds
            if not (west == east and abs(west) == 180):
                return True
    return False


def meets(area: Document) -> Test:
    return _touches(shape(area))


def in_box(west: float, south: float, east: float, north: float) -> Test:
    return _touches(_box(west, south, east, north))


def _touches(asked: BaseGeometry) -> Test:
    def test(item: Document) -> bool:
        place = place_of(item)
        return place is not None and _overlap(asked, place)

    return test


def in_heights(bottom: float, top: float) -> Test:
    """An item without heights lies at all of them."""

    def test(item: Document) -> bool:
        bbox, geometry = item.get("bbox") or [], item.get("geometry")
        heights = [bbox[2], bbox[5]] if len(bbox) == 6 else []
        if not heights and geometry and shape(geometry).has_z:
            heights = shapely.get_coordinates(shape(geometry), include_z=True)[:, 2].tolist()
        return not heights or (min(heights) <= top and max(heights) >= bottom)

    return test


def spatial(relation: Callable[[BaseGeometry, BaseGeometry], bool], area: Document) -> Test:
    """A spatial relation of CQL2 between the item's place and `area`."""
    asked = shape(area)

    def test(item: Document) -> bool:
        place = place_of(item)
        return place is not None and any(relation(turned, asked) for turned in _turned(place))

    return test


# Times


def moment(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def times_of(item: Document) -> tuple[datetime, datetime] | None:
    properties = item["properties"]
    start, end = moment(properties.get("start_datetime")), moment(properties.get("end_datetime"))
    if start and end and start <= end:
        return start, end
    instant = moment(properties.get("datetime"))
    known = [instant] if instant else [one for one in (start, end) if one]
    return (min(known), max(known)) if known else None


def valid(start: str | None, end: str | None) -> Test:
    first, last = moment(start), moment(end)

    def test(item: Document) -> bool:
        times = times_of(item)
        return times is not None and (not last or times[0] <= last) and (not first or times[1] >= first)

    return test


def then(relation: Callable[[datetime, datetime], bool]) -> Test:
    """A temporal relation of CQL2, asked of the first and the last moment of an item."""

    def test(item: Document) -> bool:
        times = times_of(item)
        return times is not None and relation(*times)

    return test


def instant(test: Callable[[datetime], bool]) -> Test:
    """A comparison with the property datetime, which items with a range may lack."""

    def of(item: Document) -> bool:
        at = moment(item["properties"].get("datetime"))
        return at is not None and test(at)

    return of


# Properties


def value(name: str) -> Value:
    """A member of the properties, or of the item where it is one of these."""
    if name in ("id", "collection"):
        return lambda item: item[name]
    return lambda item: item["properties"].get(name)


def number(name: str) -> Value:
    """A property that is a number; one of another type is as good as missing."""

    def get(item: Document) -> Any:
        found = item["properties"].get(name)
        return found if isinstance(found, int | float) and not isinstance(found, bool) else None

    return get


def text(name: str) -> Value:
    """A property that is a text; one of another type is as good as missing."""
    get = value(name)
    return lambda item: get(item) if isinstance(get(item), str) else None


def known(get: Value, test: Callable[[Any], bool]) -> Test:
    """Whether `test` holds for a value that is there."""
    return lambda item: get(item) is not None and test(get(item))


def like(name: str, pattern: str) -> Test:
    expression = re.escape(pattern).replace("%", ".*").replace("_", ".")
    return known(text(name), lambda found: re.fullmatch(expression, found, re.DOTALL) is not None)


def plain(words: str) -> str:
    """Without accents."""
    return "".join(one for one in unicodedata.normalize("NFD", words) if not unicodedata.combining(one))


def array(name: str) -> Value:
    get = value(name)
    return lambda item: get(item) if isinstance(get(item), list) else None


# Free text


def says(*terms: str) -> Test:
    """One of the terms occurs with all of its words, each at the beginning of one of the item's words."""

    def test(item: Document) -> bool:
        words = _words_of(item)
        return any(
            all(any(one.startswith(word) for one in words) for word in _tokens(term)) for term in terms
        )

    return test


def _begins(words: set[str], word: str) -> bool:
    return any(one.startswith(word) for one in words)


def _words_of(item: Document) -> set[str]:
    properties = item["properties"]
    keywords = properties.get("keywords")
    texts = [item["id"], properties.get("title"), properties.get("description")]
    texts += keywords if isinstance(keywords, list) else []
    texts += list(properties.get("cube:variables") or {})
    return {word for one in texts if isinstance(one, str) for word in _tokens(one)}


def _tokens(words: str) -> list[str]:
    return re.findall(r"[^\W_]+", plain(words).lower())
