"""A `StacStore` in memory that compares every item with the query, one by one: slow, and easy to believe."""

import re
import unicodedata
from collections.abc import Sequence

import shapely

from eohub_catalogue.index.footprint import shape_of
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
from eohub_toolkit.errors import NotFound

# No item has been seen so early: it stands for "no time" in the order of results.
_BEFORE_EVERYTHING = -(10**17) - 1


class MemoryStacStore:
    """Documents in two dictionaries."""

    def __init__(self) -> None:
        self._items: dict[tuple[str, str], ItemRecord] = {}
        self._collections: dict[str, CollectionRecord] = {}
        self.searches: list[ItemQuery] = []
        self.closed = False

    async def search(self, query: ItemQuery) -> ItemPage:
        self.searches.append(query)
        known = {*self._collections, *(record.collection for record in self._items.values())}
        for collection in query.collections:
            if collection not in known:
                raise NotFound(f"There is no collection '{collection}' here.")
        found = sorted((r for r in self._items.values() if matches(r, query)), key=position_of, reverse=True)
        rest = [record for record in found if query.after is None or position_of(record) < query.after]
        page = rest[: query.limit]
        return ItemPage(
            items=tuple(StoredItem(r.collection, r.id, r.body, r.links) for r in page),
            next=position_of(page[-1]) if len(rest) > len(page) else None,
            matched=len(found),
        )

    async def item(self, collection: str, item: str) -> StoredItem | None:
        record = self._items.get((collection, item))
        return record and StoredItem(record.collection, record.id, record.body, record.links)

    async def collections(self, limit: int, after: str | None = None) -> CollectionPage:
        ids = [one for one in sorted(self._collections) if after is None or one > after]
        page = tuple(self._collections[one] for one in ids[:limit])
        return CollectionPage(page, page[-1].id if len(ids) > limit else None)

    async def collection(self, collection: str) -> CollectionRecord | None:
        return self._collections.get(collection)

    async def put_items(self, records: Sequence[ItemRecord]) -> Written:
        latest = {(record.collection, record.id): record for record in records}
        written = Written(
            added=sum(key not in self._items for key in latest),
            changed=sum(key in self._items and self._items[key] != record for key, record in latest.items()),
            same=sum(self._items.get(key) == record for key, record in latest.items()),
        )
        self._items |= latest
        return written

    async def put_collections(self, records: Sequence[CollectionRecord]) -> Written:
        latest = {record.id: record for record in records}
        stored = self._collections
        written = Written(
            added=sum(key not in stored for key in latest),
            changed=sum(key in stored and stored[key] != record for key, record in latest.items()),
            same=sum(stored.get(key) == record for key, record in latest.items()),
        )
        self._collections |= latest
        return written

    async def remove_items(self, keys: Sequence[tuple[str, str]]) -> int:
        return sum(self._items.pop(key, None) is not None for key in keys)

    async def remove_collections(self, ids: Sequence[str]) -> int:
        return sum(self._collections.pop(each, None) is not None for each in ids)

    async def page_key(self) -> bytes:
        return b"k" * 32

    async def close(self) -> None:
        self.closed = True


def position_of(record: ItemRecord) -> Position:
    start = record.interval[0] if record.interval else _BEFORE_EVERYTHING
    return Position(start, record.id, record.collection)


def matches(record: ItemRecord, query: ItemQuery) -> bool:
    """Whether everything that is asked for holds for one item."""
    if query.collections and record.collection not in query.collections:
        return False
    if query.ids and record.id not in query.ids:
        return False
    if query.interval and not (record.interval and overlap(record.interval, query.interval)):
        return False
    return _lies_in(record, query) and _says(record.words, query.terms)


def overlap(mine: tuple[float, float], other: tuple[float, float]) -> bool:
    return mine[0] <= other[1] and mine[1] >= other[0]


def _lies_in(record: ItemRecord, query: ItemQuery) -> bool:
    if query.area is None:
        return True
    place = record.footprint
    if place is None:
        return False
    heights = None if place.bottom is None or place.top is None else (place.bottom, place.top)
    if heights and query.area.heights and not overlap(heights, query.area.heights):
        return False
    mine = shapely.from_wkb(place.shape) if place.shape else shape_of(place.boxes)
    asked = shape_of(query.area.boxes) if query.area.is_boxes else query.area.shape
    return bool(mine.intersects(asked))


def _says(text: str, terms: Sequence[Sequence[str]]) -> bool:
    words = tokens(text)
    return not terms or any(all(_phrase_occurs(words, tokens(word)) for word in term) for term in terms)


def tokens(text: str) -> list[str]:
    """Runs of letters and digits without case and accents."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return re.findall(r"[^\W_]+", plain.lower())


def _phrase_occurs(words: Sequence[str], phrase: Sequence[str]) -> bool:
    if not phrase:
        return False
    windows = (words[start : start + len(phrase)] for start in range(len(words) - len(phrase) + 1))
    return any(
        list(window[:-1]) == list(phrase[:-1]) and window[-1].startswith(phrase[-1]) for window in windows
    )
