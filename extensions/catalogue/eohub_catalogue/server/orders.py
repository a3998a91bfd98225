"""The port Orders: kept in one file by all servers of a person, sent once, asked for until they are over.

Every step is in the file before it is taken, so that a server may be killed at any moment. Only one that was
sent and not answered is in doubt: nobody knows whether it was taken, so a person decides.
"""

import asyncio
import fcntl
import os
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from eohub_catalogue.errors import CatalogueBusy, ItemNotFound, NotPlaced, PlacedPerhaps
from eohub_catalogue.order_contract import KeptOrder, KeptOrders, Order, OrderList, OrderQuery
from eohub_catalogue.orders import (
    LONGEST_WATCH,
    UNDER_WAY,
    changed,
    faulted,
    in_doubt,
    in_state,
    is_due,
    placed,
    progress_of,
    receipt_of,
    refused,
    shown,
    taken_on,
    told,
    unsure,
    unwatched,
    was_sent,
    watched_again,
    with_new,
)
from eohub_catalogue.ports import OrderingCatalogue
from eohub_catalogue.reading import mapping
from eohub_catalogue.server.catalogues import Catalogues
from eohub_catalogue.server.keeping import Kept, KeptFile
from eohub_toolkit.errors import Conflict, EohubError, Invalid, NotFound, Unavailable, Upstream

_ASKED_AT_ONCE = 4
_MOST_MISSING = 5
_LONGEST_SLEEP_SECONDS = 60.0

type Change = Callable[[KeptOrder], KeptOrder]


