"""What catalogues put where something else was meant: values for every place of a document."""

import copy
import json
from collections.abc import Iterator
from typing import Any

type Place = tuple[str | int, ...]

_DEEP: Any = json.loads("[" * 200 + "]" * 200)

UGLY_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 7, 1e300, -1e300, 5e-324, 10**400, float("nan"), float("inf"), -0.0,
    "", " ", "text", "\ud800", "\x00", "9" * 5_000, "P9999999999Y",
    "P1000000000000000000000000000000000000000Y",
    "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "s3://[", "https://user:secret@host/x.zarr",
    [], [[]], [None], [{}], ["Polygon"], [1, 2, 3], [0, 1e300], [-1.7e308, 1.7e308], [10**400, -(10**400)],
    ["0001-01-01", "9999-12-31"], [float("nan")] * 4, _DEEP, {}, {"": None}, {"type": ["data"]},
    {"a": {"b": []}},
    {"\ud800": {"dimensions": ["\ud800"]}},
)  # fmt: skip


def places(document: object, start: Place = ()) -> Iterator[Place]:
    """Every place of a JSON document, its root excepted."""
    match document:
        case dict():
            inner: Any = document.items()
        case list():
            inner = enumerate(document)
        case _:
            return
    for key, value in inner:
        yield (*start, key)
        yield from places(value, (*start, key))


def replaced(document: Any, place: Place, value: Any) -> Any:
    """A copy of the document with `value` at `place`; the same where the place is there no more."""
    changed = copy.deepcopy(document)
    holder = changed
    try:
        for key in place[:-1]:
            holder = holder[key]
        holder[place[-1]] = value
    except (KeyError, IndexError, TypeError):
        return document
    return changed
