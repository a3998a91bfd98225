"""The store on SQLite: one writer, pooled readers, blocking work in threads; the only file with a session."""

import json
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import anyio.to_thread
import shapely
from alembic.util import CommandError
from anyio import CapacityLimiter
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, Engine, bindparam, delete, event, func, insert, select, text
from sqlalchemy.exc import DatabaseError

from eohub_catalogue.index import tables
from eohub_catalogue.index.footprint import box_shape
from eohub_catalogue.index.interval import UNKNOWN
from eohub_catalogue.index.ports import (
    CollectionPage,
    CollectionRecord,
    ItemPage,
    ItemQuery,
    ItemRecord,
    Position,
    StoredItem,
    Written,
)
from eohub_catalogue.index.statements import Statement, extent_row, page_statement, plan_statement
from eohub_toolkit.db import open_engine, transaction, upgrade
from eohub_toolkit.errors import Conflict, NotFound, Unavailable

MIGRATIONS = Path(__file__).parent / "migrations"
_INSTRUCTIONS_BETWEEN_LOOKS = 10_000
# Eight times SQLite's own: searches by place touch rows all over the file.
_READER_CACHE_KIB = 16 * 1024
# Indexes are written all over the file: 64 MiB of cache and of log keep a page from being written many times.
_WRITER_PRAGMAS = ("cache_size=-65536", "wal_autocheckpoint=16384")
# Positional and given to the driver as they are: a batch of thousands is bound twice as fast that way.
_INSERT_ITEM = f"INSERT INTO item VALUES ({', '.join('?' * len(tables.item.c))})"  # noqa: S608
_INSERT_EXTENT = (
    "INSERT INTO item_extent (id, west, east, south, north, since, until) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_INSERT_WORDS = "INSERT INTO item_text (rowid, words) VALUES (?, ?)"
_STORED = text(
    "SELECT item.pk, item.collection, item.id, item.body, item.links FROM json_each(:keys) AS given"
    " CROSS JOIN item ON item.id = given.value ->> 1 AND item.collection = given.value ->> 0"
)


class SqliteStore:
    """A `StacStore` in one SQLite file."""

    def __init__(
        self,
        engine: Engine,
        *,
        search_seconds: float = 10.0,
        readers: int = 4,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.engine = engine
        self._search_seconds = search_seconds
        self._clock = clock
        self._threads = CapacityLimiter(readers)
        self._shapes: dict[int, BaseGeometry] = {}
        self._handles = count(1)
        event.listen(engine, "connect", self._prepare)

    @classmethod
    def open(cls, url: str, *, search_seconds: float = 10.0, readers: int = 4) -> "SqliteStore":
        """Open the database at `url`, made or brought up to date where necessary.

        Raises Unavailable where it cannot be opened, Conflict where a newer version has made it.
        """
        engine = open_engine(url, pool_size=readers)
        store = cls(engine, search_seconds=search_seconds, readers=readers)
        try:
            Path(engine.url.database or "").parent.mkdir(parents=True, exist_ok=True)
            _bring_up_to_date(engine)
        except (OSError, DatabaseError) as error:
            raise Unavailable(
                f"The catalogue's database {engine.url.database} cannot be opened.",
                hint="Look at its folder's permissions and free space, and that it is a database.",
            ) from error
        except CommandError as error:
            raise Conflict(
                "The catalogue's database was made by a newer version.", hint="Install that version again."
            ) from error
        return store

    async def search(self, query: ItemQuery) -> ItemPage:
        """One page, newest first; raises NotFound for an unknown collection, Unavailable after too long."""
        return await self._in_thread(self._search, query)

    async def item(self, collection: str, item: str) -> StoredItem | None:
        """The item of this id in this collection, or None."""
        return await self._in_thread(self._item, collection, item)

    async def collections(self, limit: int, after: str | None = None) -> CollectionPage:
        """Collections in the order of their ids, those after `after`."""
        return await self._in_thread(self._collections, limit, after)

    async def collection(self, collection: str) -> CollectionRecord | None:
        """The collection of this id, or None."""
        return await self._in_thread(self._collection, collection)

    async def put_items(self, records: Sequence[ItemRecord]) -> Written:
        """Store items in one transaction; the last of two alike wins."""
        return await self._in_thread(self._put_items, records)

    async def put_collections(self, records: Sequence[CollectionRecord]) -> Written:
        """Store collections in one transaction; the last of two alike wins."""
        return await self._in_thread(self._put_collections, records)

    async def remove_items(self, keys: Sequence[tuple[str, str]]) -> int:
        """Remove items by collection and id in one transaction; returns how many there were."""
        return await self._in_thread(self._remove_items, keys)

    async def remove_collections(self, ids: Sequence[str]) -> int:
        """Remove collections by id, not their items; returns how many there were."""
        return await self._in_thread(self._remove_collections, ids)

    async def page_key(self) -> bytes:
        """The secret that page tokens are signed with, made once with the database."""
        return await self._in_thread(self._page_key)

    async def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    async def _in_thread[*Given, Result](self, work: Callable[[*Given], Result], *given: *Given) -> Result:
        return await anyio.to_thread.run_sync(work, *given, limiter=self._threads)

    def _prepare(self, connection: Any, _: object) -> None:
        connection.create_function("is_within_reach", 6, self._is_within_reach, deterministic=True)
        connection.execute(f"PRAGMA cache_size=-{_READER_CACHE_KIB}")

    def _is_within_reach(
        self, handle: int, shape: bytes | None, west: float, south: float, east: float, north: float
    ) -> bool:
        """The SQL function that tells whether an item's shape, or else its box, meets a query's geometry."""
        try:
            mine = shapely.from_wkb(shape) if shape is not None else box_shape(west, south, east, north)
            return bool(self._shapes[handle].intersects(mine))
        except ShapelyError:
            # Rather shown than lost: the boxes do overlap.
            return True

    @contextmanager
    def _reading(self) -> Generator[Connection]:
        """A connection on which a statement is stopped when its time is up."""
        until = self._clock() + self._search_seconds
        with transaction(self.engine) as connection:
            database: Any = connection.connection.dbapi_connection
            database.set_progress_handler(lambda: self._clock() > until, _INSTRUCTIONS_BETWEEN_LOOKS)
            try:
                yield connection
            except Exception as error:
                if self._clock() > until:
                    raise Unavailable(
                        f"The search took longer than {self._search_seconds:g} s.",
                        hint="Narrow it by collection, dates or area.",
                    ) from error
                raise
            finally:
                database.set_progress_handler(None, 0)

    def _search(self, query: ItemQuery) -> ItemPage:
        handle = next(self._handles)
        if query.area:
            shapely.prepare(query.area.shape)
            self._shapes[handle] = query.area.shape
        try:
            with self._reading() as connection:
                unknown, *counts = _run(connection, plan_statement(query))[0]
                if missing := json.loads(unknown):
                    raise NotFound(
                        f"There is no collection '{missing[0]}' here.",
                        hint="Collections are listed at /collections.",
                    )
                rows = _run(connection, page_statement(query, counts, handle))
        finally:
            self._shapes.pop(handle, None)
        page = rows[: query.limit]
        last = page[-1] if len(rows) > query.limit else None
        return ItemPage(
            items=tuple(StoredItem(row[0], row[1], row[3], row[4]) for row in page),
            next=last and Position(last[2], last[1], last[0]),
            matched=rows[0][5] if rows else 0 if query.after is None else None,
        )

    def _item(self, collection: str, item: str) -> StoredItem | None:
        table = tables.item
        columns = (table.c.collection, table.c.id, table.c.body, table.c.links)
        asked = select(*columns).where(table.c.id == item, table.c.collection == collection)
        with transaction(self.engine) as connection:
            row = connection.execute(asked).one_or_none()
        return StoredItem(*row) if row else None

    def _collections(self, limit: int, after: str | None) -> CollectionPage:
        table = tables.collection
        asked = select(table).order_by(table.c.id).limit(limit + 1)
        if after is not None:
            asked = asked.where(table.c.id > after)
        with transaction(self.engine) as connection:
            rows = connection.execute(asked).all()
        found = tuple(CollectionRecord(*row) for row in rows[:limit])
        return CollectionPage(found, found[-1].id if len(rows) > limit else None)

    def _collection(self, collection: str) -> CollectionRecord | None:
        table = tables.collection
        with transaction(self.engine) as connection:
            row = connection.execute(select(table).where(table.c.id == collection)).one_or_none()
        return CollectionRecord(*row) if row else None

    def _page_key(self) -> bytes:
        with transaction(self.engine) as connection:
            return connection.execute(select(tables.page_key.c.secret)).scalar_one()

    def _put_items(self, records: Sequence[ItemRecord]) -> Written:
        latest = {(record.collection, record.id): record for record in records}
        with self._writing() as connection:
            rows = connection.execute(_STORED, {"keys": json.dumps(list(latest))}).all()
            stored = {(row[1], row[2]): (row[0], row[3], row[4]) for row in rows}
            same = {
                key for key, (_, *texts) in stored.items() if texts == [latest[key].body, latest[key].links]
            }
            changed = {key: pk for key, (pk, *_) in stored.items() if key not in same}
            new = [key for key in latest if key not in stored]
            highest = connection.execute(select(func.coalesce(func.max(tables.item.c.pk), 0))).scalar_one()
            _remove(connection, list(changed.values()))
            _add(connection, {pk: latest[key] for key, pk in changed.items()})
            _add(connection, {pk: latest[key] for pk, key in enumerate(new, highest + 1)})
        return Written(len(new), len(changed), len(same))

    def _put_collections(self, records: Sequence[CollectionRecord]) -> Written:
        latest = {record.id: record for record in records}
        table = tables.collection
        with self._writing() as connection:
            rows = connection.execute(select(table).where(table.c.id.in_(latest))).all()
            stored = {row[0]: CollectionRecord(*row) for row in rows}
            changed = [key for key, record in stored.items() if record != latest[key]]
            new = [key for key in latest if key not in stored]
            connection.execute(delete(table).where(table.c.id.in_(changed)))
            if values := [vars(latest[key]) for key in (*changed, *new)]:
                connection.execute(insert(table), values)
        return Written(len(new), len(changed), len(stored) - len(changed))

    def _remove_items(self, keys: Sequence[tuple[str, str]]) -> int:
        with self._writing() as connection:
            rows = connection.execute(_STORED, {"keys": json.dumps(list(dict.fromkeys(keys)))}).all()
            _remove(connection, [row[0] for row in rows])
        return len(rows)

    def _remove_collections(self, ids: Sequence[str]) -> int:
        table = tables.collection
        with self._writing() as connection:
            stored = connection.execute(select(table.c.id).where(table.c.id.in_(ids))).scalars().all()
            connection.execute(delete(table).where(table.c.id.in_(stored)))
        return len(stored)

    @contextmanager
    def _writing(self) -> Generator[Connection]:
        """A transaction that holds the write lock from its first statement, so that reads in it stay true."""
        with transaction(self.engine) as connection:
            for pragma in _WRITER_PRAGMAS:
                connection.exec_driver_sql(f"PRAGMA {pragma}")
            _lock_for_writing(connection)
            yield connection


def _bring_up_to_date(engine: Engine) -> None:
    # The lock makes a second process wait that starts at the same moment, and the whole step atomic.
    event.listen(engine, "begin", _lock_for_writing)
    try:
        upgrade(engine, MIGRATIONS)
    finally:
        event.remove(engine, "begin", _lock_for_writing)


def _lock_for_writing(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _run(connection: Connection, statement: Statement) -> Sequence[Any]:
    return connection.execute(text(statement.sql), statement.parameters).all()


def _remove(connection: Connection, keys: Sequence[int]) -> None:
    if not keys:
        return
    values = [{"key": key, "east_part": 2 * key + 1} for key in keys]
    connection.execute(text("DELETE FROM item_extent WHERE id IN (2 * :key, :east_part)"), values)
    connection.execute(text("DELETE FROM item_text WHERE rowid = :key"), values)
    connection.execute(delete(tables.item).where(tables.item.c.pk == bindparam("key")), values)


def _add(connection: Connection, records: dict[int, ItemRecord]) -> None:
    if not records:
        return
    connection.exec_driver_sql(_INSERT_ITEM, [_item_row(pk, record) for pk, record in records.items()])
    connection.exec_driver_sql(_INSERT_WORDS, [(pk, record.words) for pk, record in records.items()])
    extents = [row for pk, record in records.items() for row in _extent_rows(pk, record)]
    connection.exec_driver_sql(_INSERT_EXTENT, extents)


def _item_row(pk: int, record: ItemRecord) -> tuple[Any, ...]:
    """The values of a row of `tables.item`, in the order of its columns."""
    times = record.interval or (UNKNOWN, UNKNOWN)
    place = record.footprint
    lies = (*place.envelope, place.bottom, place.top, place.shape) if place else (None,) * 7
    return pk, record.collection, record.id, *times, *lies, record.body, record.links


def _extent_rows(pk: int, record: ItemRecord) -> list[tuple[float, ...]]:
    start, end = record.interval or (UNKNOWN, UNKNOWN)
    boxes = record.footprint.boxes if record.footprint else (None,)
    return [(2 * pk + part, *extent_row(box, start, end)) for part, box in enumerate(boxes)]
