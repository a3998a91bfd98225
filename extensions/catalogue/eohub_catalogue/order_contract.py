"""What crosses a wire about orders: data that a catalogue prepares on request and delivers later."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from eohub_catalogue.item_contract import ItemKey, OrderOffer
from eohub_catalogue.wire import CatalogueId, StacId, Wire

OrderState = Literal["placing", "ordered", "shipping", "succeeded", "failed", "cancelled-watching", "unknown"]
"""On its way to the catalogue; taken there; being delivered; delivered; refused or failed; not looked at any
more; sent without an answer, so that nobody knows whether it was taken."""


class OrderQuery(ItemKey):
    """An item that is to be ordered, with the offer that its row had."""

    title: str = Field(min_length=1, max_length=300)
    offer: OrderOffer
    again: bool = Field(default=False, description="Also where it was, or may have been, ordered before")


class Order(Wire):
    """One order as the panel shows it."""

    id: str
    title: str
    item: ItemKey = Field(description="What was ordered")
    offer: OrderOffer
    state: OrderState
    since: datetime = Field(description="Since when it is in this state")
    next_ask: datetime | None = Field(description="When the catalogue is asked again; null where it is not")
    problem: str | None = Field(description="What went wrong, a sentence; also where it is tried again")
    hint: str | None
    delivered: ItemKey | None = Field(description="The item that the catalogue made of the order")
    address: str | None = Field(description="Where the delivered data lies, without any secret")
    size_bytes: int | None


class OrderList(Wire):
    """Orders of a person, newest first."""

    orders: tuple[Order, ...]
    note: str | None = Field(description="Such as that the file they were in was broken")


class KeptOrder(Wire):
    """One order as it is kept. While it is `placing`, one without `next_ask` has been sent."""

    id: str
    title: str
    catalogue: CatalogueId
    collection: StacId | None
    item: StacId
    offer: OrderOffer
    state: OrderState
    since: datetime
    next_ask: datetime | None = None
    asks: int = Field(default=0, description="How often it was asked for since it was placed")
    faults: int = Field(default=0, description="How many of the last asks went wrong, one after the other")
    watched_since: datetime
    problem: str | None = None
    hint: str | None = None
    order_collection: StacId | None = None
    order_item: StacId | None = None
    address: str | None = None
    size_bytes: int | None = None


class KeptOrders(Wire):
    """All orders of a person, oldest first."""

    orders: tuple[KeptOrder, ...] = ()
