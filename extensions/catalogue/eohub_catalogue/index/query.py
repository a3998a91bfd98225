"""From what a request says to what is searched: every wrong value becomes one sentence for the person."""

import json
import re
from collections.abc import Mapping
from typing import cast

from eohub_catalogue.index.area import BBOX_HINT, box_area, shape_area
from eohub_catalogue.index.cql2_reading import condition_of, condition_of_text
from eohub_catalogue.index.expression import Condition
from eohub_catalogue.index.facts import is_property_name
from eohub_catalogue.index.interval import Interval, searched_interval
from eohub_catalogue.index.ports import Area, CollectionSearch, ItemQuery
from eohub_catalogue.index.sorting import SortKey
from eohub_catalogue.wire import LONGEST_ID
from eohub_toolkit.errors import Invalid

DEFAULT_LIMIT = 10
LARGEST_PAGE = 100
# OGC API - Features wants a limit that is too large to be lowered; nonsense is still refused.
LARGEST_LIMIT = 1_000_000
LARGEST_LIST = 1_000
LONGEST_TEXT = 1_000
MOST_WORDS = 32

MOST_KEYS = 8
_LONGITUDE_LATITUDE = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_SORT_HINT = 'Such as -datetime,+id, or [{"field": "properties.eo:cloud_cover", "direction": "asc"}].'
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
        terms=terms_of(given.get("q")),
        filter=_filter(given.get("filter"), given.get("filter-lang"), given.get("filter-crs")),
        sort=_sort(given.get("sortby")),
        limit=page_limit(given.get("limit")),
    )


def collection_search(given: Mapping[str, object]) -> CollectionSearch:
    """The search for collections that a request's parameters describe; raises Invalid."""
    return CollectionSearch(
        area=_area(given.get("bbox"), None),
        interval=_interval(given.get("datetime")),
        terms=terms_of(given.get("q")),
        limit=page_limit(given.get("limit")),
    )


def json_query(given: Mapping[str, object]) -> ItemQuery:
    """The query that the body of a POST describes, in which a `bbox` is a list; raises Invalid."""
    if isinstance(given.get("bbox"), str):
        raise Invalid("bbox has to be a list of numbers in JSON.", hint=BBOX_HINT)
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
    parts = _listed(value, f"{name} has to be a list of ids.")
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


def terms_of(value: object) -> tuple[tuple[str, ...], ...]:
    """The terms of free text: separated by commas or in a list, each of words; raises Invalid."""
    wrong = "q has to be a text or a list of texts."
    parts = _listed(value, wrong)
    texts = [part for part in parts if isinstance(part, str)]
    if len(texts) != len(parts):
        raise Invalid(wrong)
    if sum(map(len, texts)) > LONGEST_TEXT:
        raise Invalid(f"q is longer than {LONGEST_TEXT} characters.", hint="Search for fewer words.")
    terms = [tuple(word for word in _CONTROL.sub(" ", text).split() if _has_letters(word)) for text in texts]
    if sum(map(len, terms)) > MOST_WORDS:
        raise Invalid(f"q has more than {MOST_WORDS} words.", hint="Search for fewer words.")
    return tuple(term for term in terms if term)


def _listed(value: object, wrong: str) -> list[object]:
    """The parts of a comma-separated text or a list; raises Invalid with a sentence."""
    match value:
        case None | "":
            return []
        case str():
            return list(value.split(","))
        case list():
            return cast("list[object]", value)
        case _:
            raise Invalid(wrong)


def _filter(value: object, language: object, reference_system: object) -> Condition | None:
    if value is None:
        return None
    if reference_system not in (None, _LONGITUDE_LATITUDE):
        raise Invalid(
            "filter-crs has to be longitude and latitude.", hint=f"Leave it out: {_LONGITUDE_LATITUDE}."
        )
    if language not in (None, "cql2-text", "cql2-json"):
        raise Invalid("filter-lang has to be cql2-text or cql2-json.")
    if not isinstance(value, str):
        if language == "cql2-text":
            raise Invalid("filter is no text, as filter-lang says.")
        return condition_of(value)
    if language != "cql2-json":
        return condition_of_text(value)
    try:
        return condition_of(json.loads(value))
    except (ValueError, RecursionError):
        raise Invalid("filter is not JSON, as filter-lang says.") from None


def _sort(value: object) -> tuple[SortKey, ...]:
    match value:
        case None | "":
            return ()
        case str():
            keys = [_sort_key(part.strip().lstrip("+"), "asc") for part in value.split(",", MOST_KEYS)]
        case list():
            keys = [_sort_object(part) for part in cast("list[object]", value)]
        case _:
            raise Invalid("sortby has to be a list.", hint=_SORT_HINT)
    if len(keys) > MOST_KEYS:
        raise Invalid(f"sortby has more than {MOST_KEYS} entries.")
    # A later key of the same property cannot change anything.
    first: dict[str, SortKey] = {}
    for key in keys:
        first.setdefault(key.name, key)
    sort = tuple(first.values())
    # The order that results have by themselves is the fastest.
    return () if sort == (SortKey("datetime", descending=True),) else sort


def _sort_object(part: object) -> SortKey:
    match part:
        case {"field": str(name), "direction": str(direction)}:
            return _sort_key(name, direction.lower())
        case {"field": str(name)}:
            return _sort_key(name, "asc")
        case str():
            return _sort_key(part.lstrip("+"), "asc")
        case _:
            raise Invalid("An entry of sortby is no object with a field and a direction.", hint=_SORT_HINT)


def _sort_key(name: str, direction: str) -> SortKey:
    if direction not in ("asc", "desc"):
        raise Invalid("The direction of an entry of sortby has to be asc or desc.", hint=_SORT_HINT)
    plain = name.removeprefix("-").removeprefix("properties.")
    if not plain or not is_property_name(plain) or plain == "geometry":
        raise Invalid(f"'{name[:100]}' cannot be sorted by.", hint=_SORT_HINT)
    return SortKey(plain, descending=direction == "desc" or name.startswith("-"))


def _has_letters(word: str) -> bool:
    return any(character.isalnum() for character in word)


def _area(bbox: object, intersects: object) -> Area | None:
    if bbox is not None:
        return box_area(bbox)
    return None if intersects is None else shape_area(intersects, "intersects")
