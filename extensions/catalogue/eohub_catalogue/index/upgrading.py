"""Bringing up to date what is made from the documents: in many steps, here or while the store is in use."""

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import chain, repeat
from threading import Event, Thread

from sqlalchemy import Connection

from eohub_catalogue.errors import BeingUpgraded
from eohub_catalogue.index.deriving import COMPLETE, ITEMS_AT_ONCE, derive_more
from eohub_toolkit.errors import Unavailable

_LOG = logging.getLogger(__name__)


def log_progress(percent: int) -> None:
    """Write to the log how far it is."""
    _LOG.info("The catalogue's database is being brought up to date: %s %% done.", percent)


@dataclass(frozen=True)
class Upgrade:
    """How a database is brought up to date: whether opening it waits for that, and who is told how far it is.

    `told` is given percents, each greater than the one before; a step makes `items_at_once`. What fails in
    the background is tried again after `pauses`, in seconds, the last of them again and again.
    """

    in_background: bool = False
    told: Callable[[int], None] = log_progress
    items_at_once: int = ITEMS_AT_ONCE
    pauses: Sequence[float] = (1.0, 5.0, 30.0, 120.0, 600.0)


class Upgrading:
    """The upgrade of one database. Each step is a transaction; one that was ended goes on there."""

    def __init__(self, writing: Callable[[], AbstractContextManager[Connection]], upgrade: Upgrade) -> None:
        self._writing = writing
        self._upgrade = upgrade
        self._percent = 0
        self._told = -1
        self._failure: Exception | None = None
        self._is_stopped = Event()
        self._thread = Thread(target=self._go_on_apart, name="catalogue-upgrade", daemon=True)

    def begin(self) -> None:
        """Do all of it, or have it done by a thread; raises Unavailable where the database cannot be used.

        Where one step is enough, as for a new database, nobody is told.
        """
        if self._step() < COMPLETE:
            if self._upgrade.in_background:
                self._thread.start()
            else:
                self._go_on()

    def check(self) -> None:
        """Raise BeingUpgraded while it is under way, Unavailable where it has failed."""
        if self._percent == COMPLETE:
            return
        if self._failure is not None:
            raise Unavailable(
                "The catalogue's database could not be brought up to date.",
                hint="The service's log says why. It is tried again within ten minutes.",
            ) from self._failure
        raise BeingUpgraded(self._percent)

    def stop(self) -> None:
        """End it after the step that it is at."""
        self._is_stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _step(self) -> int:
        with self._writing() as connection:
            self._percent = derive_more(connection, self._upgrade.items_at_once)
        self._failure = None
        return self._percent

    def _go_on(self) -> None:
        while self._percent < COMPLETE and not self._is_stopped.is_set():
            if self._percent > self._told:
                self._upgrade.told(self._percent)
                self._told = self._percent
            self._step()
        if self._percent == COMPLETE:
            self._upgrade.told(COMPLETE)

    def _go_on_apart(self) -> None:
        for pause in chain(self._upgrade.pauses, repeat(self._upgrade.pauses[-1])):
            try:
                self._go_on()
            except Exception as error:
                # Whatever it is: a thread that ends silently would be waited for without end.
                _LOG.exception("The catalogue's database could not be brought up to date.")
                self._failure = error
                if self._is_stopped.wait(pause):
                    return
            else:
                return
