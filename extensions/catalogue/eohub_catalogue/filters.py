"""Filters on properties as CQL2, read by the `cql2` library."""

import re

from eohub_catalogue.contract import Criteria, PropertyFilter
from eohub_toolkit.errors import Invalid

type Cql2 = dict[str, object]
"""A filter in CQL2 JSON."""

TIMES = frozenset(
    {
        "datetime",
        "start_datetime",
        "end_datetime",
        "created",
        "updated",
        "published",
        "unpublished",
        "expires",
    }
)
"""Properties that STAC's common metadata defines as times: a text that they are compared with is one too."""

LONGEST_FILTER = 200_000
_LONGEST_TEXT = 8_000
"""Characters. The library ends the process where text chains some ten thousand conditions."""

DEEPEST = 32
"""Conditions within conditions. The library ends the process where text is nested some thousand times."""

_MOST_WORK = 1 << 20
"""What stands in parentheses and is wrong is read twice for each of them: this much within a second."""

_HINT = "Such as eo:cloud_cover < 20 AND platform = 'sentinel-2a'; texts stand in single quotes."
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_PREFIX = re.compile(r"\bnot\b|-(?!\d)", re.IGNORECASE)
_PARENTHESIS = re.compile(r"[()]")
_PLACE = re.compile(r"--> (\d+):(\d+)")
_DAY_LENGTH = 10
_SHOWN = 30


def check_cql2(text: str) -> str | None:
    """What is wrong with CQL2 text, a sentence for the person, or None; blank text is no filter."""
    if not text.strip():
        return None
    try:
        cql2_of_text(text)
    except Invalid as error:
        return f"{error.detail} {error.hint or ''}".strip()
    return None


def cql2_of(query: Criteria) -> Cql2 | None:
    """All that a search asks of properties, by controls and by CQL2 text, as one filter; raises Invalid.

    None where it asks nothing.
    """
    parts: list[object] = [_condition(asked) for asked in query.properties]
    if query.cql2.strip():
        parts.append(cql2_of_text(query.cql2))
    match parts:
        case []:
            return None
        case [dict() as only]:
            return only
        case _:
            return {"op": "and", "args": parts}


def cql2_of_text(text: str) -> object:
    """The CQL2 JSON that says the same as CQL2 text; raises Invalid."""
    plain = _QUOTED.sub("", text)
    # Both ways, as it is the library that decides what is quoted.
    deepest = max(_depth(plain), _depth(text))
    longest = min(_LONGEST_TEXT, _MOST_WORK >> min(deepest, 20))
    if len(_PREFIX.findall(plain)) > 2 * DEEPEST or len(text) > longest:
        raise Invalid(
            "The filter is too long, or nested too deeply.",
            hint="Use IN for lists, and CQL2 JSON for shapes of many corners.",
        )
    # Most searches have no filter.
    import cql2

    try:
        return cql2.parse_text(text).to_json()
    except (cql2.ParseError, ValueError) as error:
        raise Invalid(f"This is not CQL2 text: {_in_words(text, str(error))}.", hint=_HINT) from None


def _in_words(text: str, said: str) -> str:
    """Where the parser stopped and what is missing there, of its table of rules."""
    place = _PLACE.search(said)
    if place is None:
        return "it cannot be read"
    lines = text.split("\n")
    line, column = int(place[1]), int(place[2])
    before = " ".join("\n".join([*lines[: line - 1], lines[line - 1][: column - 1]]).split())
    rest = " ".join("\n".join([lines[line - 1][column - 1 :], *lines[line:]]).split())
    if rest.startswith(("'", '"')) and rest.count(rest[0]) % 2:
        return f"the quotation mark of {_short(rest)} is not closed"
    needed = "AND, OR or a comparison such as = or <" if "And, Or" in said else "a value or a property"
    if not rest and needed.startswith("AND") and before.count("(") > before.count(")"):
        needed = "a closing parenthesis"
    last = before if len(before) <= _SHOWN else f"... {before[-_SHOWN:].partition(' ')[2]}"
    after = f"after “{last}”" if before else "at its beginning"
    return f"{after} {needed} is missing" if not rest else f"{after} stands {_short(rest)}, not {needed}"


def _short(part: str) -> str:
    return f"“{part}”" if len(part) <= _SHOWN else f"“{part[:_SHOWN].rstrip()} ...”"


def _depth(text: str) -> int:
    depth = deepest = 0
    for parenthesis in _PARENTHESIS.findall(text):
        depth = depth + 1 if parenthesis == "(" else max(0, depth - 1)
        deepest = max(depth, deepest)
    return deepest


def _condition(asked: PropertyFilter) -> Cql2:
    given = asked.value
    values = list(given) if isinstance(given, tuple) else [given]
    literals = [_literal(asked.property, value) for value in values]
    value = literals if asked.op == "in" else literals[0]
    return {"op": asked.op, "args": [{"property": asked.property}, value]}


def _literal(name: str, value: str | bool | float) -> object:
    if name.removeprefix("properties.") in TIMES and isinstance(value, str):
        return {"date" if len(value) == _DAY_LENGTH else "timestamp": value}
    return value
