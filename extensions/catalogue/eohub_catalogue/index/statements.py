"""The SQL of a search. At most two statements answer one: first how to search, then the page itself.

SQLite knows nothing about how selective an R*Tree or a text index is for given values. So the first statement
counts the candidates of each index, never beyond a bound, and the second one either starts from the smallest
set of candidates, or, where all are large, walks along the time index until the page is full.
"""

# Every value is a bound parameter; the texts put together here are constants of this room.
# ruff: noqa: S608

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from shapely.geometry.base import BaseGeometry

from eohub_catalogue.index.candidates import Candidates, days, narrowed, terms_expression, where
from eohub_catalogue.index.facts import CLOUD_COVER
from eohub_catalogue.index.ports import ItemQuery
from eohub_catalogue.index.predicate import Parameters, Predicate, predicate_of
from eohub_catalogue.index.sorting import NEWEST, after, key_columns, order_by

# Starting from this many candidates costs about as much as walking the time index does at worst.
MOST_CANDIDATES = 5_000
_COLUMNS = "item.collection, item.id, item.start_time, item.body, item.links"
_NOTHING = Predicate("", {}, {})


@dataclass(frozen=True)
class Statement:
    """SQL text with its parameters; `shapes` are geometries whose handles have to be bound by these names."""

    sql: str
    parameters: Parameters
    shapes: dict[str, BaseGeometry] = field(default_factory=dict[str, BaseGeometry])


@dataclass(frozen=True)
class Search:
    """A query with the SQL that both of its statements share."""

    query: ItemQuery

    @cached_property
    def predicate(self) -> Predicate:
        """The SQL of the filter."""
        return predicate_of(self.query.filter) if self.query.filter else _NOTHING

    @cached_property
    def candidates(self) -> Candidates:
        """A subquery for each index that can be used."""
        return narrowed(self.query)


def plan_statement(search: Search) -> Statement:
    """One row: the asked collections that are unknown, as a JSON list, then each index's candidates."""
    counts = [
        f"(SELECT count(*) FROM (SELECT 1 FROM ({candidates}) LIMIT :most))"
        for candidates in search.candidates.subqueries.values()
    ]
    parameters = _parameters(search.query) | search.candidates.parameters | {"most": MOST_CANDIDATES + 1}
    return Statement(f"SELECT {', '.join([_unknown(search.query), *counts])}", parameters)


def page_statement(search: Search, counts: Sequence[int]) -> Statement:
    """The rows of one page and one row more, with the number of all matches in each row where it is cheap.

    `counts` are the candidates that `plan_statement` found. A row is collection, id, start, body, links, the
    number of matches, and what it is sorted by.
    """
    query = search.query
    names = list(search.candidates.subqueries)
    chosen = names[counts.index(min(counts))] if min(counts) <= MOST_CANDIDATES else None
    columns, sorting = key_columns(query.sort) if query.sort else ([NEWEST], {})
    parameters = _parameters(query) | search.candidates.parameters | search.predicate.parameters | sorting
    parameters |= {"limit": query.limit + 1}
    keyset, position = _keyset(query)
    shapes = dict(search.predicate.shapes)
    if query.area:
        shapes["shape"] = query.area.shape
    if chosen is None and not query.sort:
        sql = _along_time(search, keyset)
    elif chosen is None and query.sort[0].name == CLOUD_COVER:
        sql = _along_cloud_cover(search, columns, keyset)
    else:
        sql = _sorted(search, chosen, columns, keyset)
    return Statement(sql, parameters | position, shapes)


def _sorted(search: Search, chosen: str | None, columns: Sequence[str], keyset: str) -> str:
    """All matches are looked at, from the chosen candidates on if there are any, and the first are taken."""
    query = search.query
    keys = [f"key{number}" for number in range(len(columns))]
    order = order_by(query.sort) if query.sort else "key0 DESC, id DESC, collection DESC"
    # CROSS JOIN keeps SQLite from turning the order of the tables round.
    source = "item"
    if chosen is not None:
        source = (
            f"({search.candidates.subqueries[chosen]}) AS candidate CROSS JOIN item ON item.pk = candidate.pk"
        )
    conditions = where(_conditions(search, besides=chosen or ""))
    named = ", ".join(f"{column} AS {key}" for column, key in zip(columns, keys, strict=True))
    # What is counted has to be kept; otherwise SQLite may stop, or keep no more than a page.
    matched, kept = (
        ("(SELECT count(*) FROM found)", "MATERIALIZED") if chosen else ("NULL", "NOT MATERIALIZED")
    )
    return (
        f"WITH found AS {kept} (SELECT item.pk, item.id, item.collection, {named}"
        f" FROM {source}{_with_facts(search, columns)}{conditions})"
        f" SELECT {_COLUMNS}, {matched}, {', '.join(f'page.{key}' for key in keys)} FROM"
        f" (SELECT * FROM found{where([keyset] if keyset else [])} ORDER BY {order} LIMIT :limit) AS page"
        f" CROSS JOIN item ON item.pk = page.pk ORDER BY {_of_page(order)}"
    )


