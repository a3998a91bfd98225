"""The SQL of a search. At most two statements answer one: first how to search, then the page itself.

SQLite knows nothing about how selective an R*Tree or a text index is for given values. So the first statement
counts the candidates of each index, never beyond a bound, and the second one either starts from the smallest
set of candidates, or, where all are large, walks along the time index until the page is full.
"""

# Every value is a bound parameter; the texts put together here are constants of this module.
# ruff: noqa: S608

import json
from dataclasses import dataclass

from eohub_catalogue.index.footprint import Box
from eohub_catalogue.index.interval import BEGINNING, END
from eohub_catalogue.index.ports import ItemQuery

# Starting from this many candidates costs about as much as walking the time index does at worst.
MOST_CANDIDATES = 5_000
_NOWHERE: Box = (1_000.0, 1_000.0, 1_000.0, 1_000.0)
_MICROSECONDS_PER_DAY = 86_400_000_000
_ORDER = "item.start_time DESC, item.id DESC, item.collection DESC"
_COLUMNS = "item.collection, item.id, item.start_time, item.body, item.links"

type Parameters = dict[str, str | int | float]


@dataclass(frozen=True)
class Statement:
    """SQL text with its parameters."""

    sql: str
    parameters: Parameters


def plan_statement(query: ItemQuery) -> Statement:
    """One row: the asked collections that are unknown, as a JSON list, then each index's candidates."""
    counts = [
        f"(SELECT count(*) FROM (SELECT 1 FROM ({candidates}) LIMIT :most))"
        for candidates in _candidates(query).values()
    ]
    parameters = _parameters(query) | {"most": MOST_CANDIDATES + 1}
    return Statement(f"SELECT {', '.join([_unknown(query), *counts])}", parameters)


def page_statement(query: ItemQuery, counts: list[int], shape: int) -> Statement:
    """The rows of one page and one row more, with the number of all matches in each row where it is cheap.

    `counts` are the candidates that `plan_statement` found; `shape` is the handle of the query's geometry
    for the SQL function `is_within_reach`.
    """
    names = list(_candidates(query))
    smallest = min(counts)
    parameters = _parameters(query) | {"limit": query.limit + 1, "shape": shape}
    if query.after:
        after = query.after
        parameters |= {"after_time": after.start, "after_id": after.id, "after_collection": after.collection}
    if smallest <= MOST_CANDIDATES:
        return Statement(_from_candidates(query, names[counts.index(smallest)]), parameters)
    return Statement(_along_time(query), parameters)


def match_expression(terms: tuple[tuple[str, ...], ...]) -> str:
    """An FTS5 expression for free text: quoted throughout, so that nothing in it is syntax."""
    words = [[f'"{word.replace(chr(34), " ")}"*' for word in term] for term in terms]
    return " OR ".join(f"({' AND '.join(term)})" for term in words)


def extent_row(box: Box | None, start: int, end: int) -> tuple[float, ...]:
    """One entry of the R*Tree: west, east, south, north, since, until; without a box outside the earth."""
    west, south, east, north = box or _NOWHERE
    return west, east, south, north, _days(start), _days(end)


def _from_candidates(query: ItemQuery, name: str) -> str:
    # CROSS JOIN keeps SQLite from turning the order of the two tables round.
    return (
        "WITH found AS MATERIALIZED (SELECT item.pk, start_time, item.id, item.collection"
        f" FROM ({_candidates(query)[name]}) AS candidate CROSS JOIN item ON item.pk = candidate.pk"
        f"{_where(_conditions(query, besides=name))})"
        f" SELECT {_COLUMNS}, (SELECT count(*) FROM found) FROM"
        f" (SELECT pk FROM found AS item{_where(_keyset(query))} ORDER BY {_ORDER} LIMIT :limit) AS page"
        f" CROSS JOIN item ON item.pk = page.pk ORDER BY {_ORDER}"
    )


def _along_time(query: ItemQuery) -> str:
    index = "item_by_collection" if len(query.collections) == 1 else "item_by_time"
    conditions = [*_conditions(query), *_keyset(query)]
    return (
        f"SELECT {_COLUMNS}, NULL FROM item INDEXED BY {index}{_where(conditions)}"
        f" ORDER BY {_ORDER} LIMIT :limit"
    )


