"""How often a host is asked."""

import asyncio

import pytest
from fakes.catalogue_web import JumpingClock

from eohub_catalogue.errors import CatalogueBusy
from eohub_catalogue.server.budget import AT_ONCE, DEFAULT_RATE, Budgets, HostBudget


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
