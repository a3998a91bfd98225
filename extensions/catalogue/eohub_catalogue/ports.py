"""The outside world as the catalogue's pure parts see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from eohub_catalogue.conformance import Facts
from eohub_catalogue.contract import (
    Abilities,
    CollectionPage,
    CollectionQuery,
    FreezeQuery,
    FrozenList,
    FrozenState,
    IndexState,
    QueryableList,
    Saved,
    SavedPlace,
    SavedSearch,
    SearchQuery,
)
from eohub_catalogue.item_contract import AssetKey, FilterName, ItemSummary, OrderOffer
from eohub_catalogue.order_contract import Order, OrderList, OrderQuery
from eohub_catalogue.twin_contract import TwinForm, TwinQuery
from eohub_toolkit.errors import EohubError


@dataclass(frozen=True)
class RawPage:
    """Items as they came over the wire, so that a defective one is kept and can be shown.

    `ended_by` is what went wrong after some of them had come; `next` goes on from there.
    """

    features: Sequence[object]
    next: str | None
    matched: int | None
    note: str | None = None
    done_here: tuple[FilterName, ...] = ()
    ended_by: EohubError | None = None
    sorted: bool = False


class StacCatalogue(Protocol):
    """One catalogue, of whatever kind. All of it raises Unavailable, Upstream, TooMany or Unauthenticated."""

    async def search(self, query: SearchQuery) -> RawPage:
        """Return one page; raises InvalidPage for a marker that is not from here."""
        ...

    async def abilities(self) -> Abilities:
        """Return what it can do by itself, asked anew; so it is found out too whether it answers."""
        ...

    async def item(self, collection: str | None, item: str) -> object:
        """Return one item's JSON; raises ItemNotFound."""
        ...

    async def collection(self, collection: str) -> Mapping[str, object]:
        """Return one collection's JSON; raises NotFound where it is described nowhere."""
        ...

    async def collections(self, query: CollectionQuery) -> CollectionPage:
        """Return one page of its collections."""
        ...

    async def queryables(self, collection: str | None) -> QueryableList:
        """Return what can be searched in one collection, or in all."""
        ...


@runtime_checkable
class ApiCatalogue(StacCatalogue, Protocol):
    """A catalogue that is a STAC API."""

    async def facts(self) -> Facts:
        """Return how the API is asked, read once."""
        ...


@runtime_checkable
class OrderingCatalogue(StacCatalogue, Protocol):
    """A catalogue that takes orders."""

    async def order(self, offer: OrderOffer) -> Mapping[str, object]:
        """Send an order once and return the item that it became.

        Raises CatalogueBusy or NotPlaced where it was not taken and may be sent again, PlacedPerhaps where
        nobody knows, and others where it was refused.
        """
        ...


@runtime_checkable
class IndexedCatalogue(StacCatalogue, Protocol):
    """A catalogue that has no search of its own and is searched through a local index."""

    async def index_state(self) -> IndexState:
        """Return how far the index is."""
        ...

    async def build_index(self) -> IndexState:
        """Begin to build the index or to bring it up to date; returns at once."""
        ...

    async def stop_building(self) -> IndexState:
        """Stop building; what has been read stays."""
        ...

    async def forget_index(self) -> None:
        """Stop and delete the index; the next search builds it anew."""
        ...


class SavedThings(Protocol):
    """What a person keeps. Every change returns all of it; two changes at once both stay."""

    async def all(self) -> Saved:
        """Return everything."""
        ...

    async def keep_search(self, search: SavedSearch) -> Saved:
        """Keep a search, in place of one of the same name."""
        ...

    async def forget_search(self, name: str) -> Saved:
        """Forget a search; nothing happens where there is none."""
        ...

    async def keep_place(self, place: SavedPlace) -> Saved:
        """Keep a place, in place of one of the same name."""
        ...

    async def forget_place(self, name: str) -> Saved:
        """Forget a place; nothing happens where there is none."""
        ...


class Orders(Protocol):
    """Orders of a person, which outlive their server. Raises Unavailable where they cannot be kept."""

    async def all(self) -> OrderList:
        """Return them, newest first, and go on asking for those that are under way."""
        ...

    async def place(self, query: OrderQuery) -> Order:
        """Note an order and send it; returns at once. One that is under way is not placed a second time.

        Raises OrderedBefore where it was or may have been ordered before, unless that is wanted.
        """
        ...

    async def watch(self, identifier: str) -> Order:
        """Ask for one now, and go on asking for it; raises NotFound."""
        ...

    async def stop_watching(self, identifier: str) -> Order:
        """Ask for one no more; its catalogue goes on with it. Raises NotFound."""
        ...

    async def forget(self, identifier: str) -> OrderList:
        """Forget one; raises Conflict while it is being sent."""
        ...


class Twins(Protocol):
    """Digital twins, which answer only some combinations of choices."""

    async def form(self, query: TwinQuery) -> TwinForm:
        """Return the choices after those that were made; raises Unavailable, Upstream or TooMany."""
        ...


class Freezer(Protocol):
    """Keeps searches with what is needed to use them without a network."""

    async def freeze(self, query: FreezeQuery) -> FrozenState:
        """Begin; returns at once. Raises Invalid or Conflict for a path that cannot be taken."""
        ...

    async def frozen(self) -> FrozenList:
        """Return all of this server's, newest first."""
        ...

    async def stop(self, identifier: str) -> FrozenState:
        """Stop one and leave nothing of it behind; raises NotFound."""
        ...


@dataclass(frozen=True)
class Picture:
    """A small picture, made safe to be shown."""

    body: bytes
    media_type: str


class Quicklooks(Protocol):
    """Small pictures of items."""

    async def note(self, rows: Sequence[ItemSummary], features: Sequence[object]) -> None:
        """Remember where the pictures of these items lie, so that their items are not asked for again."""
        ...

    async def picture(self, key: AssetKey) -> Picture:
        """Return an asset's picture; raises NotFound where it has none that can be shown."""
        ...
