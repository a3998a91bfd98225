"""Refusals without end: bounded in the log, and counted."""

import pytest
from fakes.audit_log import FakeAudit

from eohub_hub.audit.calm import MOST_REFUSALS, Calm
from eohub_hub.audit.event import Action, AuditEvent, AuditUnavailable, Outcome
from eohub_hub.audit.search import Found, Query


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class FakeBook(FakeAudit):
    def find(self, query: Query) -> Found:
        return Found((), is_all=True)


REFUSED = AuditEvent(Action.SPAWN_REFUSED, "ann", "server:ann", Outcome.REFUSED)


@pytest.fixture
def book() -> FakeBook:
    return FakeBook()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def calm(book: FakeBook, clock: Clock) -> Calm:
    return Calm(book, clock)


def test_refusals_without_end_become_one_line_with_their_number(
    calm: Calm, book: FakeBook, clock: Clock
) -> None:
    for _ in range(MOST_REFUSALS + 500):
        calm.record(REFUSED)
    assert len(book.events) == MOST_REFUSALS
    clock.now += 61
    calm.record(AuditEvent(Action.LOGIN, "bob", "hub"))
    counted, login = book.events[MOST_REFUSALS:]
    assert (counted.action, counted.actor) == (Action.COUNTED, "ann")
    assert counted.details == {"action": "spawn.refused", "refusals": 500}
    assert login.actor == "bob"
    calm.record(REFUSED)
    assert book.events[-1] == REFUSED, "a new minute"


def test_one_who_is_refused_hides_nobody_else_and_nothing_that_is_allowed(calm: Calm, book: FakeBook) -> None:
    for _ in range(MOST_REFUSALS * 3):
        calm.record(REFUSED)
        calm.record(AuditEvent(Action.SPAWN, "ann", "server:ann"))
    calm.record(AuditEvent(Action.SPAWN_REFUSED, "bob", "server:bob", Outcome.REFUSED))
    assert len(book.events) == MOST_REFUSALS * 4 + 1


def test_few_refusals_say_nothing_of_a_number(calm: Calm, book: FakeBook, clock: Clock) -> None:
    calm.record(REFUSED)
    clock.now += 61
    calm.record(REFUSED)
    assert book.events == [REFUSED, REFUSED]


def test_actors_without_end_take_bounded_memory_and_lose_no_number(
    calm: Calm, book: FakeBook, clock: Clock
) -> None:
    for _ in range(MOST_REFUSALS + 1):
        calm.record(REFUSED)
    for number in range(3_000):
        calm.record(AuditEvent(Action.SPAWN_REFUSED, f"p{number}", "x", Outcome.REFUSED))
    assert [event.actor for event in book.events if event.action == Action.COUNTED] == ["ann"]


def test_a_full_disk_is_told_and_a_search_goes_through(calm: Calm, book: FakeBook) -> None:
    book.is_full = True
    with pytest.raises(AuditUnavailable):
        calm.record(REFUSED)
    assert calm.find(Query()).is_all
