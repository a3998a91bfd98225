"""From what a request says to what is searched: every wrong value becomes one sentence for the person."""

import json
import re
from collections.abc import Mapping
from typing import cast

import shapely

from eohub_catalogue.index.footprint import (
    GEOMETRY_TYPES,
    boxes_of,
    footprint_of,
    is_number,
    normalise,
    parse_geometry,
    shape_of,
)
from eohub_catalogue.index.interval import Interval, searched_interval
from eohub_catalogue.index.ports import Area, ItemQuery
from eohub_catalogue.wire import LONGEST_ID
from eohub_toolkit.errors import Invalid

DEFAULT_LIMIT = 10
LARGEST_PAGE = 100
# OGC API - Features wants a limit that is too large to be lowered; nonsense is still refused.
LARGEST_LIMIT = 1_000_000
LARGEST_LIST = 1_000
LONGEST_TEXT = 1_000
MOST_WORDS = 32
MOST_VERTICES = 5_000

_BBOX_HINT = "Give west,south,east,north in degrees; west > east crosses the antimeridian."
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def item_query(given: Mapping[str, object]) -> ItemQuery:
    """The query that a request's parameters describe, as texts (GET) or JSON values (POST); raises Invalid.

    A parameter that is None or absent asks for nothing. The page token is not looked at here.
    """
    if given.get("bbox") is not None and given.get("intersects") is not None:
        raise Invalid("bbox and intersects cannot be used together.", hint="Leave one of them out.")
    return ItemQuery(
        collections=id_list("collections", given.get("collections")),
        ids=id_list("ids", given.get("ids")),
        area=_area(given.get("bbox"), given.get("intersects")),
        interval=_interval(given.get("datetime")),
        terms=_terms(given.get("q")),
        limit=page_limit(given.get("limit")),
    )


def json_query(given: Mapping[str, object]) -> ItemQuery:
    """The query that the body of a POST describes, in which a `bbox` is a list; raises Invalid."""
    if isinstance(given.get("bbox"), str):
        raise Invalid("bbox has to be a list of numbers in JSON.", hint=_BBOX_HINT)
    return item_query(given)


def page_limit(value: object) -> int:
    """How many entries a page may hold: 10 where nothing is asked, at most 100; raises Invalid."""
    if value is None:
        return DEFAULT_LIMIT
    number = value
    if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,18}", value.strip()):
        number = int(value)
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= LARGEST_LIMIT:
        raise Invalid(
            f"limit has to be a whole number from 1 to {LARGEST_LIMIT}.",
            hint=f"A page holds at most {LARGEST_PAGE}; follow the link 'next' for more.",
        )
    return min(number, LARGEST_PAGE)


def id_list(name: str, value: object) -> tuple[str, ...]:
    """Ids from a comma-separated text or a list of texts, each once; raises Invalid."""
    match value:
        case None | "":
            return ()
        case str():
            parts: list[object] = list(value.split(","))
        case list():
            parts = cast("list[object]", value)
        case _:
            raise Invalid(f"{name} has to be a list of ids.")
    if len(parts) > LARGEST_LIST:
        raise Invalid(f"{name} has more than {LARGEST_LIST} entries.", hint="Ask in several requests.")
    ids = [part for part in parts if isinstance(part, str)]
    if len(ids) != len(parts) or not all(0 < len(one) <= LONGEST_ID and is_text(one) for one in ids):
        raise Invalid(f"{name} has an entry that is not an id: a text of 1 to {LONGEST_ID} characters.")
    return tuple(dict.fromkeys(ids))


def check_id(value: str) -> str:
    """The id as it is; raises Invalid for one that no document can have."""
    if not 0 < len(value) <= LONGEST_ID or not is_text(value):
        raise Invalid(f"An id is a text of 1 to {LONGEST_ID} characters.")
    return value


def is_text(value: str) -> bool:
    """Whether a text can be stored, sent and shown: no control characters, no halves of characters."""
    return _CONTROL.search(value) is None


def _interval(value: object) -> Interval | None:
    match value:
        case None:
            return None
        case str():
            return searched_interval(value)
        case _:
            raise Invalid("datetime has to be a text.")


def _terms(value: object) -> tuple[tuple[str, ...], ...]:
    match value:
        case None:
            return ()
        case str():
            parts: list[object] = list(value.split(","))
        case list():
            parts = cast("list[object]", value)
        case _:
            raise Invalid("q has to be a text or a list of texts.")
    texts = [part for part in parts if isinstance(part, str)]
    if len(texts) != len(parts):
        raise Invalid("q has to be a text or a list of texts.")
    if sum(map(len, texts)) > LONGEST_TEXT:
        raise Invalid(f"q is longer than {LONGEST_TEXT} characters.", hint="Search for fewer words.")
    terms = [tuple(word for word in _CONTROL.sub(" ", text).split() if _has_letters(word)) for text in texts]
    if sum(map(len, terms)) > MOST_WORDS:
        raise Invalid(f"q has more than {MOST_WORDS} words.", hint="Search for fewer words.")
    return tuple(term for term in terms if term)


def _has_letters(word: str) -> bool:
    return any(character.isalnum() for character in word)


def area_of(document: Mapping[str, object], name: str) -> Area:
    """The area of a GeoJSON geometry, or of an object with a `bbox` only; raises Invalid that says `name`."""
    return _box_area(document["bbox"]) if set(document) == {"bbox"} else _shape_area(document, name)


def _area(bbox: object, intersects: object) -> Area | None:
    if bbox is not None:
        return _box_area(bbox)
    return None if intersects is None else _shape_area(intersects, "intersects")


def _box_area(value: object) -> Area:
    bounds = _numbers(value)
    half = len(bounds) // 2
    west, south, east, north = bounds[0], bounds[1], bounds[half], bounds[half + 1]
    if not (-90 <= south <= 90 and -90 <= north <= 90 and abs(west) <= 360 and abs(east) <= 360):
        raise Invalid("bbox lies outside the earth's degrees.", hint=_BBOX_HINT)
    if south > north:
        raise Invalid(f"bbox has its south ({south:g}) above its north ({north:g}).", hint=_BBOX_HINT)
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
        raise Invalid("bbox has to be 4 numbers, or 6 with heights.", hint=_BBOX_HINT)
    return numbers


def _number(text: str) -> float | None:
    try:
        return float(text) if "_" not in text else None
    except ValueError:
        return None


def _shape_area(value: object, name: str) -> Area:
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
    footprint = footprint_of(value, None)
    assert footprint is not None, "a geometry that can be parsed covers something"
    return Area(footprint.boxes, normalise(shape), is_boxes=False)
