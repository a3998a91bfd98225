"""Writing documents: each function is part of one transaction, in which what was read stays true."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Table, TextClause, func, select, text

from eohub_catalogue.errors import ChangedMeanwhile
from eohub_catalogue.index import tables
from eohub_catalogue.index.etag import etag_of
from eohub_catalogue.index.learning import forget, learned_to, unlearn
from eohub_catalogue.index.ports import (
    ABSENT,
    PRESENT,
    Change,
    CollectionRecord,
    Expected,
    ItemRecord,
    Keep,
    Put,
    Remove,
    Written,
)
from eohub_catalogue.index.rows import (
    add_collections,
    add_items,
    remove_collections,
    remove_items,
)
from eohub_toolkit.errors import Conflict, NotFound

type Key = tuple[str, str]
"""Collection and id of an item; of a collection, its id and nothing."""

_ITEMS = text(
    "SELECT item.collection, item.id, item.pk, item.body, item.links FROM json_each(:keys) AS given"
    " CROSS JOIN item ON item.id = given.value ->> 1 AND item.collection = given.value ->> 0"
)
_COLLECTIONS = text(
    "SELECT collection.id, '', collection.pk, collection.body, collection.links"
    " FROM json_each(:keys) AS given CROSS JOIN collection ON collection.id = given.value ->> 0"
)
_ITEMS_OF = text("SELECT pk FROM item WHERE collection = :collection")


@dataclass(frozen=True)
class _Stored:
    """A document that is there."""

    pk: int
    body: str
    links: str


def put_items(connection: Connection, records: Iterable[ItemRecord]) -> Written:
    """Store items; the last of two alike wins."""
    latest = {(record.collection, record.id): record for record in records}
    if not latest:
        return Written()
    stored = _stored(connection, _ITEMS, latest)
    changed = {key: one.pk for key, one in stored.items() if not _is_same(one, latest[key])}
    new = _numbered(connection, tables.item, [key for key in latest if key not in stored])
    remove_items(connection, list(changed.values()))
    unlearn(connection, {key: latest[key].facts for key in changed})
    add_items(connection, {pk: latest[key] for key, pk in (changed | new).items()})
    return Written(len(new), len(changed), len(stored) - len(changed))


def put_collections(connection: Connection, records: Iterable[CollectionRecord]) -> Written:
    """Store collections; the last of two alike wins."""
    latest = {(record.id, ""): record for record in records}
    if not latest:
        return Written()
    stored = _stored(connection, _COLLECTIONS, latest)
    changed = {key: one.pk for key, one in stored.items() if not _is_same(one, latest[key])}
    new = _numbered(connection, tables.collection, [key for key in latest if key not in stored])
    remove_collections(connection, list(changed.values()))
    add_collections(connection, {pk: latest[key] for key, pk in (changed | new).items()})
    return Written(len(new), len(changed), len(stored) - len(changed))


def take_items(connection: Connection, keys: Iterable[Key]) -> int:
    """Remove items; returns how many there were."""
    stored = _stored(connection, _ITEMS, dict.fromkeys(keys))
    remove_items(connection, [one.pk for one in stored.values()])
    unlearn(connection, dict.fromkeys(stored))
    return len(stored)


def take_collections(connection: Connection, ids: Iterable[str]) -> int:
    """Remove collections, not their items; returns how many there were."""
    stored = _stored(connection, _COLLECTIONS, {(one, ""): None for one in ids})
    remove_collections(connection, [one.pk for one in stored.values()])
    return len(stored)


def apply(connection: Connection, changes: Sequence[Change]) -> int:
    """Make changes in their order; returns how many documents were removed.

    Raises Conflict, NotFound, ChangedMeanwhile for a document that is not as expected; then the transaction
    has to be rolled back.
    """
    removed = 0
    for group in _runs(changes):
        _check(connection, group)
        removed += _remove(connection, [change for change in group if isinstance(change, Remove)])
        records = [change.record for change in group if isinstance(change, Put)]
        put_items(connection, [one for one in records if isinstance(one, ItemRecord)])
        put_collections(connection, [one for one in records if isinstance(one, CollectionRecord)])
    return removed


def _runs(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Changes that follow each other, of one kind and of different documents: those are made together."""
    group: list[Change] = []
    keys: set[Key] = set()
    for change in changes:
        is_alike = group and type(group[0]) is type(change) and _is_item(group[0]) == _is_item(change)
        if group and (not is_alike or _key(change) in keys):
            yield group
            group, keys = [], set()
        group.append(change)
        keys.add(_key(change))
    if group:
        yield group


def _remove(connection: Connection, changes: Sequence[Change]) -> int:
    items = [
        (one.collection, one.item) for one in changes if isinstance(one, Remove) and one.item is not None
    ]
    removed = take_items(connection, items)
    for change in changes:
        if isinstance(change, Remove) and change.item is None:
            keys = connection.execute(_ITEMS_OF, {"collection": change.collection}).scalars().all()
            if keys and change.only_empty:
                raise Conflict("The collection still has items.", hint="Remove them first.")
            remove_items(connection, keys)
            forget(connection, change.collection)
            removed += len(keys) + take_collections(connection, [change.collection])
    return removed


def _check(connection: Connection, changes: Sequence[Change]) -> None:
    asked = _ITEMS if _is_item(changes[0]) else _COLLECTIONS
    stored = _stored(connection, asked, dict.fromkeys(map(_key, changes)))
    for change in changes:
        _check_one(_key(change), change.expected, stored.get(_key(change)))


def _check_one(key: Key, expected: Expected, stored: _Stored | None) -> None:
    if expected is None:
        return
    collection, item = key
    what = (
        f"item '{item[:100]}' in the collection '{collection[:100]}'"
        if item
        else f"collection '{collection[:100]}'"
    )
    if expected == ABSENT:
        if stored is not None:
            raise Conflict(f"There is a {what} already; nothing was changed.", hint="Replace it instead.")
    elif stored is None:
        raise NotFound(f"There is no {what}.")
    elif expected not in (PRESENT, etag_of(stored.body, stored.links)):
        raise ChangedMeanwhile


def _is_item(change: Change) -> bool:
    return isinstance(change.record, ItemRecord) if isinstance(change, Put) else change.item is not None


def _key(change: Change) -> Key:
    if isinstance(change, Remove | Keep):
        return change.collection, change.item or ""
    record = change.record
    return (record.collection, record.id) if isinstance(record, ItemRecord) else (record.id, "")


def _stored(connection: Connection, asked: TextClause, keys: Mapping[Key, object]) -> dict[Key, _Stored]:
    rows = connection.execute(asked, {"keys": json.dumps(list(keys))}).all()
    return {(row[0], row[1]): _Stored(row[2], row[3], row[4]) for row in rows}


def _is_same(stored: _Stored, record: ItemRecord | CollectionRecord) -> bool:
    return stored.body == record.body and stored.links == record.links


def _numbered(connection: Connection, table: Table, keys: Sequence[Key]) -> dict[Key, int]:
    """New keys for documents; items that come later are told from those before by theirs."""
    highest = select(func.max(func.coalesce(func.max(table.c.pk), 0), learned_to())).scalar_subquery()
    return {key: pk for pk, key in enumerate(keys, connection.execute(select(highest)).scalar_one() + 1)}