def _candidates(query: ItemQuery) -> dict[str, str]:
    """A subquery of candidate pks for each index that the query can use; `all` where it can use none."""
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
    return found or {"all": "SELECT pk FROM item"}


def _extent(query: ItemQuery, part: int | None) -> str:
    conditions: list[str] = []
    if part is not None:
        conditions += [
            f"west <= :east{part} AND east >= :west{part}",
            f"south <= :north{part} AND north >= :south{part}",
        ]
    if query.interval:
        conditions.append("since <= :until AND until >= :since")
    return f"SELECT DISTINCT id >> 1 AS pk FROM item_extent{_where(conditions)}"


def _conditions(query: ItemQuery, besides: str = "") -> list[str]:
    """What has to hold exactly; an index that is exact by itself is not asked again."""
    conditions: list[str] = []
    if query.ids and besides != "ids":
        conditions.append("item.id IN (SELECT value FROM json_each(:ids))")
    if query.collections and besides != "collections":
        conditions.append(
            "item.collection = :collection"
            if len(query.collections) == 1
            else "item.collection IN (SELECT value FROM json_each(:collections))"
        )
    if query.interval:
        conditions.append("item.start_time <= :end AND item.end_time >= :start")
    if query.terms and besides != "terms":
        # Collected once: asking the text index about one row costs as much as asking it about all.
        conditions.append("item.pk IN (SELECT rowid FROM item_text WHERE item_text MATCH :terms)")
    if query.area:
        conditions.extend(_area_conditions(query))
    return conditions


def _area_conditions(query: ItemQuery) -> list[str]:
    assert query.area
    parts = range(len(query.area.boxes))
    overlaps = " OR ".join(
        f"(west <= :east{part} AND east >= :west{part} AND south <= :north{part} AND north >= :south{part})"
        for part in parts
    )
    conditions = [f"({overlaps})"]
    reach = "is_within_reach(:shape, shape, west, south, east, north)"
    if query.area.is_boxes:
        inside = " OR ".join(
            f"(west >= :west{part} AND east <= :east{part}"
            f" AND south >= :south{part} AND north <= :north{part})"
            for part in parts
        )
        # Most items are boxes or lie wholly inside: those need no geometry.
        conditions.append(f"(shape IS NULL OR {inside} OR {reach})")
    else:
        conditions.append(reach)
    if query.area.heights:
        conditions.append("(bottom IS NULL OR (bottom <= :top AND top >= :bottom))")
    return conditions


def _keyset(query: ItemQuery) -> list[str]:
    if query.after is None:
        return []
    return ["(item.start_time, item.id, item.collection) < (:after_time, :after_id, :after_collection)"]


def _unknown(query: ItemQuery) -> str:
    if not query.collections:
        return "'[]'"
    return (
        "(SELECT json_group_array(value) FROM json_each(:collections) WHERE value NOT IN"
        " (SELECT id FROM collection) AND NOT EXISTS (SELECT 1 FROM item WHERE item.collection = value))"
    )


def _parameters(query: ItemQuery) -> Parameters:
    parameters: Parameters = {}
    if query.ids:
        parameters["ids"] = json.dumps(query.ids)
    if query.collections:
        parameters |= {"collections": json.dumps(query.collections), "collection": query.collections[0]}
    if query.terms:
        parameters["terms"] = match_expression(query.terms)
    if query.interval:
        start, end = query.interval
        parameters |= {"start": start, "end": end, "since": _days(start), "until": _days(end)}
    if query.area:
        for part, (west, south, east, north) in enumerate(query.area.boxes):
            parameters |= {f"west{part}": west, f"south{part}": south}
            parameters |= {f"east{part}": east, f"north{part}": north}
        if query.area.heights:
            parameters |= {"bottom": query.area.heights[0], "top": query.area.heights[1]}
    return parameters


def _days(moment: int) -> float:
    return max(BEGINNING, min(END, moment)) / _MICROSECONDS_PER_DAY


def _where(conditions: list[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""
