"""The store of STAC documents as the API sees it; SQLite stands behind it here, another database may."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from shapely.geometry.base import BaseGeometry

from eohub_catalogue.index.footprint import Box, Footprint
from eohub_catalogue.index.interval import Interval


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
    """An item's place in the order of results, which is by time, id and collection, greatest first."""

    start: int
    id: str
    collection: str


@dataclass(frozen=True)
class ItemQuery:
    """What is searched. Empty tuples and None ask for nothing; all that is asked for has to hold.

    `terms` is free text: one of the terms has to occur, with every one of its words, each at the beginning
    of a word in the item's title, description, keywords, variable names or id. A word with signs in it is a
    phrase.
    """

    collections: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    area: Area | None = None
    interval: Interval | None = None
    terms: tuple[tuple[str, ...], ...] = ()
    limit: int = 10
    after: Position | None = None


@dataclass(frozen=True)
class ItemRecord:
    """An item ready to be stored: its JSON text without `links`, its own links, and what it is found by."""

    collection: str
    id: str
    body: str
    links: str
    interval: Interval | None
    footprint: Footprint | None
    words: str


@dataclass(frozen=True)
class CollectionRecord:
    """A collection ready to be stored: its JSON text without `links`, and its own links."""

    id: str
    body: str
    links: str


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
    """One page of collections by id; `next` is the id to go on after, None at the end."""

    collections: tuple[CollectionRecord, ...]
    next: str | None


@dataclass(frozen=True)
class Written:
    """How many documents were new, changed, or already there as they are."""

    added: int = 0
    changed: int = 0
    same: int = 0

    def __add__(self, other: "Written") -> "Written":
        """Sum two counts."""
        return Written(self.added + other.added, self.changed + other.changed, self.same + other.same)


class StacStore(Protocol):
    """Keeps items and collections whatever their defects, by id; every write is all or nothing."""

    async def search(self, query: ItemQuery) -> ItemPage:
        """One page, newest first; raises NotFound for a collection that neither exists nor has items."""
        ...

    async def item(self, collection: str, item: str) -> StoredItem | None:
        """The item of this id in this collection, or None."""
        ...

    async def collections(self, limit: int, after: str | None = None) -> CollectionPage:
        """Collections in the order of their ids, those after `after`."""
        ...

    async def collection(self, collection: str) -> CollectionRecord | None:
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

    async def page_key(self) -> bytes:
        """The secret that page tokens are signed with, the same for all servers on this store."""
        ...

    async def close(self) -> None:
        """Let go of the database."""
        ...
