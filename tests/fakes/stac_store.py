"""A `StacStore` in memory that compares every item with the query, one by one: slow, and easy to believe."""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence

import shapely

from eohub_catalogue.errors import ChangedMeanwhile
from eohub_catalogue.filters import TIMES
from eohub_catalogue.index.etag import etag_of
from eohub_catalogue.index.facts import CLOUD_COVER, Fact
from eohub_catalogue.index.footprint import box_shape, shape_of
from eohub_catalogue.index.interval import Interval, moment
from eohub_catalogue.index.matching import is_true_for
from eohub_catalogue.index.ports import (
    ABSENT,
    PRESENT,
    Change,
    CollectionPage,
    CollectionRecord,
    CollectionSearch,
    Expected,
    ItemPage,
    ItemQuery,
    ItemRecord,
    Keep,
    Position,
    Put,
    Remove,
    StoredCollection,
    StoredItem,
    Written,
)
from eohub_catalogue.index.queryables import Learned, learn
from eohub_catalogue.index.sorting import LONGEST_KEY, SortKey, SortValue
from eohub_toolkit.errors import Conflict, NotFound

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
        found = in_order([r for r in self._items.values() if matches(r, query)], query.sort)
        rest = found
        if query.after is not None:
            rest = found[[position_of(record, query.sort) for record in found].index(query.after) + 1 :]
        page = rest[: query.limit]
        return ItemPage(
            items=tuple(StoredItem(r.collection, r.id, r.body, r.links) for r in page),
            next=position_of(page[-1], query.sort) if len(rest) > len(page) else None,
            matched=len(found),
        )

    async def item(self, collection: str, item: str) -> StoredItem | None:
        record = self._items.get((collection, item))
        return record and StoredItem(record.collection, record.id, record.body, record.links)

    async def collections(self, limit: int, after: str | None = None) -> CollectionPage:
        return await self.search_collections(CollectionSearch(limit=limit, after=after))

    async def search_collections(self, query: CollectionSearch) -> CollectionPage:
        found = sorted(one.id for one in self._collections.values() if is_found(one, query))
        rest = [one for one in found if query.after is None or one > query.after]
        page = tuple(given_back(self._collections[one]) for one in rest[: query.limit])
        return CollectionPage(page, page[-1].id if len(rest) > query.limit else None, len(found))

    async def collection(self, collection: str) -> StoredCollection | None:
        found = self._collections.get(collection)
        return found and given_back(found)

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

    async def apply(self, changes: Sequence[Change]) -> int:
        items, collections = dict(self._items), dict(self._collections)
        try:
            return sum([await self._change(change) for change in changes])
        except Exception:
            self._items, self._collections = items, collections
            raise

    async def _change(self, change: Change) -> int:
        if isinstance(change, Put):
            record = change.record
            if isinstance(record, ItemRecord):
                check(self._items.get((record.collection, record.id)), change.expected)
                await self.put_items([record])
            else:
                check(self._collections.get(record.id), change.expected)
                await self.put_collections([record])
            return 0
        if change.item is not None:
            check(self._items.get((change.collection, change.item)), change.expected)
            gone = [(change.collection, change.item)] if isinstance(change, Remove) else []
            return await self.remove_items(gone)
        check(self._collections.get(change.collection), change.expected)
        if isinstance(change, Keep):
            return 0
        its_own = [key for key in self._items if key[0] == change.collection]
        if its_own and change.only_empty:
            raise Conflict("The collection still has items.")
        return await self.remove_items(its_own) + await self.remove_collections([change.collection])

    async def queryables(self, collections: Sequence[str] = ()) -> Learned:
        records = [r for r in self._items.values() if not collections or r.collection in collections]
        return learn(record.facts for record in records)

    async def page_key(self) -> bytes:
        return b"k" * 32

    async def close(self) -> None:
        self.closed = True


def position_of(record: ItemRecord, sort: Sequence[SortKey] = ()) -> Position:
    start = record.interval[0] if record.interval else _BEFORE_EVERYTHING
    return Position(start, record.id, record.collection, keys_of(record, sort))


def keys_of(record: ItemRecord, sort: Sequence[SortKey]) -> tuple[SortValue, ...]:
    facts, identity = json.loads(record.facts), (record.collection, record.id)
    return tuple(sort_value(key, identity, record.interval, facts) for key in sort)


def sort_value(
    key: SortKey, identity: tuple[str, str], interval: Interval | None, facts: Mapping[str, Fact]
) -> SortValue:
    """What an item is sorted by; `identity` is its collection and its id. Numbers come before texts."""
    match key.name:
        case "datetime":
            return interval[0] if interval else None
        case "collection":
            return identity[0]
        case "id":
            return identity[1]
        case _:
            value = facts.get(key.name)
    if isinstance(value, str) and key.name in TIMES:
        return moment(value)
    if isinstance(value, bool | int | float):
        is_taken = key.name not in TIMES and not (key.name == CLOUD_COVER and isinstance(value, bool))
        return float(value) if is_taken else None
    return value[:LONGEST_KEY] if isinstance(value, str) and key.name != CLOUD_COVER else None


def in_order(records: Sequence[ItemRecord], sort: Sequence[SortKey]) -> list[ItemRecord]:
    """By one key after the other, the least important first: Python's sorting keeps what was in order."""
    if not sort:
        return sorted(records, key=position_of, reverse=True)
    found = sorted(records, key=lambda r: (r.id, r.collection), reverse=sort[-1].descending)
    for number, key in reversed(list(enumerate(sort))):
        values = {id(record): keys_of(record, sort)[number] for record in found}
        there = [record for record in found if values[id(record)] is not None]
        lacking = [record for record in found if values[id(record)] is None]
        there.sort(key=lambda r: (isinstance(v := values[id(r)], str), v), reverse=key.descending)
        found = there + lacking
    return found


def given_back(record: CollectionRecord) -> StoredCollection:
    return StoredCollection(record.id, record.body, record.links)


def check(found: ItemRecord | CollectionRecord | None, expected: Expected) -> None:
    if expected == ABSENT and found is not None:
        raise Conflict("It is there already.")
    if expected not in (ABSENT, None) and found is None:
        raise NotFound("It is not there.")
    if expected not in (ABSENT, PRESENT, None) and found and etag_of(found.body, found.links) != expected:
        raise ChangedMeanwhile


def is_found(record: CollectionRecord, query: CollectionSearch) -> bool:
    if query.interval and not (record.interval and overlap(record.interval, query.interval)):
        return False
    area = query.area
    return _says(record.words, query.terms) and (
        area is None or any(area.shape.intersects(box_shape(*box)) for box in record.boxes)
    )


def matches(record: ItemRecord, query: ItemQuery) -> bool:
    """Whether everything that is asked for holds for one item."""
    if query.collections and record.collection not in query.collections:
        return False
    if query.ids and record.id not in query.ids:
        return False
    if query.interval and not (record.interval and overlap(record.interval, query.interval)):
        return False
    if query.filter and not is_true_for(query.filter, json.loads(record.body)):
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
