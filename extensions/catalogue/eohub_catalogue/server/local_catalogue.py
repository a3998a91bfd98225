"""The port IndexedCatalogue on a local index."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from eohub_catalogue.collection_list import by_title, collection_of, has_collection_words
from eohub_catalogue.contract import (
    Abilities,
    CatalogueSource,
    CollectionPage,
    CollectionQuery,
    CollectionSummary,
    IndexState,
    QueryableList,
    SearchQuery,
)
from eohub_catalogue.errors import InvalidPage, ItemNotFound
from eohub_catalogue.filters import cql2_of
from eohub_catalogue.index.ports import StoredItem
from eohub_catalogue.index.query import LARGEST_PAGE, item_query
from eohub_catalogue.index.queryables import Learned, LearnedProperty
from eohub_catalogue.ports import RawPage
from eohub_catalogue.queryables import queryables_of
from eohub_catalogue.search import interval, sort_keys
from eohub_catalogue.server.local_index import LocalIndex
from eohub_catalogue.server.local_items import marker_of, position_of, restored
from eohub_catalogue.server.notes import Notes
from eohub_toolkit.errors import NotFound

_PATIENCE_SECONDS = 2.0
_COLLECTIONS_AT_ONCE = 100
_MOST_COLLECTIONS = 20_000
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
        note = await self._note(await self._looked_through(after is None))
        opened = await self._index.opened()
        asked = replace(item_query(parameters_of(query)), after=after)
        if after is not None and len(after.keys) != len(asked.sort):
            raise InvalidPage("This page marker is of another order.", hint="Search again.")
        try:
            page = await opened.store.search(asked)
        except NotFound:
            return RawPage((), None, 0, note)
        features = await self._restored(page.items)
        marker = marker_of(page.next) if page.next else None
        return RawPage(features, marker, page.matched, note, sorted=query.sort is not None)

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

    async def collection(self, collection: str) -> Mapping[str, object]:
        """Return one collection's JSON; raises NotFound where only items name it."""
        opened = await self._index.opened()
        stored = await opened.store.collection(collection)
        if stored is None:
            raise NotFound(f"{self._source.title} does not describe {collection!r}.")
        address = await asyncio.to_thread(opened.notes.address_of_collection, collection)
        return restored(stored, self._index.documents, address)

    async def collections(self, query: CollectionQuery) -> CollectionPage:
        """Return one page of its collections by title; those that only items name have no more than an id."""
        note = await self._note(await self._looked_through(query.page is None))
        listed = await self._all_collections()
        found = by_title([each for each in listed if has_collection_words(each, query.words)], query.words)
        start = _offset_of(query.page)
        end = start + _COLLECTIONS_AT_ONCE
        return CollectionPage(
            collections=tuple(found[start:end]),
            next=str(end) if end < len(found) else None,
            matched=len(found),
            note=note,
        )

    async def queryables(self, collection: str | None) -> QueryableList:
        """Return what its items have, with all their values where these are few."""
        await self._index.freshen(self._patience_seconds)
        learned = await (await self._index.opened()).store.queryables([collection] if collection else [])
        return QueryableList(queryables=queryables_of(schema_of(learned)), learned=True)

    async def index_state(self) -> IndexState:
        """Return how far the index is."""
        return await self._index.state()

    async def build_index(self) -> IndexState:
        """Begin to build the index or to bring it up to date; returns at once."""
        return await self._index.build()

    async def stop_building(self) -> IndexState:
        """Stop building; what has been read stays."""
        return await self._index.stop()

    async def forget_index(self) -> None:
        """Stop and delete the index; the next search builds it anew."""
        await self._index.remove()

    async def _looked_through(self, is_first_page: bool) -> IndexState:
        """How far the index is; what has changed is looked for by the first page, not once more by "more"."""
        if is_first_page:
            return await self._index.freshen(self._patience_seconds)
        return await self._index.state()

    async def _note(self, state: IndexState) -> str | None:
        title = self._source.title
        fault = self._index.fault
        if state.built is None and fault is not None and not state.items:
            raise fault
        if state.state == "building":
            if state.built is not None:
                # It stands until the next search, so it tells no number that would be old in a moment.
                return f"What is new in {title} is being read; this was found in what was known before."
            total = f" of {state.total}" if state.total else ""
            return f"The index of {title} is being built, {state.documents}{total} files so far."
        if fault is not None:
            return f"{title} could not be looked through anew: {fault.detail}"
        if state.built is None:
            return f"The index of {title} is not complete."
        return None

    async def _all_collections(self) -> list[CollectionSummary]:
        opened = await self._index.opened()
        found: list[CollectionSummary] = []
        after: str | None = None
        while len(found) < _MOST_COLLECTIONS:
            page = await opened.store.collections(LARGEST_PAGE, after)
            read = (collection_of(json.loads(each.body), self._source.id) for each in page.collections)
            found += [each for each in read if each is not None]
            after = page.next
            if after is None:
                break
        described = {each.id for each in found}
        named = await asyncio.to_thread(opened.notes.collections_named)
        bare = (collection_of({"id": each}, self._source.id) for each in named if each not in described)
        return [*found, *(each for each in bare if each is not None)]

    async def _restored(self, items: Sequence[StoredItem]) -> list[dict[str, object]]:
        notes = (await self._index.opened()).notes
        return await asyncio.to_thread(self._read, notes, items)

    def _read(self, notes: Notes, items: Sequence[StoredItem]) -> list[dict[str, object]]:
        addresses = notes.addresses_of([(each.collection, each.id) for each in items])
        documents = self._index.documents
        return [restored(each, documents, addresses.get((each.collection, each.id))) for each in items]


def schema_of(learned: Learned) -> dict[str, object]:
    """The JSON Schema of what is known of properties."""
    return {"properties": {name: _schema_of_one(known) for name, known in learned.items()}}


def _schema_of_one(known: LearnedProperty) -> dict[str, object]:
    if known.kind == "datetime":
        return {"type": "string", "format": "date-time"}
    told = {"minimum": known.minimum, "maximum": known.maximum}
    values = sorted(known.values) if known.kind == "string" and known.values else None
    limits = {name: value for name, value in told.items() if value is not None}
    return {"type": known.kind, **limits, **({"enum": values} if values else {})}


def _offset_of(page: str | None) -> int:
    if page is None:
        return 0
    if not page.isascii() or not page.isdigit() or len(page) > 9:
        raise InvalidPage("This page marker is not from here.", hint="List the collections again.")
    return int(page)


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
    if query.sort is not None:
        given["sortby"] = sort_keys(query.sort)
    if (condition := cql2_of(query)) is not None:
        given |= {"filter": condition, "filter-lang": "cql2-json"}
    if query.area is not None:
        given |= {"bbox": query.area.bbox and list(query.area.bbox), "intersects": query.area.geometry}
    return given
