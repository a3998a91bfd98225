"""Which items may match, by each index that a query can use: subqueries of their keys in the database."""

# Every value is a bound parameter; the texts put together here are constants of this room.
# ruff: noqa: S608

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eohub_catalogue.index.expression import (
    Comparison,
    Condition,
    Constant,
    Every,
    OneOf,
    Property,
    Spatial,
    Temporal,
)
from eohub_catalogue.index.facts import CLOUD_COVER
from eohub_catalogue.index.footprint import Box
from eohub_catalogue.index.interval import BEGINNING, END
from eohub_catalogue.index.ports import ItemQuery
from eohub_catalogue.index.predicate import Parameters, overlaps

_NOWHERE: Box = (1_000.0, 1_000.0, 1_000.0, 1_000.0)
_MICROSECONDS_PER_DAY = 86_400_000_000
_EXTENTS = "SELECT DISTINCT id >> 1 AS pk FROM item_extent"
_RANGES = {CLOUD_COVER: "cloud_cover", "datetime": "instant"}
_APART = ("t_after", "t_before", "t_meets", "t_metby")


@dataclass(frozen=True)
class Candidates:
    """SQL that gives the `pk` of every item that one index cannot rule out, by name, and the parameters."""

    subqueries: dict[str, str]
    parameters: Parameters


def narrowed(query: ItemQuery) -> Candidates:
    """The candidates of each index that the query can use; `all` items where it can use none."""
    found: dict[str, str] = {}
    if query.ids:
        found["ids"] = "SELECT pk FROM item WHERE id IN (SELECT value FROM json_each(:ids))"
    if query.collections:
        found["collections"] = (
            "SELECT pk FROM item WHERE collection IN (SELECT value FROM json_each(:collections))"
        )
    if query.terms:
        found["terms"] = "SELECT rowid AS pk FROM item_text WHERE item_text MATCH :terms"
    if query.area or query.interval:
        parts = range(len(query.area.boxes)) if query.area else [None]
        found["extent"] = " UNION ".join(_extent(query, part) for part in parts)
    parameters: Parameters = {}
    parts = tuple(_conjuncts(query.filter)) if query.filter else ()
    for number, part in enumerate(parts):
        if (subquery := _of_conjunct(part, f"narrow{number}_", parameters)) is not None:
            found[f"filter{number}"] = subquery
    for name, column in _RANGES.items():
        if limits := list(_limits(parts, name, column, parameters)):
            found[column] = f"SELECT pk FROM item_facts{where(limits)}"
    return Candidates(found or {"all": "SELECT pk FROM item"}, parameters)


def extent_row(box: Box | None, start: int, end: int) -> tuple[float, ...]:
    """One entry of the R*Tree: west, east, south, north, since, until; without a box outside the earth."""
    west, south, east, north = box or _NOWHERE
    return west, east, south, north, days(start), days(end)


def terms_expression(terms: tuple[tuple[str, ...], ...]) -> str:
    """An FTS5 expression for free text: quoted throughout, so that nothing in it is syntax."""
    words = [[f'"{word.replace(chr(34), " ")}"*' for word in term] for term in terms]
    return " OR ".join(f"({' AND '.join(term)})" for term in words)


def days(moment: int) -> float:
    """A moment as the R*Tree has it."""
    return max(BEGINNING, min(END, moment)) / _MICROSECONDS_PER_DAY


def where(conditions: list[str]) -> str:
    """The clause WHERE of conditions that all have to hold."""
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def _extent(query: ItemQuery, part: int | None) -> str:
    conditions: list[str] = []
    if part is not None:
        conditions += [
            f"west <= :east{part} AND east >= :west{part}",
            f"south <= :north{part} AND north >= :south{part}",
        ]
    if query.interval:
        conditions.append("since <= :until AND until >= :since")
    return f"{_EXTENTS}{where(conditions)}"


def _conjuncts(condition: Condition) -> Iterator[Condition]:
    """What has to hold in any case for the condition to hold."""
    if isinstance(condition, Every):
        for part in condition.parts:
            yield from _conjuncts(part)
    else:
        yield condition


def _limits(parts: Sequence[Condition], name: str, column: str, parameters: Parameters) -> Iterator[str]:
    """What limits a property that has an index: one limit alone may leave too many."""
    kind = "moment" if column == "instant" else "number"
    for part in parts:
        match part:
            case Comparison(order, one, Property(asked), Constant(_, float() | int() as value)):
                if one == kind and asked == name and order != "<>":
                    parameters[f"{column}{len(parameters)}"] = value
                    yield f"{column} {order} :{column}{len(parameters) - 1}"
            case _:
                pass


def _of_conjunct(part: Condition, prefix: str, parameters: Parameters) -> str | None:
    """The candidates by a part of the filter that an index knows something about."""

    def bind(value: str | float) -> str:
        name = f"{prefix}{len(parameters)}"
        parameters[name] = value
        return f":{name}"

    match part:
        case Comparison("=", "text", Property("id" | "collection" as own), Constant(_, str(value))):
            return f"SELECT pk FROM item WHERE {own} = {bind(value)}"
        case OneOf("text", Property("id" | "collection" as own), values):
            listed = bind(json.dumps(values))
            return f"SELECT pk FROM item WHERE {own} IN (SELECT value FROM json_each({listed}))"
        case Spatial(_, _, boxes):
            return f"{_EXTENTS} WHERE {overlaps(boxes, bind)}"
        case Temporal(relation, left, right) if relation not in _APART and left.start == "start":
            if left.end == "end" and isinstance(right.start, int) and isinstance(right.end, int):
                since, until = bind(days(right.start)), bind(days(right.end))
                return f"{_EXTENTS} WHERE since <= {until} AND until >= {since}"
        case _:
            pass
    return None