class FileOrders:
    """Orders in the JSON file at `path`; `sleep` waits until the next of them is due."""

    def __init__(
        self,
        catalogues: Catalogues,
        path: Path,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._catalogues = catalogues
        self._file = KeptFile(path, KeptOrders(), "Your orders")
        self._lock = path.with_name(f".{path.name}.sending")
        self._one_sends = asyncio.Lock()
        self._places = asyncio.Semaphore(_ASKED_AT_ONCE)
        self._now = now
        self._sleep = sleep
        self._woken = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None

    async def all(self) -> OrderList:
        """Return them, newest first, and go on asking for those that are under way."""
        kept = await self._read()
        self._go_on(kept.content)
        return _listed(kept)

    async def place(self, query: OrderQuery) -> Order:
        """Note an order and send it; returns at once. One that is under way is not placed a second time."""
        source = await self._catalogues.source(query.catalogue)
        if not isinstance(await self._catalogues.get(query.catalogue), OrderingCatalogue):
            raise Invalid(f"{source.title} takes no orders.", hint="Order it where the item came from.")
        # What a killed server left is in doubt before the new one is compared with it.
        await self._read()
        new = placed(query, self._now())
        kept = await self._file.change(lambda before: with_new(before, new, again=query.again))
        self._go_on(kept.content)
        return _found(kept.content, new.id)

    async def watch(self, identifier: str) -> Order:
        """Ask for one now, and go on asking for it; raises NotFound."""
        return await self._change(identifier, lambda order: watched_again(order, self._now()))

    async def stop_watching(self, identifier: str) -> Order:
        """Ask for one no more; its catalogue goes on with it. Raises NotFound."""

        def stopped(order: KeptOrder) -> KeptOrder:
            is_there = order.state in ("ordered", "shipping")
            return unwatched(order, None, self._now()) if is_there else order

        return await self._change(identifier, stopped)

    async def forget(self, identifier: str) -> OrderList:
        """Forget one; raises Conflict while it is being sent."""

        def without(before: KeptOrders) -> KeptOrders:
            if any(was_sent(each) and each.id == identifier for each in before.orders):
                raise Conflict("This order is being sent.", hint="Wait a moment.")
            return KeptOrders(orders=tuple(each for each in before.orders if each.id != identifier))

        await self._read()
        return _listed(await self._file.change(without))

    async def settled(self) -> None:
        """Wait until this server has no order to ask for."""
        if self._watching is not None:
            await asyncio.wait([self._watching])

    async def _read(self) -> Kept[KeptOrders]:
        """What is kept; what a killed server was sending is in doubt, unless some server sends now."""
        kept = await self._file.read()
        if self._one_sends.locked() or not any(map(was_sent, kept.content.orders)):
            return kept
        async with self._one_sends:
            with _alone(self._lock) as is_alone:
                if is_alone:
                    kept = await self._file.change(lambda before: in_doubt(before, self._now()))
        return kept

    async def _change(self, identifier: str, change: Change) -> Order:
        kept = await self._file.change(lambda before: changed(before, identifier, change))
        self._go_on(kept.content)
        return _found(kept.content, identifier)

    async def _note(self, identifier: str, change: Change) -> None:
        """Change one that is still under way: a person may have given it up meanwhile."""

        def alter(order: KeptOrder) -> KeptOrder:
            return change(order) if order.state in UNDER_WAY else order

        await self._file.change(lambda before: changed(before, identifier, alter))

    def _go_on(self, kept: KeptOrders) -> None:
        self._woken.set()
        is_over = self._watching is None or self._watching.done()
        if is_over and any(each.state in UNDER_WAY for each in kept.orders):
            self._watching = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        """See to what is due until nothing is under way."""
        while True:
            self._woken.clear()
            seconds = _LONGEST_SLEEP_SECONDS
            # A full disk passes, and what cannot be noted is not done.
            with suppress(Unavailable):
                await self._see_to_due()
                orders = (await self._read()).content.orders
                if not any(each.state in UNDER_WAY for each in orders):
                    return
                seconds = self._seconds_to_next(orders)
            sleeping = asyncio.ensure_future(self._sleep(seconds))
            waking = asyncio.create_task(self._woken.wait())
            try:
                await asyncio.wait((sleeping, waking), return_when=asyncio.FIRST_COMPLETED)
            finally:
                sleeping.cancel()
                waking.cancel()

    def _seconds_to_next(self, orders: Sequence[KeptOrder]) -> float:
        under_way = (each.next_ask for each in orders if each.state in UNDER_WAY)
        soonest = min((at for at in under_way if at is not None), default=None)
        if soonest is None:
            return _LONGEST_SLEEP_SECONDS
        return min(max((soonest - self._now()).total_seconds(), 0.0), _LONGEST_SLEEP_SECONDS)

    async def _see_to_due(self) -> None:
        due: list[KeptOrder] = []

        def take_on(before: KeptOrders) -> KeptOrders:
            now = self._now()
            due[:] = [each for each in before.orders if is_due(each, now)]
            return taken_on(before, now)

        await self._file.change(take_on)
        await asyncio.gather(*(self._see_to(each) for each in due))

    async def _see_to(self, order: KeptOrder) -> None:
        async with self._places:
            await (self._send(order.id) if order.state == "placing" else self._ask(order))

    async def _send(self, identifier: str) -> None:
        """Send one. The lock tells other servers of the person that whoever sends it is alive."""
        async with self._one_sends:
            with _alone(self._lock) as is_alone:
                if not is_alone:
                    soon = self._now() + timedelta(seconds=1)
                    await self._note(identifier, lambda order: order.model_copy(update={"next_ask": soon}))
                    return
                order = await self._begun(identifier)
                if order is not None:
                    await self._note(identifier, await self._sent(order))

    async def _begun(self, identifier: str) -> KeptOrder | None:
        """Note that an order is sent before it is; None where it is not to be sent any more."""
        begun: list[KeptOrder] = []

        def begin(order: KeptOrder) -> KeptOrder:
            begun[:] = [order] if order.state == "placing" and order.next_ask is not None else []
            return order.model_copy(update={"next_ask": None}) if begun else order

        await self._note(identifier, begin)
        return begun[0] if begun else None

    async def _sent(self, order: KeptOrder) -> Change:
        """Send an order; what is then to be noted of it."""
        try:
            catalogue = await self._catalogues.get(order.catalogue)
            if not isinstance(catalogue, OrderingCatalogue):
                raise Invalid("This catalogue takes no orders any more.")
            answer = await catalogue.order(order.offer)
        except (CatalogueBusy, NotPlaced) as error:
            return _after(faulted, error, self._now())
        except PlacedPerhaps as error:
            return _after(_in_doubt, error, self._now())
        except EohubError as error:
            return _after(refused, error, self._now())
        collection, item = receipt_of(answer, order)
        if item is None:
            untold = Upstream("The catalogue took the order and did not tell its id.")
            return _after(_in_doubt, untold, self._now())
        receipt = {"order_collection": collection, "order_item": item, "watched_since": self._now()}
        return lambda kept: self._told(kept.model_copy(update=receipt), answer)

    async def _ask(self, order: KeptOrder) -> None:
        """Ask for one that was placed."""
        now = self._now()
        if now - order.watched_since > LONGEST_WATCH:
            late = f"It was not delivered within {LONGEST_WATCH.days} days."
            await self._note(order.id, lambda kept: unwatched(kept, late, now))
            return
        try:
            catalogue = await self._catalogues.get(order.catalogue)
            answer = mapping(await catalogue.item(order.order_collection, order.order_item or ""))
        except EohubError as error:
            is_gone = isinstance(error, ItemNotFound) and order.faults + 1 >= _MOST_MISSING
            await self._note(order.id, _after(refused if is_gone else faulted, error, self._now()))
            return
        await self._note(order.id, lambda kept: self._told(kept, answer))

    def _told(self, order: KeptOrder, answer: Mapping[str, object]) -> KeptOrder:
        now, progress = self._now(), progress_of(answer)
        if progress is not None:
            return told(order, progress, now)
        taken = in_state(order, "ordered", now) if order.state == "placing" else order
        return faulted(taken, Upstream("The catalogue does not tell how far the order is."), now)


def _after(
    change: Callable[[KeptOrder, EohubError, datetime], KeptOrder], error: EohubError, now: datetime
) -> Change:
    return lambda order: change(order, error, now)


def _in_doubt(order: KeptOrder, error: EohubError, now: datetime) -> KeptOrder:
    return unsure(order, error.detail, now)


def _listed(kept: Kept[KeptOrders]) -> OrderList:
    return OrderList(orders=tuple(map(shown, reversed(kept.content.orders))), note=kept.note)


def _found(kept: KeptOrders, identifier: str) -> Order:
    found = next((each for each in kept.orders if each.id == identifier), None)
    if found is None:
        raise NotFound("There is no such order (any more).", hint="Reload the panel.")
    return shown(found)


@contextmanager
def _alone(path: Path) -> Generator[bool]:
    """Whether the lock could be had at once; it is let go of at the end, also by being killed."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Unavailable(
            "Your orders cannot be kept.", hint="Look whether your home folder is full or read-only."
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_alone = True
        except BlockingIOError:
            is_alone = False
        yield is_alone
    finally:
        os.close(descriptor)
