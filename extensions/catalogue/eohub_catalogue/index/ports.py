"""The store of STAC documents as the API sees it; SQLite stands behind it here, another database may."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from shapely.geometry.base import BaseGeometry

from eohub_catalogue.index.expression import Condition
from eohub_catalogue.index.footprint import Box, Footprint
from eohub_catalogue.index.interval import Interval
from eohub_catalogue.index.queryables import Learned
from eohub_catalogue.index.sorting import SortKey, SortValue


@dataclass(frozen=True)
class Area:
    """A searched area: boxes that cover it, its exact shape, and the heights asked for, if any.

    `is_boxes` tells that the area is nothing but its boxes, which a database can compare by itself.
    """

    boxes: tuple[Box, ...]
    shape: BaseGeometry
    is_boxes: bool
    heights: tuple[float, float] | None = None


@dataclass(frozen=True, order=True)
class Position:
    """An item's place in the order of results, which is by time, id and collection, greatest first.

    Where another order was asked for, `keys` has what the item is sorted by, in the order of the keys.
    """

    start: int
    id: str
    collection: str
    keys: tuple[SortValue, ...] = ()


@dataclass(frozen=True)
class ItemQuery:
    """What is searched. Empty tuples and None ask for nothing; all that is asked for has to hold.

    `terms` is free text: one of the terms has to occur, with every one of its words, each at the beginning
    of a word in the item's title, description, keywords, variable names or id. A word with signs in it is a
    phrase. Without `sort` the newest items come first.
    """

    collections: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    area: Area | None = None
    interval: Interval | None = None
    terms: tuple[tuple[str, ...], ...] = ()
    filter: Condition | None = None
    sort: tuple[SortKey, ...] = ()
    limit: int = 10
    after: Position | None = None


@dataclass(frozen=True)
class CollectionSearch:
    """Which collections are searched; as `ItemQuery`, with words in title, description, keywords or id."""

    area: Area | None = None
    interval: Interval | None = None
    terms: tuple[tuple[str, ...], ...] = ()
    limit: int = 10
    after: str | None = None


@dataclass(frozen=True)
class ItemRecord:
    """An item ready to be stored: its JSON text without `links`, its own links, and what it is found by.

    `facts` is JSON text of what filters see of its properties, `instant` the moment of its `datetime`.
    """

    collection: str
    id: str
    body: str
    links: str
    interval: Interval | None
    footprint: Footprint | None
    words: str
    facts: str
    cloud_cover: float | None = None
    instant: int | None = None


@dataclass(frozen=True)
class StoredCollection:
    """A collection as it is given back."""

    id: str
    body: str
    links: str


@dataclass(frozen=True)
class CollectionRecord(StoredCollection):
    """A collection ready to be stored, as an item is; `boxes` cover its extent."""

    interval: Interval | None = None
    boxes: tuple[Box, ...] = ()
    words: str = ""


@dataclass(frozen=True)
class StoredItem:
    """An item as it is given back; `collection` is empty where the item names none."""

    collection: str
    id: str
    body: str
    links: str


@dataclass(frozen=True)
class ItemPage:
    """One page of items; `matched` counts all matching items, or is None where counting is not cheap."""

    items: tuple[StoredItem, ...]
    next: Position | None
    matched: int | None


@dataclass(frozen=True)
class CollectionPage:
    """One page of collections by id, and how many match; `next` is the id to go on after, None at the end."""

    collections: tuple[StoredCollection, ...]
    next: str | None
    matched: int


@dataclass(frozen=True)
class Written:
    """How many documents were new, changed, or already there as they are."""

    added: int = 0
    changed: int = 0
    same: int = 0

    def __add__(self, other: "Written") -> "Written":
        """Sum two counts."""
        return Written(self.added + other.added, self.changed + other.changed, self.same + other.same)


ABSENT, PRESENT = "absent", "present"
type Expected = str | None
"""What a document has to be for a change: `ABSENT`, `PRESENT`, of this ETag, or, with None, anything."""


@dataclass(frozen=True)
class Put:
    """A document to be stored in place of the one of its id."""

    record: ItemRecord | CollectionRecord
    expected: Expected = None


@dataclass(frozen=True)
class Remove:
    """An item to be removed, or with `item` None a collection and all its items.

    `only_empty` tells that a collection is removed only where it has no items.
    """

    collection: str
    item: str | None
    expected: Expected = None
    only_empty: bool = False


@dataclass(frozen=True)
class Keep:
    """A document that is left as it is, but has to be as expected for the changes beside it to be made."""

    collection: str
    item: str | None = None
    expected: Expected = PRESENT


type Change = Put | Remove | Keep


class StacStore(Protocol):
    """Keeps items and collections whatever their defects, by id; every write is all or nothing."""

    async def search(self, query: ItemQuery) -> ItemPage:
        """One page, newest first; raises NotFound for a collection that neither exists nor has items."""
        ...

    async def item(self, collection: str, item: str) -> StoredItem | None:
        """The item of this id in this collection, or None."""
        ...

    async def collections(self, limit: int, after: str | None = None) -> CollectionPage:
        """All collections in the order of their ids, those after `after`."""
        ...

    async def search_collections(self, query: CollectionSearch) -> CollectionPage:
        """Collections that a search finds, in the order of their ids."""
        ...

    async def collection(self, collection: str) -> StoredCollection | None:
        """The collection of this id, or None."""
        ...

    async def put_items(self, records: Sequence[ItemRecord]) -> Written:
        """Store items, replacing those of the same collection and id; the last of two alike wins."""
        ...

    async def put_collections(self, records: Sequence[CollectionRecord]) -> Written:
        """Store collections, replacing those of the same id; the last of two alike wins."""
        ...

    async def remove_items(self, keys: Sequence[tuple[str, str]]) -> int:
        """Remove items by collection and id; returns how many there were."""
        ...

    async def remove_collections(self, ids: Sequence[str]) -> int:
        """Remove collections by id, not their items; returns how many there were."""
        ...

    async def apply(self, changes: Sequence[Change]) -> int:
        """Make changes in their order, all or none; returns how many items and collections were removed.

        Raises Conflict where a document is there that should not be, NotFound where one is not, and
        ChangedMeanwhile where it is not of the expected ETag; also where another process changed it.
        """
        ...

    async def queryables(self, collections: Sequence[str] = ()) -> Learned:
        """What is known of the properties of these collections' items, or of all items."""
        ...

    async def page_key(self) -> bytes:
        """The secret that page tokens are signed with, the same for all servers on this store."""
        ...

    async def close(self) -> None:
        """Let go of the database."""
        ...
