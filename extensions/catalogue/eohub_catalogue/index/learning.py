"""Learning of properties from stored items: those that came since the last time, when somebody asks."""

# Every value is a bound parameter; the texts put together here are constants of this module.
# ruff: noqa: S608

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, ScalarSelect, select, text

from eohub_catalogue.index import tables
from eohub_catalogue.index.queryables import Learned, from_text, joined, learn, to_text

MOST_RELEARNED = 20_000
"""Items of a collection that are looked at again after some were changed or removed. Of larger ones, what is
known of their properties may name more than there is, until a change finds no more than these."""

_ITEMS_AT_ONCE = 20_000
_MOST_COLLECTIONS = 1_000
_NEW = text(
    "SELECT item_facts.pk, item.collection, item_facts.facts FROM item_facts"
    " CROSS JOIN item ON item.pk = item_facts.pk"
    " WHERE item_facts.pk > (SELECT learned_to FROM derived) ORDER BY item_facts.pk LIMIT :most"
)
_LEARNED_TO = text("UPDATE derived SET learned_to = :last")
_GIVEN = "collection IN (SELECT value FROM json_each(:given))"
_KNOWN = text(f"SELECT collection, properties FROM learned WHERE {_GIVEN}")
_STALE = text(f"SELECT collection FROM learned WHERE is_stale AND {_GIVEN}")
_IS_UP_TO_DATE = text(
    f"SELECT NOT EXISTS (SELECT 1 FROM learned WHERE is_stale AND {_GIVEN})"
    " AND (SELECT coalesce(max(pk), 0) FROM item_facts) <= (SELECT learned_to FROM derived)"
)
_LEARN = (
    "INSERT INTO learned VALUES (?, ?, 0)"
    " ON CONFLICT (collection) DO UPDATE SET properties = excluded.properties"
)
_SET_STALE = text(f"UPDATE learned SET is_stale = 1 WHERE {_GIVEN}")
_FACTS = text(
    "SELECT facts FROM item CROSS JOIN item_facts ON item_facts.pk = item.pk WHERE collection = :collection"
)
# The index tells it without looking at a row.
_COUNT = text("SELECT count(*) FROM (SELECT 1 FROM item WHERE collection = :collection LIMIT :most)")
_RELEARNED = text("UPDATE learned SET properties = :properties WHERE collection = :collection")
_SET_FRESH = text("UPDATE learned SET is_stale = 0 WHERE collection = :collection")
_FORGET = text("DELETE FROM learned WHERE collection = :collection")


def learn_more(connection: Connection) -> bool:
    """Learn from the next items that came since the last time; tells whether those were all."""
    rows = connection.execute(_NEW, {"most": _ITEMS_AT_ONCE}).all()
    facts: defaultdict[str, list[str]] = defaultdict(list)
    for _, collection, one in rows:
        facts[collection].append(one)
    _add(connection, facts)
    if rows:
        connection.execute(_LEARNED_TO, {"last": rows[-1][0]})
    return len(rows) < _ITEMS_AT_ONCE


def unlearn(connection: Connection, items: Mapping[tuple[str, str], str | None]) -> None:
    """Note that items, by collection and id, were removed, or changed to have these facts."""
    if not items:
        return
    facts: defaultdict[str, list[str]] = defaultdict(list)
    for (collection, _), one in items.items():
        if one is not None:
            facts[collection].append(one)
    _add(connection, facts)
    connection.execute(_SET_STALE, {"given": json.dumps(sorted({collection for collection, _ in items}))})


def is_up_to_date(connection: Connection, collections: Sequence[str]) -> bool:
    """Whether there is nothing to learn of these collections, or of all, and so nothing to write."""
    return bool(connection.execute(_IS_UP_TO_DATE, _given(connection, collections)).scalar_one())


def relearn(connection: Connection, collections: Sequence[str], most: int = MOST_RELEARNED) -> None:
    """Look again at the items of those of these collections, or of all, in which some have changed.

    Of a collection of more than `most` items stays known what was known, and it counts as looked at.
    """
    for collection in connection.execute(_STALE, _given(connection, collections)).scalars().all():
        asked = {"collection": collection}
        if connection.execute(_COUNT, asked | {"most": most + 1}).scalar_one() <= most:
            properties = to_text(joined([learn(connection.execute(_FACTS, asked).scalars())]))
            connection.execute(_RELEARNED, asked | {"properties": properties})
        connection.execute(_SET_FRESH, asked)


def known(connection: Connection, collections: Sequence[str]) -> Learned:
    """What was learned of these collections' items, or of all."""
    rows = connection.execute(_KNOWN, _given(connection, collections))
    return joined(from_text(properties) for _, properties in rows)


def forget(connection: Connection, collection: str) -> None:
    """Forget what was learned of a collection's items."""
    connection.execute(_FORGET, {"collection": collection})


def learned_to() -> ScalarSelect[int]:
    """The key of the last item that was learned from, for use in a statement."""
    return select(tables.derived.c.learned_to).scalar_subquery()


def _given(connection: Connection, collections: Sequence[str]) -> dict[str, str]:
    table = tables.learned
    every = select(table.c.collection).order_by(table.c.collection).limit(_MOST_COLLECTIONS)
    return {"given": json.dumps([*(collections or connection.execute(every).scalars())])}


def _add(connection: Connection, facts: Mapping[str, Sequence[str]]) -> None:
    if not facts:
        return
    rows = connection.execute(_KNOWN, {"given": json.dumps(list(facts))}).all()
    before = {collection: from_text(properties) for collection, properties in rows}
    values = [
        (collection, to_text(joined([before.get(collection, {}), learn(texts)])))
        for collection, texts in facts.items()
    ]
    connection.exec_driver_sql(_LEARN, values)
