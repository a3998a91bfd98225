"""The port IndexedCatalogue on a local index."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from eohub_catalogue.contract import (
    Abilities,
    CatalogueSource,
    CollectionPage,
    CollectionQuery,
    IndexState,
    QueryableList,
    SearchQuery,
)
from eohub_catalogue.errors import ItemNotFound
from eohub_catalogue.index.ports import StoredItem
from eohub_catalogue.index.query import item_query
from eohub_catalogue.ports import RawPage
from eohub_catalogue.search import interval
from eohub_catalogue.server.local_index import LocalIndex
from eohub_catalogue.server.local_items import marker_of, position_of, restored
from eohub_catalogue.server.notes import Notes
from eohub_toolkit.errors import NotFound

_PATIENCE_SECONDS = 2.0
_EVERYTHING = Abilities(
    words="there", collections="there", time="there", area="there", properties="there", cql2="there",
    collection_search="there",
)  # fmt: skip
"""The index does all of it, on every document that it has read."""


class LocalCatalogue:
    """A static catalogue, a folder, Earth Data Hub's files or a frozen search.

    The first search begins to build the index and answers with what is there after a little patience.
    """

    def __init__(
        self, source: CatalogueSource, index: LocalIndex, patience_seconds: float = _PATIENCE_SECONDS
    ) -> None:
        self._source = source
        self._index = index
        self._patience_seconds = patience_seconds

    async def search(self, query: SearchQuery) -> RawPage:
        """Return one page; raises InvalidPage, and what hinders the index where there is none yet."""
        after = None if query.page is None else position_of(query.page)
        note = await self._note(await self._index.freshen(self._patience_seconds if after is None else 0))
        opened = await self._index.opened()
        asked = replace(item_query(parameters_of(query)), after=after)
        try:
            page = await opened.store.search(asked)
        except NotFound:
            return RawPage((), None, 0, note)
        features = await self._restored(page.items)
        return RawPage(features, marker_of(page.next) if page.next else None, page.matched, note)

    async def abilities(self) -> Abilities:
        """Everything: the index does it."""
        return _EVERYTHING

    async def item(self, collection: str | None, item: str) -> object:
        """Return one item's JSON; raises ItemNotFound."""
        stored = await (await self._index.opened()).store.item(collection or "", item)
        if stored is None:
            raise ItemNotFound(
                f"{self._source.title} has no item {item!r} (any more).",
                hint="Search again; the catalogue may have changed.",
            )
        return (await self._restored([stored]))[0]

    async def index_state(self) -> IndexState:
        """Return how far the index is."""
        return await self._index.state()

    async def build_index(self) -> IndexState:
        """Begin to build the index or to bring it up to date; returns at once."""
        return await self._index.build()

    async def stop_building(self) -> IndexState:
        """Stop building; what has been read stays."""
        return await self._index.stop()

    async def forget(self) -> None:
        """Stop and delete the index."""
        await self._index.remove()

    async def _note(self, state: IndexState) -> str | None:
        title = self._source.title
        fault = self._index.fault
        if state.built is None and fault is not None and not state.items:
            raise fault
        if state.state == "building":
            total = f" of {state.total}" if state.total else ""
            doing = "being built" if state.built is None else "being brought up to date"
            return f"The index of {title} is {doing}, {state.documents}{total} files so far."
        if fault is not None:
            return f"{title} could not be looked through anew: {fault.detail}"
        if state.built is None:
            return f"The index of {title} is not complete."
        return None

    async def _restored(self, items: Sequence[StoredItem]) -> list[dict[str, object]]:
        notes = (await self._index.opened()).notes
        return await asyncio.to_thread(self._read, notes, items)

    def _read(self, notes: Notes, items: Sequence[StoredItem]) -> list[dict[str, object]]:
        addresses = notes.addresses_of([(each.collection, each.id) for each in items])
        documents = self._index.documents
        return [restored(each, documents, addresses.get((each.collection, each.id))) for each in items]


def parameters_of(query: SearchQuery) -> dict[str, object]:
    """What the index is asked, in the words of a STAC API."""
    given: dict[str, object] = {
        "collections": list(query.collections),
        "ids": list(query.ids),
        "limit": query.limit,
        # One term, so that every word has to occur.
        "q": [query.words] if query.words.split() else None,
        "datetime": interval(query.start, query.end) if query.start or query.end else None,
    }
    if query.area is not None:
        given |= {"bbox": query.area.bbox and list(query.area.bbox), "intersects": query.area.geometry}
    return given
