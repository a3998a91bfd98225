"""A search as a notebook cell: with pystac-client at STAC APIs, with pystac in catalogues of files."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast

from eohub_catalogue.code import literal
from eohub_catalogue.contract import CatalogueSource, PropertyFilter, SearchQuery
from eohub_catalogue.errors import NothingToOpen
from eohub_catalogue.filters import cql2_of
from eohub_catalogue.item_contract import NotebookCode
from eohub_catalogue.outline import outline_of
from eohub_catalogue.search import box_of, halves, interval
from eohub_catalogue.wire import Bbox

_LINE_LENGTH: Final = 106
_LOOKED_THROUGH: Final = 1_000
_OPERATORS: Final = {"=": "==", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_NO_CODE: Final = {
    "folder": "is a folder of files",
    "earthdatahub": "holds files that only EOHub reads as items",
}


def search_code_of(query: SearchQuery, source: CatalogueSource) -> NotebookCode:
    """The cell that does a search; raises NothingToOpen where no library does it, Invalid for wrong CQL2."""
    if source.kind in ("api", "destine") and source.url is not None:
        return NotebookCode(source="\n".join(_api_lines(query, source.url)))
    if source.kind in _NO_CODE or (source.path or "").endswith(".zip"):
        what = _NO_CODE.get(source.kind, "lies in a .zip file")
        raise NothingToOpen(
            f"{source.title} {what} and is searched by EOHub, so there is no code for it.",
            hint="Insert the code of the items that you need instead.",
        )
    return NotebookCode(source="\n".join(_static_lines(query, source)))


def _api_lines(query: SearchQuery, url: str) -> list[str]:
    words = query.words.casefold().split()
    asked: dict[str, str] = {}
    if query.collections:
        asked["collections"] = _python(list(query.collections))
    if query.ids:
        asked["ids"] = _python(list(query.ids))
    if query.start or query.end:
        asked["datetime"] = _python(interval(query.start, query.end))
    asked |= _area(query)
    condition = cql2_of(query)
    if condition is not None:
        asked["filter"] = _python(condition)
    asked["max_items"] = str(_LOOKED_THROUGH if words else query.limit)
    lines = ["from pystac_client import Client", "", f"catalogue = Client.open({_python(url)})"]
    if not words:
        return [*lines, *_call("items = catalogue.search", asked, ".item_collection()"), "items"]
    return [
        *lines,
        f"# Words are looked for here, in the first {_LOOKED_THROUGH} items.",
        f"words = {_python(words)}",
        *_call("found = catalogue.search", asked, ".items()"),
        f"items = [item for item in found if {_HAS_WORDS}][:{query.limit}]",
        "items",
    ]


_HAS_WORDS: Final = (
    'all(word in f"{item.id} {item.collection_id} {item.properties}".casefold() for word in words)'
)


def _area(query: SearchQuery) -> dict[str, str]:
    if query.area is None:
        return {}
    if query.area.geometry is not None:
        drawn = outline_of({"geometry": query.area.geometry}).geometry
        return (
            {"intersects": _python(drawn)} if drawn else {"bbox": _python(list(box_of(query.area.geometry)))}
        )
    boxes = _boxes(query)
    if len(boxes) == 1:
        return {"bbox": _python(list(boxes[0]))}
    # Servers take a box across 180 degrees for its complement, so its two sides are searched as one shape.
    sides = {"type": "MultiPolygon", "coordinates": [[_ring(*box)] for box in boxes]}
    return {"intersects": _python(sides)}


def _boxes(query: SearchQuery) -> Sequence[Bbox]:
    if query.area is not None and query.area.geometry is not None:
        return [box_of(query.area.geometry)]
    return [box for box in halves(query) if box is not None]


def _ring(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def _static_lines(query: SearchQuery, source: CatalogueSource) -> list[str]:
    if query.cql2.strip() or any(each.op == "like" for each in query.properties):
        raise NothingToOpen(
            f"{source.title} is a catalogue of files, where only EOHub searches with CQL2 or patterns.",
            hint="Leave that filter out; the code can hold all others.",
        )
    imports, before, conditions = ["import pystac"], list[str](), list[str]()
    if source.url is not None:
        place = _python(source.url)
    else:
        imports.insert(0, "from pathlib import Path")
        place = f"str(Path.home() / {_python(f'{source.path}/catalog.json')})"
    before.append(f"catalogue = pystac.Catalog.from_file({place})")
    if query.start or query.end:
        imports.insert(0, "from datetime import datetime")
        conditions += _times(*interval(query.start, query.end).split("/"))
    if query.words.split():
        before.append(f"words = {_python(query.words.casefold().split())}")
        conditions.append(_HAS_WORDS)
    if query.collections:
        conditions.append(f"item.collection_id in {_python(list(query.collections))}")
    if query.ids:
        conditions.append(f"item.id in {_python(list(query.ids))}")
    if boxes := _boxes(query):
        before.append(f"boxes = {_python([list(box) for box in boxes])}")
        conditions.append(_IN_BOXES)
    conditions += [_condition(each) for each in query.properties]
    return [*imports, "", *before, *_comprehension(conditions), "items"]


_IN_BOXES: Final = (
    "item.bbox and any(item.bbox[0] <= e and item.bbox[len(item.bbox) // 2] >= w"
    " and item.bbox[1] <= n and item.bbox[len(item.bbox) // 2 + 1] >= s for w, s, e, n in boxes)"
)


def _times(start: str, end: str) -> Iterator[str]:
    if start != "..":
        last = "(item.common_metadata.end_datetime or item.datetime)"
        yield f"{last} >= datetime.fromisoformat({_python(start)})"
    if end != "..":
        first = "(item.common_metadata.start_datetime or item.datetime)"
        yield f"{first} <= datetime.fromisoformat({_python(end)})"


def _condition(asked: PropertyFilter) -> str:
    name, value = _python(asked.property), asked.value
    if isinstance(value, tuple):
        return f"item.properties.get({name}) in {_python(list(value))}"
    if asked.op == "=":
        return f"item.properties.get({name}) == {_python(value)}"
    # A property that is null cannot be compared, and matches nothing.
    compared = f"item.properties[{name}] {_OPERATORS[asked.op]} {_python(value)}"
    return f"item.properties.get({name}) is not None and {compared}"


def _comprehension(conditions: Sequence[str]) -> list[str]:
    if not conditions:
        return ["items = list(catalogue.get_items(recursive=True))"]
    first, *others = conditions
    return [
        "items = [",
        "    item",
        "    for item in catalogue.get_items(recursive=True)",
        f"    if {first}",
        *(f"    and {condition}" for condition in others),
        "]",
    ]


def _call(function: str, arguments: Mapping[str, str], then: str) -> list[str]:
    """A call on one line, or with an argument on each."""
    told = [f"{name}={value}" for name, value in arguments.items()]
    line = f"{function}({', '.join(told)}){then}"
    if len(line) <= _LINE_LENGTH:
        return [line]
    return [f"{function}(", *(f"    {each}," for each in told), f"){then}"]


def _python(value: object) -> str:
    """A Python literal of a JSON value, whatever its size: what a person asked is bounded already."""
    match value:
        case str():
            return literal(value[:4096])
        case dict():
            pairs = cast("dict[object, object]", value).items()
            return "{" + ", ".join(f"{_python(key)}: {_python(each)}" for key, each in pairs) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_python, cast("Sequence[object]", value))) + "]"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case _:
            return repr(value)
