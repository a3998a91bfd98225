"""Taking what documents hold into the store and the notes, that of many documents at once."""

import asyncio
from itertools import batched

from eohub_catalogue.index.ports import CollectionRecord, ItemRecord, StacStore
from eohub_catalogue.server.documents import Contents
from eohub_catalogue.server.notes import Held, Noted, Notes

_DOCUMENTS_AT_ONCE = 500
_ITEMS_AT_ONCE = 2_000
_REMOVED_AT_ONCE = 1_000


class Intake:
    """Keeps documents until there are enough of them, as each write to a database takes its time.

    A document is noted as read only after all that it holds is in the store: what is lost with a killed
    server is read again.
    """

    def __init__(self, store: StacStore, notes: Notes) -> None:
        self._store = store
        self._notes = notes
        self._items: list[ItemRecord] = []
        self._collections: list[CollectionRecord] = []
        self._new: dict[str, Held] = {}
        self._before: dict[str, Held] = {}
        self._held: dict[str, Held] = {}
        self._read: dict[str, Noted] = {}

    async def add(self, address: str, part: Contents) -> None:
        """Take a part of what a document holds."""
        keys = frozenset((record.collection, record.id) for record in part.items)
        held = Held(keys, frozenset(record.id for record in part.collections))
        self._items += part.items
        self._collections += part.collections
        self._new[address] = self._new.get(address, Held()) | held
        if len(self._items) >= _ITEMS_AT_ONCE:
            await self.flush()

    async def finish(self, address: str, noted: Noted) -> None:
        """Note a document as read, with everything that was added of it or with all that it held before."""
        self._read[address] = noted
        if len(self._read) >= _DOCUMENTS_AT_ONCE:
            await self.flush()

    async def flush(self) -> None:
        """Write everything."""
        items, collections, new, read = self._items, self._collections, self._new, self._read
        self._items, self._collections, self._new, self._read = [], [], {}, {}
        # The note comes first: one without an item does no harm, an item without a note would stay for ever.
        await asyncio.to_thread(self._hold, new)
        if items:
            await self._store.put_items(items)
        if collections:
            await self._store.put_collections(collections)
        for address in read:
            if address in self._held:
                await self.release(address, self._before.pop(address) - self._held.pop(address))
        await asyncio.to_thread(self._notes.keep, read)

    async def forget(self, address: str) -> None:
        """Take out what a document held that is not there any more."""
        await self.release(address, await asyncio.to_thread(self._notes.held, address))
        await asyncio.to_thread(self._notes.forget, [address])

    async def release(self, address: str, held: Held) -> None:
        """Take out what a document does not hold any more and no other document holds."""
        if not held.items and not held.collections:
            return
        gone = await asyncio.to_thread(self._notes.alone, address, held)
        for keys in batched(gone.items, _REMOVED_AT_ONCE):
            await self._store.remove_items(keys)
        for ids in batched(gone.collections, _REMOVED_AT_ONCE):
            await self._store.remove_collections(ids)
        await asyncio.to_thread(self._notes.release, address, held)

    def _hold(self, new: dict[str, Held]) -> None:
        for address in new:
            if address not in self._before:
                self._before[address] = self._notes.held(address)
        self._notes.hold(new)
        for address, held in new.items():
            self._held[address] = self._held.get(address, Held()) | held
