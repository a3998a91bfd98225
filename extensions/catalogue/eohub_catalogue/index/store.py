"""The store on SQLite: what the API and the pod ask of it, each in one transaction and in a thread."""

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

import anyio.to_thread
from sqlalchemy import Connection, Engine, select

from eohub_catalogue.index import tables, writing
from eohub_catalogue.index.collection_statements import collection_statements
from eohub_catalogue.index.database import Database
from eohub_catalogue.index.learning import is_up_to_date, known, learn_more, relearn
from eohub_catalogue.index.ports import (
    Change,
    CollectionPage,
    CollectionRecord,
    CollectionSearch,
    ItemPage,
    ItemQuery,
    ItemRecord,
    Position,
    StoredCollection,
    StoredItem,
    Written,
)
from eohub_catalogue.index.queryables import Learned
from eohub_catalogue.index.statements import Search, page_statement, plan_statement
from eohub_catalogue.index.upgrading import Upgrade
from eohub_toolkit.db import open_engine, transaction
from eohub_toolkit.errors import Invalid, NotFound


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
        self._key: bytes | None = None
        self._database = Database(engine, search_seconds=search_seconds, readers=readers, clock=clock)

    @classmethod
    def open(
        cls, url: str, *, search_seconds: float = 10.0, readers: int = 4, upgrade: Upgrade | None = None
    ) -> "SqliteStore":
        """Open the database at `url`, made or brought up to date where necessary.

        Raises Unavailable where it cannot be opened, Conflict where a newer version has made it. While it is
        brought up to date in the background, everything that is asked of it raises BeingUpgraded.
        """
        store = cls(open_engine(url, pool_size=readers), search_seconds=search_seconds, readers=readers)
        store._database.bring_up_to_date(upgrade or Upgrade())
        return store

    async def search(self, query: ItemQuery) -> ItemPage:
        """One page; raises NotFound for an unknown collection, Invalid, Unavailable after too long.

        A search whose caller is cancelled ends too.
        """
        return await self._database.while_wanted(self._search, query)

    async def item(self, collection: str, item: str) -> StoredItem | None:
        """The item of this id in this collection, or None."""
        return await self._database.in_thread(self._item, collection, item)

    async def collections(self, limit: int, after: str | None = None) -> CollectionPage:
        """All collections in the order of their ids, those after `after`."""
        return await self.search_collections(CollectionSearch(limit=limit, after=after))

    async def search_collections(self, query: CollectionSearch) -> CollectionPage:
        """Collections that a search finds, in the order of their ids."""
        return await self._database.while_wanted(self._search_collections, query)

    async def collection(self, collection: str) -> StoredCollection | None:
        """The collection of this id, or None."""
        return await self._database.in_thread(self._collection, collection)

    async def put_items(self, records: Sequence[ItemRecord]) -> Written:
        """Store items in one transaction; the last of two alike wins."""
        return await self._write(writing.put_items, records)

    async def put_collections(self, records: Sequence[CollectionRecord]) -> Written:
        """Store collections in one transaction; the last of two alike wins."""
        return await self._write(writing.put_collections, records)

    async def remove_items(self, keys: Sequence[tuple[str, str]]) -> int:
        """Remove items by collection and id in one transaction; returns how many there were."""
        return await self._write(writing.take_items, keys)

    async def remove_collections(self, ids: Sequence[str]) -> int:
        """Remove collections by id, not their items; returns how many there were."""
        return await self._write(writing.take_collections, ids)

    async def apply(self, changes: Sequence[Change]) -> int:
        """Make all changes or, raising Conflict, NotFound or ChangedMeanwhile, none."""
        return await self._write(writing.apply, changes)

    async def queryables(self, collections: Sequence[str] = ()) -> Learned:
        """What is known of the properties of these collections' items, or of all items."""
        return await self._database.in_thread(self._queryables, collections)

    async def page_key(self) -> bytes:
        """The secret that page tokens are signed with, made once with the database."""
        if self._key is None:
            self._key = await self._database.in_thread(self._page_key)
        return self._key

    async def close(self) -> None:
        """Close all connections; an upgrade ends after the step that it is at."""
        await anyio.to_thread.run_sync(self._database.close)

    async def _write[Given, Result](
        self, work: Callable[[Connection, Given], Result], given: Given
    ) -> Result:
        def written() -> Result:
            with self._database.writing() as connection:
                return work(connection, given)

        return await self._database.in_thread(written)

    def _search(self, query: ItemQuery) -> ItemPage:
        if query.after and len(query.after.keys) != len(query.sort):
            raise Invalid("The page does not belong to this search.", hint="Search again.")
        search = Search(query)
        with self._database.reading() as connection:
            unknown, *counts = self._database.rows(connection, plan_statement(search))[0]
            if missing := json.loads(unknown):
                raise NotFound(
                    f"There is no collection '{missing[0]}' here.",
                    hint="Collections are listed at /collections.",
                )
            rows = self._database.rows(connection, page_statement(search, counts))
        page = rows[: query.limit]
        last: Any = page[-1] if len(rows) > query.limit else None
        return ItemPage(
            items=tuple(StoredItem(row[0], row[1], row[3], row[4]) for row in page),
            next=last and Position(last[2], last[1], last[0], tuple(last[6:]) if query.sort else ()),
            matched=rows[0][5] if rows else 0 if query.after is None else None,
        )

    def _item(self, collection: str, item: str) -> StoredItem | None:
        table = tables.item
        columns = (table.c.collection, table.c.id, table.c.body, table.c.links)
        asked = select(*columns).where(table.c.id == item, table.c.collection == collection)
        with transaction(self.engine) as connection:
            row = connection.execute(asked).one_or_none()
        return StoredItem(*row) if row else None

    def _search_collections(self, query: CollectionSearch) -> CollectionPage:
        count, page = collection_statements(query)
        with self._database.reading() as connection:
            matched = self._database.rows(connection, count)[0][0]
            rows = self._database.rows(connection, page)
        found = tuple(StoredCollection(*row) for row in rows[: query.limit])
        return CollectionPage(found, found[-1].id if len(rows) > query.limit else None, matched)

    def _collection(self, collection: str) -> StoredCollection | None:
        table = tables.collection
        asked = select(table.c.id, table.c.body, table.c.links).where(table.c.id == collection)
        with transaction(self.engine) as connection:
            row = connection.execute(asked).one_or_none()
        return StoredCollection(*row) if row else None

    def _queryables(self, collections: Sequence[str]) -> Learned:
        with transaction(self.engine) as connection:
            has_more = not is_up_to_date(connection, collections)
        is_late = self._database.deadline()
        while has_more and not is_late():
            with self._database.writing() as connection:
                has_more = not learn_more(connection)
                relearn(connection, collections)
        with transaction(self.engine) as connection:
            return known(connection, collections)

    def _page_key(self) -> bytes:
        with transaction(self.engine) as connection:
            return connection.execute(select(tables.page_key.c.secret)).scalar_one()
