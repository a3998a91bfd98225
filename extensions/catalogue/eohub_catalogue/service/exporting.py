"""What is exported: collections and items of a store, page by page, so that memory stays bounded."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from eohub_catalogue.index.ports import ItemQuery, StacStore, StoredCollection, StoredItem

ITEMS_AT_ONCE = 500
_COLLECTIONS_AT_ONCE = 500


@dataclass(frozen=True)
class Selection:
    """What a person wants to export: items by a query, and the collections that it names, or all of them."""

    store: StacStore
    query: ItemQuery

    async def collections(self) -> AsyncIterator[StoredCollection]:
        """The collections in the order of their ids."""
        if self.query.collections:
            for name in self.query.collections:
                if (found := await self.store.collection(name)) is not None:
                    yield found
            return
        after: str | None = None
        while True:
            page = await self.store.collections(_COLLECTIONS_AT_ONCE, after)
            for record in page.collections:
                yield record
            if (after := page.next) is None:
                return

    async def items(self) -> AsyncIterator[StoredItem]:
        """The items, newest first; each page is a transaction of its own, so that nobody waits for another.

        Raises NotFound for a collection that is not there, Unavailable where a page takes too long.
        """
        query = replace(self.query, limit=ITEMS_AT_ONCE)
        while True:
            page = await self.store.search(query)
            for item in page.items:
                yield item
            if page.next is None:
                return
            query = replace(query, after=page.next)
