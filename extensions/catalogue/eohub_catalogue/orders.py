"""Orders as values: which item can be ordered, what its catalogue tells of an order, and when it is asked."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from eohub_catalogue.assets import absolute, is_web
from eohub_catalogue.errors import OrderedBefore, TooMuchKept
from eohub_catalogue.item_contract import ItemKey, OrderOffer
from eohub_catalogue.keys import without_key
from eohub_catalogue.order_contract import KeptOrder, KeptOrders, Order, OrderQuery, OrderState
from eohub_catalogue.reading import count, identifier, mapping, sequence, text
from eohub_toolkit.errors import EohubError

MOST_ORDERS: Final = 100
LONGEST_WATCH: Final = timedelta(days=7)
UNDER_WAY: Final = frozenset[OrderState]({"placing", "ordered", "shipping"})
_LARGEST_BODY: Final = 16_384
_LONGEST_ADDRESS: Final = 4_096
# What a killed server had taken on is seen to after that long.
_TAKEN_ON: Final = timedelta(seconds=120)
_MOST_LINKS: Final = 500
_MOST_FAULTS: Final = 10
_FIRST_PAUSE_SECONDS: Final = 5.0
_LONGEST_PAUSE_SECONDS: Final = 300.0
_GROWTH: Final = 1.5
# https://github.com/stac-extensions/order, and what DestinE's HDA tells beside it.
_STATES: Final[Mapping[str, Literal["ordered", "shipping", "succeeded", "failed"]]] = {
    "ordered": "ordered", "pending": "ordered", "shipping": "shipping", "succeeded": "succeeded",
    "failed": "failed", "canceled": "failed",
}  # fmt: skip


@dataclass(frozen=True)
class Progress:
    """What a catalogue tells of an order."""

    state: Literal["ordered", "shipping", "succeeded", "failed"]
    problem: str | None
    address: str | None
    size_bytes: int | None


def offer_of(item: Mapping[str, object]) -> OrderOffer | None:
    """How an item is ordered: its `retrieve` link, where it is orderable and has one that can be followed."""
    if mapping(item.get("properties")).get("order:status") != "orderable":
        return None
    links = (mapping(link) for link in sequence(item.get("links"))[:_MOST_LINKS])
    link = next((each for each in links if each.get("rel") == "retrieve"), {})
    href, body = text(link.get("href"), _LONGEST_ADDRESS), link.get("body")
    if href is None or not isinstance(body, dict):
        return None
    address = absolute(item, href)
    try:
        sent = json.dumps(body, allow_nan=False, ensure_ascii=False).encode()
        fits = len(sent) <= _LARGEST_BODY and len(address) <= _LONGEST_ADDRESS
    except (ValueError, RecursionError):
        fits = False
    if not fits or not is_web(address) or without_key(address) != address:
        return None
    return OrderOffer(href=address, body=dict(mapping(body)))


def id_of(query: OrderQuery) -> str:
    """The same for the same offer of the same item."""
    said = [query.catalogue, query.collection, query.item, query.offer.href, query.offer.body]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def placed(query: OrderQuery, now: datetime) -> KeptOrder:
    """A new order, to be sent at once."""
    return KeptOrder(
        id=id_of(query), title=query.title, catalogue=query.catalogue, collection=query.collection,
        item=query.item, offer=query.offer, state="placing", since=now, next_ask=now, watched_since=now,
    )  # fmt: skip


def with_new(kept: KeptOrders, new: KeptOrder, *, again: bool) -> KeptOrders:
    """All orders with a new one, in place of the same one before; as they are where that is under way.

    Raises OrderedBefore where it was or may have been taken before, unless `again`; TooMuchKept.
    """
    before = next((each for each in kept.orders if each.id == new.id), None)
    if before is not None and before.state in UNDER_WAY:
        return kept
    if before is not None and before.state != "failed" and not again:
        if before.state == "unknown":
            raise OrderedBefore(
                f"Nobody knows whether the catalogue took the order of {new.title}.",
                hint="Order it again only if it is missing in your orders there.",
            )
        raise OrderedBefore(
            f"{new.title} was ordered before.", hint="Order it again only if you need it twice."
        )
    others = tuple(each for each in kept.orders if each.id != new.id)
    if len(others) >= MOST_ORDERS:
        raise TooMuchKept(f"{MOST_ORDERS} orders are kept.", hint="Forget some that are over.")
    return KeptOrders(orders=(*others, new))


def taken_on(kept: KeptOrders, now: datetime) -> KeptOrders:
    """All orders when those that are due are being seen to: no other server sees to them meanwhile."""
    return KeptOrders(
        orders=tuple(
            each.model_copy(update={"next_ask": now + _TAKEN_ON}) if is_due(each, now) else each
            for each in kept.orders
        )
    )


def in_doubt(kept: KeptOrders, now: datetime) -> KeptOrders:
    """All orders when whoever sent some of them is not there any more."""
    problem = "The server ended while the order was being sent."
    return KeptOrders(
        orders=tuple(unsure(each, problem, now) if was_sent(each) else each for each in kept.orders)
    )


def was_sent(order: KeptOrder) -> bool:
    """Whether an order was sent and not answered yet."""
    return order.state == "placing" and order.next_ask is None


def progress_of(item: Mapping[str, object]) -> Progress | None:
    """What an item tells of its order, None where it tells nothing that is known."""
    properties = mapping(item.get("properties"))
    told = text(properties.get("order:status"), 40) or ""
    state = _STATES.get(told)
    if state is None:
        return None
    problem = None
    if told == "canceled":
        problem = "It was cancelled there."
    elif state == "failed":
        reason = text(properties.get("order:message")) or text(properties.get("order:error"))
        problem = f"It failed there. {reason or ''}".strip()
    asset = _delivered(item) if state == "succeeded" else {}
    href = text(asset.get("href"), 4096)
    address = without_key(absolute(item, href)) or None if href else None
    return Progress(state, problem, address, count(asset.get("file:size")))


def _delivered(item: Mapping[str, object]) -> Mapping[str, object]:
    assets = mapping(item.get("assets"))
    with_data = (asset for asset in assets.values() if "data" in sequence(mapping(asset).get("roles")))
    first = assets.get("downloadLink") or next(with_data, None) or next(iter(assets.values()), None)
    return mapping(first)


def pause(asks: int) -> timedelta:
    """How long to wait before an order is asked for again: growing, five minutes at most."""
    grown = _FIRST_PAUSE_SECONDS * _GROWTH ** min(asks, 30)
    return timedelta(seconds=min(grown, _LONGEST_PAUSE_SECONDS))


def told(order: KeptOrder, progress: Progress, now: datetime) -> KeptOrder:
    """The order after its catalogue has told of it."""
    is_over = progress.state in ("succeeded", "failed")
    return in_state(
        order, progress.state, now, asks=order.asks + 1, faults=0,
        next_ask=None if is_over else now + pause(order.asks),
        problem=progress.problem, hint=None, address=progress.address, size_bytes=progress.size_bytes,
    )  # fmt: skip


def faulted(order: KeptOrder, error: EohubError, now: datetime) -> KeptOrder:
    """The order after its catalogue could not be asked: it is asked again, later and later.

    One that was not sent yet fails after ten times.
    """
    faults = order.faults + 1
    if order.state == "placing" and faults >= _MOST_FAULTS:
        return refused(order, error, now)
    wait = pause(max(order.asks, faults))
    if error.retry_after is not None:
        wait = max(wait if order.state != "placing" else timedelta(), timedelta(seconds=error.retry_after))
    return in_state(
        order, order.state, now, faults=faults, asks=order.asks + 1, next_ask=now + wait,
        problem=error.detail, hint=error.hint,
    )  # fmt: skip


def refused(order: KeptOrder, error: EohubError, now: datetime) -> KeptOrder:
    """The order after its catalogue would have none of it."""
    return in_state(order, "failed", now, next_ask=None, problem=error.detail, hint=error.hint)


def unsure(order: KeptOrder, problem: str, now: datetime) -> KeptOrder:
    """The order of which nobody knows whether it was taken."""
    hint = "Look for it in your orders there, if the catalogue shows them; order it again if it is missing."
    return in_state(order, "unknown", now, next_ask=None, problem=problem, hint=hint)


def unwatched(order: KeptOrder, problem: str | None, now: datetime) -> KeptOrder:
    """The order when nobody asks for it any more; its catalogue goes on with it."""
    hint = "The catalogue goes on with it. Watch it again to see how far it is."
    return in_state(order, "cancelled-watching", now, next_ask=None, problem=problem, hint=hint)


def in_state(order: KeptOrder, state: OrderState, now: datetime, **changes: object) -> KeptOrder:
    """The order in a state, which it has since now where it had another."""
    since = order.since if order.state == state else now
    return order.model_copy(update={"state": state, "since": since, **changes})


def watched_again(order: KeptOrder, now: datetime) -> KeptOrder:
    """The order when it is asked for now, and from now on where it was not any more."""
    if order.state in UNDER_WAY and order.next_ask is not None:
        return order.model_copy(update={"next_ask": now})
    if order.state != "cancelled-watching" or order.order_item is None:
        return order
    anew = {"watched_since": now, "asks": 0, "faults": 0, "problem": None, "hint": None}
    return in_state(order, "ordered", now, next_ask=now, **anew)


def changed(kept: KeptOrders, identifier: str, change: Callable[[KeptOrder], KeptOrder]) -> KeptOrders:
    """All orders with one of them changed; as they are where it is gone."""
    return KeptOrders(orders=tuple(change(each) if each.id == identifier else each for each in kept.orders))


def is_due(order: KeptOrder, now: datetime) -> bool:
    """Whether an order is to be sent or asked for now."""
    return order.state in UNDER_WAY and order.next_ask is not None and order.next_ask <= now


def shown(order: KeptOrder) -> Order:
    """An order as the panel shows it."""
    delivered = None
    if order.order_item is not None:
        delivered = ItemKey(
            catalogue=order.catalogue, collection=order.order_collection, item=order.order_item
        )
    return Order(
        id=order.id,
        title=order.title,
        item=ItemKey(catalogue=order.catalogue, collection=order.collection, item=order.item),
        offer=order.offer,
        state=order.state,
        since=order.since,
        next_ask=order.next_ask,
        problem=order.problem,
        hint=order.hint,
        delivered=delivered if order.state == "succeeded" else None,
        address=order.address,
        size_bytes=order.size_bytes,
    )


def receipt_of(answer: Mapping[str, object], order: KeptOrder) -> tuple[str | None, str | None]:
    """Collection and id of the item that a catalogue made of an order; the id is None where it tells none."""
    return identifier(answer.get("collection")) or order.collection, identifier(answer.get("id"))
