"""The order of results: by any property, then id and collection; what an item lacks comes last."""

from collections.abc import Sequence
from dataclasses import dataclass

from eohub_catalogue.filters import TIMES
from eohub_catalogue.index.interval import UNKNOWN
from eohub_catalogue.index.predicate import Parameters

type SortValue = str | int | float | None

LONGEST_KEY = 100
"""Characters of a text that items are sorted by: they stand in the token of the next page."""

NEWEST = "item.start_time"


@dataclass(frozen=True)
class SortKey:
    """A property to sort by. `datetime` is the beginning of the item's time."""

    name: str
    descending: bool = False


def key_columns(keys: Sequence[SortKey]) -> tuple[list[str], Parameters]:
    """SQL of each key on the tables `item` and `item_facts`, and its parameters."""
    parameters: Parameters = {}
    columns = [_column(key.name, f"sort{number}", parameters) for number, key in enumerate(keys)]
    return columns, parameters


def order_by(keys: Sequence[SortKey]) -> str:
    """The terms of ORDER BY: columns `key0`, `key1` ..., then `id` and `collection` as the last key."""
    # SQLite takes null for the smallest, which a descending order has last by itself.
    terms = [f"key{n} DESC" if key.descending else f"key{n} ASC NULLS LAST" for n, key in enumerate(keys)]
    last = "DESC" if keys[-1].descending else "ASC"
    return ", ".join([*terms, f"id {last}", f"collection {last}"])


def after(keys: Sequence[SortKey], values: Sequence[SortValue]) -> tuple[str, Parameters]:
    """SQL that is true behind a position with these values, its id `:after_id` and `:after_collection`."""
    parameters: Parameters = {}
    sign = "<" if keys[-1].descending else ">"
    condition = f"(id, collection) {sign} (:after_id, :after_collection)"
    for number, (key, value) in reversed([*enumerate(zip(keys, values, strict=True))]):
        column = f"key{number}"
        if value is None:
            condition = f"({column} IS NULL AND {condition})"
            continue
        parameters[f"after{number}"] = value
        beyond = f"{column} {'<' if key.descending else '>'} :after{number} OR {column} IS NULL"
        condition = f"({beyond} OR ({column} = :after{number} AND {condition}))"
    return condition, parameters


def _column(name: str, bound: str, parameters: Parameters) -> str:
    match name:
        case "datetime":
            return f"NULLIF(item.start_time, {UNKNOWN})"
        case "id" | "collection":
            return f"item.{name}"
        case "eo:cloud_cover":
            return "item_facts.cloud_cover"
        case _:
            parameters[bound] = f'$."{name}"'
    held, value = f"json_type(item_facts.facts, :{bound})", f"item_facts.facts ->> :{bound}"
    if name in TIMES:
        return f"cql2_moment(CASE {held} WHEN 'text' THEN {value} END)"
    return (
        f"CASE {held} WHEN 'text' THEN substr({value}, 1, {LONGEST_KEY})"
        f" WHEN 'integer' THEN CAST({value} AS REAL) WHEN 'real' THEN {value}"
        " WHEN 'true' THEN 1.0 WHEN 'false' THEN 0.0 END"
    )
