"""How often a host is asked."""

import asyncio
import contextlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from fakes.catalogue_web import JumpingClock

from eohub_catalogue.errors import CatalogueBusy
from eohub_catalogue.server.budget import AT_ONCE, BEHIND_AT_ONCE, DEFAULT_RATE, Budgets, HostBudget


async def asked(budget: HostBudget, times: int, end: float = 10_000.0, patience: float = 3.0) -> None:
    for _ in range(times):
        async with budget.turn(end, patience):
            pass


async def test_a_seconds_worth_is_free_and_then_each_waits_its_turn() -> None:
    clock = JumpingClock()
    await asked(Budgets({"hda.example.org": 4}, clock).of("hda.example.org"), 12)
    assert clock.at == pytest.approx(1002.0)
    assert clock.slept == [0.25] * 8


async def test_a_host_without_a_setting_is_asked_generously() -> None:
    clock = JumpingClock()
    await asked(Budgets({"hda.example.org": 4}, clock).of("other.example.org"), int(DEFAULT_RATE))
    assert clock.slept == []


async def test_a_slow_host_is_asked_once_in_its_time() -> None:
    clock = JumpingClock()
    await asked(Budgets({"x": 0.5}, clock).of("x"), 3)
    assert clock.slept == [2.0, 2.0]


async def test_a_turn_that_comes_after_the_deadline_is_refused_and_costs_nothing() -> None:
    clock = JumpingClock()
    budget = Budgets({"x": 1}, clock).of("x")
    await asked(budget, 1)
    for _ in range(3):
        with pytest.raises(CatalogueBusy) as caught:
            await asked(budget, 1, end=clock.at + 0.5)
        assert caught.value.detail == "x asks to wait 1 s."
    await asked(budget, 1)
    assert clock.slept == [1.0]


async def test_a_host_that_wants_rest_is_left_alone() -> None:
    clock = JumpingClock()
    budget = Budgets({}, clock).of("x")
    budget.rest(2)
    await asked(budget, 2)
    assert clock.slept == [2.0]


async def test_more_rest_than_patience_is_told_in_seconds() -> None:
    clock = JumpingClock()
    budget = Budgets({}, clock).of("x")
    budget.rest(90.2)
    with pytest.raises(CatalogueBusy) as caught:
        await asked(budget, 1)
    assert (caught.value.seconds, caught.value.detail) == (91, "x asks to wait 91 s.")
    clock.at += 91
    await asked(budget, 1)


async def test_a_host_cannot_ask_for_rest_for_ever() -> None:
    clock = JumpingClock()
    budget = Budgets({}, clock).of("x")
    budget.rest(10**9)
    clock.at += 3601
    await asked(budget, 1)


async def test_only_some_requests_are_under_way_at_once() -> None:
    budget = Budgets({"x": 1000}, JumpingClock()).of("x")
    under_way, most, go_on = 0, 0, asyncio.Event()

    async def one() -> None:
        nonlocal under_way, most
        async with budget.turn(10_000, 3):
            under_way += 1
            most = max(most, under_way)
            await go_on.wait()
            under_way -= 1

    async with asyncio.TaskGroup() as tasks:
        for _ in range(20):
            tasks.create_task(one())
        for _ in range(50):
            await asyncio.sleep(0)
        go_on.set()
    assert most == AT_ONCE


async def test_what_goes_behind_leaves_half_of_the_budget() -> None:
    clock = JumpingClock()
    budget = Budgets({"x": 8}, clock).of("x")
    got = 0
    for _ in range(20):
        with contextlib.suppress(CatalogueBusy):
            async with budget.turn_behind(clock.at, 3):
                got += 1
    await asked(budget, 4, end=clock.at)
    assert (got, clock.slept) == (4, [])


@pytest.mark.parametrize(("rate", "waits"), [(4, [0.25] * 8), (0.5, [2.0] * 9)])
async def test_what_goes_behind_is_asked_at_the_same_rate(rate: float, waits: list[float]) -> None:
    clock = JumpingClock()
    budget = Budgets({"x": rate}, clock).of("x")
    clock.at += 10
    for _ in range(10):
        async with budget.turn_behind(10_000, 3):
            pass
    assert clock.slept[-len(waits) + 1 :] == waits[1:]


async def test_what_goes_behind_rests_too() -> None:
    clock = JumpingClock()
    budget = Budgets({}, clock).of("x")
    budget.rest(2)
    async with budget.turn_behind(10_000, 3):
        pass
    assert clock.slept == [2.0]
    budget.rest(90)
    with pytest.raises(CatalogueBusy):
        async with budget.turn_behind(10_000, 3):
            pass


async def test_a_search_that_comes_while_pictures_wait_goes_before_them() -> None:
    order: list[str] = []

    class SteppedClock(JumpingClock):
        """Time goes on after everybody has begun to wait."""

        async def sleep(self, seconds: float) -> None:
            until = self.at + seconds
            for _ in range(20):
                await asyncio.sleep(0)
            self.at = max(self.at, until)

    budget = Budgets({"x": 4}, SteppedClock()).of("x")

    async def one(name: str, turn: Callable[[float, float], AbstractAsyncContextManager[None]]) -> None:
        async with turn(10_000, 3):
            order.append(name)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(12):
            tasks.create_task(one("picture", budget.turn_behind))
        await asyncio.sleep(0)
        for _ in range(2):
            tasks.create_task(one("search", budget.turn))
    assert order == ["picture"] * 2 + ["search"] * 2 + ["picture"] * 10


async def test_a_search_finds_a_place_beside_those_that_go_behind() -> None:
    budget = Budgets({"x": 1000}, JumpingClock()).of("x")
    under_way, go_on = 0, asyncio.Event()

    async def one() -> None:
        nonlocal under_way
        async with budget.turn_behind(10_000, 3):
            under_way += 1
            await go_on.wait()

    async with asyncio.TaskGroup() as tasks:
        for _ in range(20):
            tasks.create_task(one())
        for _ in range(50):
            await asyncio.sleep(0)
        assert under_way == BEHIND_AT_ONCE < AT_ONCE
        await asked(budget, 1)
        go_on.set()
    assert under_way == 20


def test_the_hosts_that_are_remembered_are_bounded() -> None:
    budgets = Budgets({}, JumpingClock())
    first = budgets.of("0")
    for number in range(600):
        budgets.of(str(number))
    assert budgets.of("0") is not first


async def test_whoever_was_asked_lately_or_wants_rest_is_remembered() -> None:
    clock = JumpingClock()
    budgets = Budgets({"hda": 4}, clock)
    resting, asked_again = budgets.of("hda"), budgets.of("again")
    resting.rest(60)
    for number in range(2_000):
        budgets.of(f"asset-{number}")
        assert budgets.of("again") is asked_again
    assert budgets.of("hda") is resting
