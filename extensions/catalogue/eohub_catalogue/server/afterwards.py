"""What is done here on the items of a catalogue: filters that it cannot do, and a look at the others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from eohub_catalogue.contract import PropertyFilter, SearchQuery
from eohub_catalogue.filters import cql2_of
from eohub_catalogue.index.cql2_reading import condition_of
from eohub_catalogue.index.expression import Condition
from eohub_catalogue.index.footprint import boxes_of, footprint_of, normalise, parse_geometry, shape_of
from eohub_catalogue.index.interval import interval_of, searched_interval
from eohub_catalogue.index.matching import is_true_for
from eohub_catalogue.item_contract import FilterName
from eohub_catalogue.reading import mapping, number
from eohub_catalogue.search import has_words, interval
from eohub_catalogue.wire import Bbox

_SLACK_DEGREES = 1e-6
_COMPARED = frozenset({"<", "<=", ">", ">=", "="})


@dataclass(frozen=True)
class Verdict:
    """Why an item is left out: the filter, whether it was the catalogue's to do, a property that it lacks."""

    filter: FilterName
    ignored: bool
    lacks: str | None = None


class Afterwards:
    """The filters of one search, `here` being those that the catalogue cannot do."""

    def __init__(self, query: SearchQuery, here: tuple[FilterName, ...]) -> None:
        self._query = query
        self._here = here
        self._properties = _condition(query.model_copy(update={"cql2": ""}), "properties" in here)
        self._cql2 = _condition(query.model_copy(update={"properties": ()}), "cql2" in here)
        self._interval = (
            searched_interval(interval(query.start, query.end)) if query.start or query.end else None
        )
        self._area = area_of(query)

    def verdict(self, item: object) -> Verdict | None:
        """Why an item does not belong to the answer, or None where it does."""
        raw = mapping(item)
        checks: dict[FilterName, Callable[[], bool]] = {
            "words": lambda: has_words(raw, self._query.words),
            "properties": lambda: self._properties is None or is_true_for(self._properties, raw),
            "cql2": lambda: self._cql2 is None or is_true_for(self._cql2, raw),
            "area": lambda: self._area is None or lies_in(raw, self._area),
        }
        for here in self._here:
            if here in checks and not checks[here]():
                return Verdict(
                    here, ignored=False, lacks=self._lacking(raw) if here == "properties" else None
                )
        return None if not raw else self._ignored(raw)

    def _lacking(self, raw: Mapping[str, object]) -> str | None:
        properties = mapping(raw.get("properties"))
        names = (each.property for each in self._query.properties)
        return next((name for name in names if properties.get(name, raw.get(name)) is None), None)

    def _ignored(self, raw: Mapping[str, object]) -> Verdict | None:
        """A filter that the catalogue took and did not keep to, where that is beyond doubt."""
        properties = mapping(raw.get("properties"))
        collection, identifier, query = raw.get("collection"), raw.get("id"), self._query
        found = interval_of(properties) if self._interval is not None else None
        broken: dict[FilterName, bool] = {
            "collections": bool(query.collections)
            and isinstance(collection, str)
            and collection not in query.collections,
            "ids": bool(query.ids) and isinstance(identifier, str) and identifier not in query.ids,
            "time": found is not None
            and self._interval is not None
            and (found[1] < self._interval[0] or found[0] > self._interval[1]),
            "area": self._area is not None and is_beside(raw, self._area),
            "properties": any(fails(each, properties.get(each.property)) for each in query.properties),
        }
        name: FilterName | None = next((name for name, is_broken in broken.items() if is_broken), None)
        return Verdict(name, ignored=True) if name is not None else None


def _condition(query: SearchQuery, is_needed: bool) -> Condition | None:
    asked = cql2_of(query) if is_needed else None
    return None if asked is None else condition_of(asked)


def fails(condition: PropertyFilter, value: object) -> bool:
    """Whether a number beyond doubt does not fulfil a condition on it."""
    found, wanted = number(value), number(condition.value)
    if found is None or wanted is None or condition.op not in _COMPARED:
        return False
    held = {
        "<": found < wanted,
        "<=": found <= wanted,
        ">": found > wanted,
        ">=": found >= wanted,
        "=": abs(found - wanted) <= 1e-9 * max(1.0, abs(wanted)),
    }
    return not held[condition.op]


def area_of(query: SearchQuery) -> BaseGeometry | None:
    """The area of a search as one shape within -180..180, or None."""
    if query.area is None:
        return None
    if query.area.bbox is not None:
        return shape_of(boxes_of(query.area.bbox))
    shape = parse_geometry(query.area.geometry)
    return None if shape is None else normalise(shape)


def lies_in(raw: Mapping[str, object], area: BaseGeometry) -> bool:
    """Whether an item's footprint meets an area; one without a place does not."""
    place = footprint_of(raw.get("geometry"), raw.get("bbox"))
    if place is None:
        return False
    shape = shape_of(place.boxes) if place.shape is None else shapely.from_wkb(place.shape)
    return bool(shapely.intersects(shape, area))


def is_beside(raw: Mapping[str, object], area: BaseGeometry) -> bool:
    """Whether the boxes around an item beyond doubt lie outside of an area."""
    place = footprint_of(raw.get("geometry"), raw.get("bbox"))
    return place is not None and bool(shapely.distance(shape_of(place.boxes), area) > _SLACK_DEGREES)


def was_in(raw: object, box: Bbox) -> bool:
    """Whether a server that takes coordinates as they are has found an item in a box before.

    In doubt it says no: an item that comes twice is recognised by the panel, a lost one is not.
    """
    shape = parse_geometry(mapping(raw).get("geometry"))
    try:
        return shape is not None and bool(shapely.intersects(shape, shapely.box(*box)))
    except shapely.errors.GEOSException:
        return False
