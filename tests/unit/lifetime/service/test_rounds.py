"""Rounds over all running servers."""

import asyncio
from contextlib import suppress

from fakes.lifetime import (
    ALICE,
    BIG,
    Clock,
    MemoryDiary,
    MemoryHub,
    MemoryPolicies,
    MemoryRecords,
    policy,
    running,
)

from eohub_lifetime.contract import Report
from eohub_lifetime.running import Speaker
from eohub_lifetime.saying import NEW
from eohub_lifetime.service.keeper import Keeper
from eohub_lifetime.service.rounds import Rounds
from eohub_lifetime.verdict import Cause

HOUR = 3600


class House:
    """A service with everything around it in memory."""

    def __init__(self) -> None:
        self.clock, self.hub, self.diary = Clock(), MemoryHub(), MemoryDiary()
        self.policies, self.records = MemoryPolicies(), MemoryRecords()
        self.hub.servers = {ALICE: running()}
        self.restart()

    def restart(self) -> None:
        self.keeper = Keeper(self.records, clock=self.clock, silent_seconds=300)
        self.rounds = Rounds(self.keeper, self.hub, self.policies, self.diary, clock=self.clock)

    async def at(self, now: float, *, idle: bool = True, reports: bool = True) -> float | None:
        """Go round at a time, with a report of Alice's server before."""
        self.clock.now = now
        if reports:
            self.keeper.heard(Speaker(ALICE, "token"), Report(busy_kernels=0 if idle else 1))
        return await self.rounds.go_round()


async def test_an_idle_server_is_announced_once_and_stopped_after_the_grace() -> None:
    house = House()
    await house.at(0)
    assert await house.at(2999) is None
    assert await house.at(3000) == HOUR
    await house.at(3300)
    assert house.hub.stopped == []
    await house.at(HOUR)
    assert house.hub.stopped == [ALICE]
    assert house.diary.lines == [("announced", ALICE, Cause.IDLE), ("culled", ALICE, Cause.IDLE)]


async def test_a_busy_server_is_left_alone() -> None:
    house = House()
    for now in range(0, 3 * HOUR, 60):
        await house.at(now, idle=False)
    assert house.diary.lines == []


async def test_a_forgotten_tab_that_the_hub_calls_active_is_stopped() -> None:
    house = House()
    for now in range(0, HOUR + 60, 60):
        house.hub.servers = {ALICE: running(hub_active_at=now)} if not house.hub.stopped else {}
        await house.at(now)
    assert house.hub.stopped == [ALICE]


async def test_a_restart_of_the_service_neither_forgets_nor_repeats_a_warning() -> None:
    house = House()
    await house.at(0)
    await house.at(3000)
    house.restart()
    await house.keeper.load()
    await house.at(3200, reports=False)
    await house.at(HOUR)
    assert house.hub.stopped == [ALICE]
    assert len(house.diary.lines) == 2


async def test_a_server_that_falls_silent_is_given_the_benefit_of_the_doubt() -> None:
    house = House()
    await house.at(0)
    await house.at(3000)
    await house.at(3301, reports=False)
    assert house.records.kept[ALICE].announced == {}
    assert await house.at(3310) == 3910


async def test_a_policy_that_refuses_is_announced_and_stops_after_the_grace() -> None:
    house = House()
    server = running(BIG, options={"profile": "big", "environment": "eo"}, groups=frozenset({"big-machines"}))
    house.hub.servers = {BIG: server}
    await house.at(0, reports=False)
    assert house.diary.lines == []
    house.hub.servers = {BIG: running(BIG, options=server.options)}
    assert await house.at(100, reports=False) == 700
    assert house.diary.lines == [("announced", BIG, Cause.REFUSED)]
    await house.at(699, reports=False)
    assert house.hub.stopped == []
    await house.at(700, reports=False)
    assert house.hub.stopped == [BIG]


async def test_a_warning_is_taken_back_when_the_right_comes_back() -> None:
    house = House()
    options = {"profile": "big", "environment": "eo"}
    house.hub.servers = {BIG: running(BIG, options=options)}
    await house.at(100, reports=False)
    house.hub.servers = {BIG: running(BIG, options=options, groups=frozenset({"big-machines"}))}
    await house.at(600, reports=False)
    assert house.records.kept[BIG].announced == {}
    await house.at(800, reports=False)
    assert house.hub.stopped == []


async def test_nobody_is_stopped_unwarned_after_the_service_was_away_for_a_day() -> None:
    house = House()
    assert await house.at(80_000, reports=False) == 80_600
    assert house.hub.stopped == []


async def test_a_stop_that_failed_is_tried_again_and_told_once() -> None:
    house = House()
    await house.at(0)
    await house.at(3000)
    house.hub.refuses = {ALICE}
    await house.at(HOUR)
    await house.at(HOUR + 15)
    assert [line[0] for line in house.diary.lines] == ["announced"]
    house.hub.refuses = set()
    await house.at(HOUR + 30)
    assert [line[0] for line in house.diary.lines] == ["announced", "culled"]


async def test_what_goes_wrong_with_one_server_concerns_no_other() -> None:
    house = House()
    house.hub.servers = {BIG: running(BIG), ALICE: running()}
    await house.at(0)
    await house.at(3000)
    house.hub.refuses = {BIG}
    await house.at(HOUR)
    assert house.hub.stopped == [ALICE]


async def test_a_server_that_ended_by_itself_is_not_said_to_be_stopped() -> None:
    house = House()
    await house.at(0)
    await house.at(3000)
    gone = house.hub.servers

    class Racing(MemoryHub):
        async def stop(self, key: object) -> bool:
            return False

    house.hub = Racing(servers=gone)
    house.rounds = Rounds(house.keeper, house.hub, house.policies, house.diary, clock=house.clock)
    await house.at(HOUR)
    assert [line[0] for line in house.diary.lines] == ["announced"]


async def test_without_a_policy_nobody_is_warned_and_with_one_everybody_is_judged_by_it() -> None:
    house = House()
    house.policies.policy = None
    await house.at(10_000)
    assert house.diary.lines == []
    house.policies.policy = policy()
    await house.at(10_001)
    assert [line[0] for line in house.diary.lines] == ["announced"]


async def test_the_last_policy_counts_while_the_hub_says_none() -> None:
    house = House()
    await house.at(0)
    house.policies.policy = None
    await house.at(3000)
    assert [line[0] for line in house.diary.lines] == ["announced"]


async def test_a_watch_goes_on_after_the_hub_was_away() -> None:
    house = House()
    house.hub.is_away = True
    watching = asyncio.create_task(house.rounds.watch(1.0))
    await asyncio.sleep(0.05)
    assert not watching.done()
    assert house.keeper.keys == ()
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching


async def test_a_server_that_is_not_known_brings_the_next_round_forward() -> None:
    house = House()
    watching = asyncio.create_task(house.rounds.watch(HOUR))
    async with asyncio.timeout(60):
        await asyncio.sleep(0.05)
        said = house.keeper.heard(Speaker(ALICE, "token"), Report())
        while said == NEW:
            await asyncio.sleep(0.05)
            said = house.keeper.heard(Speaker(ALICE, "token"), Report())
    assert said.rules
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
