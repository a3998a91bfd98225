"""A search as a notebook cell: with pystac-client at STAC APIs, with pystac in catalogues of files."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast

from eohub_catalogue.code import literal
from eohub_catalogue.conformance import Facts
from eohub_catalogue.contract import Area, CatalogueSource, PropertyFilter, SearchQuery
from eohub_catalogue.errors import NothingToOpen
from eohub_catalogue.filters import cql2_of
from eohub_catalogue.outline import outline_of
from eohub_catalogue.search import Request, box_of, halves, interval, request_of
from eohub_catalogue.wire import MAX_PAGE, Bbox

_LINE_LENGTH: Final = 106
_MOST: Final = 1_000
_ALL: Final = f"At most {_MOST}; None gives all."
_OPERATORS: Final = {"=": "==", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_NO_CODE: Final = {
    "folder": "is a folder of files",
    "earthdatahub": "holds files that only EOHub reads as items",
}


def search_code_of(
    query: SearchQuery, source: CatalogueSource, facts: Facts | None = None, result: str = "items"
) -> str:
    """The cell that names the `result` of a search; `facts` say how an API is asked for words.

    Raises NothingToOpen where no library does it, Invalid for wrong CQL2.
    """
    if source.kind in ("api", "destine") and source.url is not None:
        request = _request_with_words(query, facts)
        lines = (
            _api_lines(query, source.url, result)
            if request is None
            else _page_lines(request, source.url, result)
        )
        return "\n".join(lines)
    if source.kind in _NO_CODE or (source.path or "").endswith(".zip"):
        what = _NO_CODE.get(source.kind, "lies in a .zip file")
        raise NothingToOpen(
            f"{source.title} {what} and is searched by EOHub, so there is no code for it.",
            hint="Insert the code of the items that you need instead.",
        )
    return "\n".join(_static_lines(query, source, result))


def _request_with_words(query: SearchQuery, facts: Facts | None) -> Request | None:
    """The request that has the API look for words, as the panel sends it; None where it cannot do it all."""
    if facts is None or facts.words == "none" or not query.words.split():
        return None
    area = query.area
    if len(_boxes(query)) > 1:
        area = Area(geometry=_sides(query))
    asked = query.model_copy(update={"area": area, "limit": MAX_PAGE, "sort": None})
    request = request_of(asked, facts, _box(area))
    return None if request.here else request


def _page_lines(request: Request, url: str, result: str) -> list[str]:
    """The pages of a search, read without pystac-client's own search, which does not know words."""
    asked = request.body if request.method == "POST" else request.parameters
    search = _python(f"{url.rstrip('/')}/search")
    return [
        "from itertools import islice",
        "",
        "from pystac import ItemCollection",
        "from pystac_client.stac_api_io import StacApiIO",
        "",
        *_dictionary("asked", asked),
        f"pages = StacApiIO().get_pages({search}, {_python(request.method)}, asked)",
        'found = (item for page in pages for item in page["features"])',
        f"{result} = ItemCollection(islice(found, {_MOST}))  # {_ALL}",
        result,
    ]


def _api_lines(query: SearchQuery, url: str, result: str) -> list[str]:
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
    asked |= {"limit": str(MAX_PAGE), "max_items": str(_MOST)}
    opened = ["from pystac_client import Client", "", f"catalogue = Client.open({_python(url)})"]
    if not words:
        call = _call(f"{result} = catalogue.search", asked, f".item_collection()  # {_ALL}")
        return [*opened, *call, result]
    return [
        "from pystac import ItemCollection",
        *opened,
        *_call("found = catalogue.search", asked, ".items_as_dicts()"),
        f"# The API does not look for these words: it is done here, in its first {_MOST} items.",
        *_telling(words, 'item["id"]', 'item.get("collection")', 'item["properties"]'),
        f"{result} = ItemCollection(item for item in found if tells(item))",
        result,
    ]


def _telling(words: Sequence[str], identifier: str, collection: str, properties: str) -> list[str]:
    """A function that looks for words where the panel does."""
    return [
        f"words = {_python(words)}",
        "",
        "",
        "def tells(item):",
        f"    told = {properties}",
        f'    parts = [{identifier}, {collection}, told.get("title"), told.get("description")]',
        '    parts += [*(told.get("keywords") or []), *(told.get("cube:variables") or {})]',
        '    text = " ".join(str(part) for part in parts if part).casefold()',
        "    return all(word in text for word in words)",
        "",
        "",
    ]


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
    return {"intersects": _python(_sides(query))}


def _sides(query: SearchQuery) -> dict[str, object]:
    """Servers take a box across 180 degrees for its complement, so its sides are searched as one shape."""
    return {"type": "MultiPolygon", "coordinates": [[_ring(*box)] for box in _boxes(query)]}


def _box(area: Area | None) -> Bbox | None:
    return None if area is None else area.bbox


def _boxes(query: SearchQuery) -> Sequence[Bbox]:
    if query.area is not None and query.area.geometry is not None:
        return [box_of(query.area.geometry)]
    return [box for box in halves(query) if box is not None]


def _ring(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def _static_lines(query: SearchQuery, source: CatalogueSource, result: str) -> list[str]:
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
        words = query.words.casefold().split()
        before += _telling(words, "item.id", "item.collection_id", "item.properties")
        conditions.append("tells(item)")
    if query.collections:
        conditions.append(f"item.collection_id in {_python(list(query.collections))}")
    if query.ids:
        conditions.append(f"item.id in {_python(list(query.ids))}")
    if boxes := _boxes(query):
        before.append(f"boxes = {_python([list(box) for box in boxes])}")
        conditions.append(_IN_BOXES)
    conditions += [_condition(each) for each in query.properties]
    return [*imports, "", *before, *_comprehension(result, conditions), result]


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


def _comprehension(result: str, conditions: Sequence[str]) -> list[str]:
    if not conditions:
        return [f"{result} = list(catalogue.get_items(recursive=True))"]
    first, *others = conditions
    return [
        f"{result} = [",
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


def _dictionary(name: str, members: Mapping[str, object]) -> list[str]:
    """A dictionary on one line, or with a member on each."""
    told = [f"{_python(key)}: {_python(value)}" for key, value in members.items()]
    line = f"{name} = {{{', '.join(told)}}}"
    return [line] if len(line) <= _LINE_LENGTH else [f"{name} = {{", *(f"    {each}," for each in told), "}"]


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
