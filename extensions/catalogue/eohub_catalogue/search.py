"""How a search is asked of a STAC API with what that API can do, and what is left to be done here."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from eohub_catalogue.conformance import Facts, WordSearch
from eohub_catalogue.contract import PropertyFilter, SearchQuery, Sort
from eohub_catalogue.filters import TIMES, Cql2, cql2_of
from eohub_catalogue.index.footprint import normalise, parse_geometry
from eohub_catalogue.item_contract import FilterName
from eohub_catalogue.outline import geojson_of, of_one_kind
from eohub_catalogue.reading import count, mapping, number, positions, sequence, text
from eohub_catalogue.wire import Bbox

_QUERY_OPERATIONS = {
    "=": "eq",
    "<>": "neq",
    "<": "lt",
    "<=": "lte",
    ">": "gt",
    ">=": "gte",
    "in": "in",
}
_SORT: Mapping[Sort, str] = {
    "newest": "-properties.datetime",
    "oldest": "properties.datetime",
    "clearest": "properties.eo:cloud_cover",
    "id": "id",
}
_LONGEST_ADDRESS = 4_000
_DAY = len("2020-01-01")


@dataclass(frozen=True)
class Request:
    """`parameters` of a GET, `body` of a POST; `here` is what the answer has to be searched for here."""

    method: Literal["GET", "POST"]
    parameters: Mapping[str, str]
    body: Mapping[str, object]
    here: tuple[FilterName, ...] = ()


def needs_facts(query: SearchQuery) -> bool:
    """Whether a search asks for more than every STAC API can do."""
    shape = query.area is not None and query.area.geometry is not None
    long = sum(map(len, (*query.collections, *query.ids))) > _LONGEST_ADDRESS // 2
    comma = any("," in each for each in (*query.collections, *query.ids))
    return bool(query.words.split() or query.properties or query.cql2.strip() or shape or long or comma)


def halves(query: SearchQuery) -> tuple[Bbox | None, ...]:
    """The boxes to search one after another: two where the box crosses the antimeridian, None for no box.

    Servers get such a box wrong: some search its complement, some refuse it.
    """
    box = query.area.bbox if query.area is not None else None
    if box is None or -180 <= box[0] <= box[2] <= 180:
        return (box,)
    west, south, east, north = box
    width = east - west if east >= west else east - west + 360
    if width >= 360:
        return ((-180.0, south, 180.0, north),)
    west = (west + 180) % 360 - 180
    east = west + width
    if east <= 180:
        return ((west, south, east, north),)
    return ((west, south, 180.0, north), (-180.0, south, east - 360, north))


def request_of(query: SearchQuery, facts: Facts, box: Bbox | None) -> Request:
    """The request for the first page inside one box (of those that `halves` gave)."""
    body: dict[str, object] = {"limit": query.limit}
    if query.collections:
        body["collections"] = list(query.collections)
    if query.ids:
        body["ids"] = list(query.ids)
    if query.start or query.end:
        body["datetime"] = interval(query.start, query.end)
    if words := words_in(query.words, facts.words):
        body["q"] = words
    if query.sort is not None and facts.sort:
        body["sortby"] = sort_keys(query.sort)
    geometry = _within_180(query.area.geometry) if query.area is not None else None
    if geometry is not None and facts.post:
        body["intersects"] = geometry
    elif box is not None or geometry is not None:
        body["bbox"] = list(box or box_of(geometry))
    here = here_of(query, facts)
    properties = tuple(_to_the_second(each) for each in sent_properties(query, facts))
    sent = query.model_copy(update={"properties": properties})
    return replace(_with_conditions(sent, facts, body, must_post="intersects" in body), here=here)


def sort_keys(sort: Sort) -> list[dict[str, str]]:
    """What a STAC API is asked to sort by."""
    name = _SORT[sort]
    return [{"field": name.removeprefix("-"), "direction": "desc" if name.startswith("-") else "asc"}]


def _within_180(geometry: Mapping[str, object] | None) -> Mapping[str, object] | None:
    """A searched geometry that servers understand: what lies beyond 180 degrees is cut and brought back."""
    longitudes = [number(place[0]) or 0.0 for place in positions(mapping(geometry).get("coordinates"))]
    if geometry is None or not longitudes or -180 <= min(longitudes) <= max(longitudes) <= 180:
        return geometry
    shape = parse_geometry(geometry)
    # Not as a collection of geometries, which has no coordinates to put a box around.
    return geometry if shape is None else geojson_of(of_one_kind(normalise(shape)))


def here_of(query: SearchQuery, facts: Facts) -> tuple[FilterName, ...]:
    """The filters of a search that the API cannot do."""
    here: list[FilterName] = []
    if query.words.split() and facts.words == "none":
        here.append("words")
    if query.area is not None and query.area.geometry is not None and not facts.post:
        here.append("area")
    if len(sent_properties(query, facts)) < len(query.properties):
        here.append("properties")
    if query.cql2.strip() and facts.cql2 == "none":
        here.append("cql2")
    return tuple(here)


def sent_properties(query: SearchQuery, facts: Facts) -> tuple[PropertyFilter, ...]:
    """The conditions on properties that the API can do."""
    if facts.cql2 != "none":
        return query.properties
    if not facts.query:
        return ()
    return tuple(each for each in query.properties if each.op in _QUERY_OPERATIONS)


def _to_the_second(condition: PropertyFilter) -> PropertyFilter:
    """A condition on a day as one on times: pgstac finds nothing where a time is compared with a day."""
    day = condition.value
    if condition.property not in TIMES or not isinstance(day, str) or len(day) != _DAY or condition.op == "=":
        return condition
    clock = "T00:00:00Z" if condition.op in (">=", "<") else "T23:59:59.999Z"
    return condition.model_copy(update={"value": day + clock})


def _with_conditions(
    query: SearchQuery, facts: Facts, body: dict[str, object], *, must_post: bool
) -> Request:
    """Conditions in the form that goes with the method: text in an address, JSON in a body."""
    parameters = {name: _parameter(value) for name, value in body.items()}
    if query.sort is not None and "sortby" in body:
        parameters["sortby"] = _SORT[query.sort]
    condition = cql2_of(query) if facts.cql2 != "none" else None
    if condition is not None:
        body |= {"filter": condition, "filter-lang": "cql2-json"}
        parameters |= {"filter": cql2_text(condition), "filter-lang": "cql2-text"}
    elif query.properties:
        body["query"] = _query(query.properties)
        parameters["query"] = json.dumps(body["query"], ensure_ascii=False, separators=(",", ":"))
    only_json = condition is not None and facts.cql2 == "json"
    ids = [*query.collections, *query.ids]
    # A comma would split an id in two, and a long address is cut by many proxies.
    too_much = any("," in each for each in ids) or sum(map(len, parameters.values())) > _LONGEST_ADDRESS
    only_text = condition is not None and facts.cql2 == "text"
    if facts.post and (must_post or only_json or too_much) and not only_text:
        return Request("POST", {}, body)
    if only_json:
        parameters |= {"filter": json.dumps(body["filter"], ensure_ascii=False), "filter-lang": "cql2-json"}
    return Request("GET", parameters, body)


def _parameter(value: object) -> str:
    if isinstance(value, list):
        return ",".join(f"{each:.12g}" if isinstance(each, float) else str(each) for each in sequence(value))
    return str(value)


def _query(properties: Sequence[PropertyFilter]) -> dict[str, dict[str, object]]:
    """The `query` extension: every operation on a property has to hold."""
    found: dict[str, dict[str, object]] = {}
    for each in properties:
        value = list(each.value) if isinstance(each.value, tuple) else each.value
        found.setdefault(each.property, {})[_QUERY_OPERATIONS[each.op]] = value
    return found


def cql2_text(condition: Cql2) -> str:
    """A filter as CQL2 text."""
    # Most searches have no filter.
    import cql2

    return cql2.parse_json(json.dumps(condition)).to_text()


def words_in(words: str, word_search: WordSearch) -> str | None:
    """The `q` that demands every word; None where there is none or the catalogue cannot search words."""
    # A comma means "or" in basic free text, and a quotation mark opens a phrase in advanced free text.
    found = words.replace(",", " ").replace('"', " ").split()
    if not found or word_search == "none":
        return None
    return " ".join(found) if word_search == "basic" else " AND ".join(f'"{word}"' for word in found)


def interval(start: str | None, end: str | None) -> str:
    """A STAC time interval over days or times in UTC, both included, open where one is missing."""
    return f"{_whole(start, 'T00:00:00Z', ':00Z')}/{_whole(end, 'T23:59:59.999Z', ':59.999Z')}"


def _whole(moment: str | None, of_a_day: str, of_a_minute: str) -> str:
    if moment is None:
        return ".."
    if "T" not in moment:
        return moment + of_a_day
    # RFC 3339 knows no time without seconds.
    return moment.removesuffix("Z") + of_a_minute if moment.count(":") == 1 else moment


def has_words(item: object, words: str) -> bool:
    """Whether every word occurs in an item's id, collection, title, description, keywords or variables."""
    raw = mapping(item)
    properties = mapping(raw.get("properties"))
    parts = [raw.get("id"), raw.get("collection"), properties.get("title"), properties.get("description")]
    parts += sequence(properties.get("keywords"))[:200]
    parts += list(mapping(properties.get("cube:variables")))[:200]
    where = " ".join(found for part in parts if (found := text(part, 4000))).casefold()
    return all(word in where for word in words.casefold().split())


def next_link(document: Mapping[str, object]) -> Mapping[str, object] | None:
    """The link to the page after this one, or None."""
    links: Sequence[object] = sequence(document.get("links"))[:100]
    return next((mapping(link) for link in links if mapping(link).get("rel") == "next"), None)


def matched_of(document: Mapping[str, object]) -> int | None:
    """The total that a catalogue tells, if it tells one."""
    return count(document.get("numberMatched", mapping(document.get("context")).get("matched")))


def box_of(geometry: Mapping[str, object] | None) -> Bbox:
    """The box around a GeoJSON geometry; the whole earth where it has no position."""
    west, south, east, north = 180.0, 90.0, -180.0, -90.0
    for position in positions(mapping(geometry).get("coordinates")):
        longitude, latitude = number(position[0]), number(position[1] if len(position) > 1 else None)
        if longitude is not None and latitude is not None:
            west, east = min(west, longitude), max(east, longitude)
            south, north = min(south, latitude), max(north, latitude)
    return (west, south, east, north) if west <= east else (-180.0, -90.0, 180.0, 90.0)
