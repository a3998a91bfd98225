"""Keeps whoever is refused again and again from filling the disk: what is too much is counted."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from eohub_hub.audit.event import Action, AuditEvent, AuditUnavailable, Outcome
from eohub_hub.audit.handlers import AuditBook
from eohub_hub.audit.search import Found, Query

MOST_REFUSALS = 60
"""Refusals of one kind that are written in full for one actor within a minute."""

_WINDOW_SECONDS = 60.0
_MOST_WINDOWS = 1_000

type _Key = tuple[str, str]


@dataclass(slots=True)
class _Window:
    """One minute of one actor's refusals of one kind."""

    ends_at: float
    seen: int = 0

    @property
    def counted(self) -> int:
        """Refusals that were not written in full."""
        return max(0, self.seen - MOST_REFUSALS)


class Calm:
    """A log in front of another: what is allowed or fails passes, refusals without end become one line."""

    def __init__(self, book: AuditBook, clock: Callable[[], float]) -> None:
        self._book = book
        self._clock = clock
        self._windows: OrderedDict[_Key, _Window] = OrderedDict()
        self._lock = threading.Lock()

    def record(self, event: AuditEvent) -> None:
        """Write the event, or count it; raises AuditUnavailable where it is not written."""
        with self._lock:
            over = self._ended()
            is_written = event.outcome is not Outcome.REFUSED or self._is_within(event)
        for summary in over:
            with suppress(AuditUnavailable):
                self._book.record(summary)
        if is_written:
            self._book.record(event)

    def find(self, query: Query) -> Found:
        """Look for events in the log behind; raises OSError."""
        return self._book.find(query)

    def _is_within(self, event: AuditEvent) -> bool:
        key = (event.actor, str(event.action))
        window = self._windows.setdefault(key, _Window(self._clock() + _WINDOW_SECONDS))
        window.seen += 1
        return window.seen <= MOST_REFUSALS

    def _ended(self) -> list[AuditEvent]:
        """Forget minutes that are over, the oldest first; returns what is to be said of them."""
        said: list[AuditEvent] = []
        while self._windows:
            (actor, action), window = next(iter(self._windows.items()))
            if window.ends_at > self._clock() and len(self._windows) < _MOST_WINDOWS:
                break
            self._windows.popitem(last=False)
            if window.counted:
                details = {"action": action, "refusals": window.counted}
                said.append(AuditEvent(Action.COUNTED, actor, "hub", Outcome.REFUSED, details))
        return said