def _along_time(search: Search, keyset: str) -> str:
    index = "item_by_collection" if len(search.query.collections) == 1 else "item_by_time"
    conditions = _conditions(search)
    if keyset:
        conditions.append(
            "(item.start_time, item.id, item.collection) < (:after0, :after_id, :after_collection)"
        )
    return (
        f"SELECT {_COLUMNS}, NULL FROM item INDEXED BY {index}{_with_facts(search, ())}{where(conditions)}"
        " ORDER BY item.start_time DESC, item.id DESC, item.collection DESC LIMIT :limit"
    )


def _along_cloud_cover(search: Search, columns: Sequence[str], keyset: str) -> str:
    """Items with a cloud cover in the order of its index until the page is full, and only then the others."""
    query = search.query
    keys = [f"key{number}" for number in range(len(columns))]
    order = order_by(query.sort)
    named = ", ".join(f"{column} AS {key}" for column, key in zip(columns, keys, strict=True))
    begins = []
    if query.after is not None and query.after.keys[0] is not None:
        begins = [f"item_facts.cloud_cover {'<=' if query.sort[0].descending else '>='} :after0"]
    arms = [
        f"SELECT * FROM (SELECT item.pk, item.id, item.collection, {named} FROM {source}"
        f"{where([*_conditions(search), *conditions])}) {where([keyset] if keyset else [])}"
        f" ORDER BY {order} LIMIT :limit"
        for source, conditions in (
            (
                "item_facts INDEXED BY item_by_cloud_cover CROSS JOIN item ON item.pk = item_facts.pk",
                ["item_facts.cloud_cover IS NOT NULL", *begins],
            ),
            (
                "item CROSS JOIN item_facts ON item_facts.pk = item.pk",
                ["item_facts.cloud_cover IS NULL"],
            ),
        )
    ]
    # The second is not begun where the first has filled the page.
    both = " UNION ALL ".join(f"SELECT * FROM ({arm})" for arm in arms)
    return (
        f"SELECT {_COLUMNS}, NULL, {', '.join(f'page.{key}' for key in keys)}"
        f" FROM ({both} LIMIT :limit) AS page"
        f" CROSS JOIN item ON item.pk = page.pk ORDER BY {_of_page(order)}"
    )


def _of_page(order: str) -> str:
    return ", ".join(f"page.{term}" for term in order.split(", "))


def _with_facts(search: Search, columns: Sequence[str]) -> str:
    uses = any("item_facts." in sql for sql in (search.predicate.sql, *columns))
    return " CROSS JOIN item_facts ON item_facts.pk = item.pk" if uses else ""


def _conditions(search: Search, besides: str = "") -> list[str]:
    """What has to hold exactly; an index that is exact by itself is not asked again."""
    query = search.query
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
    if search.predicate.sql:
        conditions.append(search.predicate.sql)
    return conditions


def _area_conditions(query: ItemQuery) -> list[str]:
    assert query.area
    parts = range(len(query.area.boxes))
    meets = " OR ".join(
        f"(west <= :east{part} AND east >= :west{part} AND south <= :north{part} AND north >= :south{part})"
        for part in parts
    )
    conditions = [f"({meets})"]
    # Rather shown than lost, where shapes cannot be compared: the boxes do overlap.
    reach = "COALESCE(is_related(:shape, 's_intersects', shape, west, south, east, north), 1)"
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


def _keyset(query: ItemQuery) -> tuple[str, Parameters]:
    if query.after is None:
        return "", {}
    ids: Parameters = {"after_id": query.after.id, "after_collection": query.after.collection}
    if query.sort:
        condition, parameters = after(query.sort, query.after.keys)
        return condition, parameters | ids
    return "(key0, id, collection) < (:after0, :after_id, :after_collection)", ids | {
        "after0": query.after.start
    }


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
        parameters["terms"] = terms_expression(query.terms)
    if query.interval:
        start, end = query.interval
        parameters |= {"start": start, "end": end, "since": days(start), "until": days(end)}
    if query.area:
        for part, (west, south, east, north) in enumerate(query.area.boxes):
            parameters |= {f"west{part}": west, f"south{part}": south}
            parameters |= {f"east{part}": east, f"north{part}": north}
        if query.area.heights:
            parameters |= {"bottom": query.area.heights[0], "top": query.area.heights[1]}
    return parameters
