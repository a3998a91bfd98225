"""What is known of every running server."""

import asyncio

import pytest
from fakes.lifetime import ALICE, BIG, Clock, MemoryRecords, policy, running

from eohub_lifetime.contract import Report
from eohub_lifetime.errors import CannotKeep
from eohub_lifetime.running import Record
from eohub_lifetime.service.keeper import Keeper
from eohub_lifetime.verdict import Cause
from eohub_toolkit.errors import Unavailable

BUSY, IDLE = Report(busy_kernels=1), Report()


class Desk:
    """A keeper with its clock and its records."""

    def __init__(self, **culling: str) -> None:
        self.clock = Clock()
        self.records = MemoryRecords()
        self.keeper = Keeper(self.records, clock=self.clock, silent_seconds=300)
        self.keeper.policy = policy(**culling)
        self.keeper.follow([running()])

    async def warned(self, now: float = 3000.0) -> None:
        self.clock.now = now
        self.keeper.heard(ALICE, IDLE)
        await self.keeper.announce(ALICE, {Cause.IDLE: now})


async def test_work_moves_the_end_and_idleness_does_not() -> None:
    desk = Desk()
    desk.clock.now = 2000
    assert desk.keeper.heard(ALICE, BUSY).busy_with == ("one busy kernel",)
    desk.clock.now = 2500
    assert desk.keeper.heard(ALICE, IDLE).busy_with == ()
    await desk.keeper.save()
    assert desk.records.kept[ALICE] == Record(0.0, active_at=2000, heard_at=2500)


async def test_a_server_that_nobody_has_heard_of_is_asked_again_soon() -> None:
    desk = Desk()
    assert desk.keeper.heard(BIG, BUSY).rules == ""
    assert desk.keeper.look(BIG) is None


async def test_reports_are_written_once_a_round_and_not_each() -> None:
    desk = Desk()
    for second in range(50):
        desk.clock.now = second
        desk.keeper.heard(ALICE, BUSY)
    assert desk.records.writes == 0
    await desk.keeper.save()
    await desk.keeper.save()
    assert desk.records.writes == 1


async def test_keep_holds_the_server_and_survives_a_crash() -> None:
    desk = Desk()
    await desk.warned()
    desk.clock.now = 3100
    said = await desk.keeper.keep(ALICE)
    assert said.ending is None
    again = Keeper(desk.records, clock=desk.clock, silent_seconds=300)
    await again.load()
    again.policy = policy()
    again.follow([running()])
    desk.clock.now = 6000
    assert again.heard(ALICE, IDLE).ending is None
    found = again.look(ALICE)
    assert found is not None
    assert found.record.keep_until == 6700


async def test_what_nothing_ends_cannot_be_kept() -> None:
    desk = Desk()
    with pytest.raises(CannotKeep, match="Nothing ends this server soon"):
        await desk.keeper.keep(ALICE)
    with pytest.raises(CannotKeep):
        await desk.keeper.keep(BIG)


async def test_the_policy_decides_whether_a_server_may_be_kept() -> None:
    desk = Desk(keep="never")
    await desk.warned()
    with pytest.raises(CannotKeep, match="cannot be kept any longer"):
        await desk.keeper.keep(ALICE)


async def test_the_warning_and_work_that_takes_it_back() -> None:
    desk = Desk()
    await desk.warned()
    assert desk.keeper.heard(ALICE, IDLE).ending is not None
    assert desk.keeper.heard(ALICE, BUSY).ending is None


async def test_a_warning_is_written_at_once_and_only_where_it_is_new() -> None:
    desk = Desk()
    await desk.warned()
    assert desk.records.kept[ALICE].announced == {Cause.IDLE: 3000}
    writes = desk.records.writes
    await desk.keeper.announce(ALICE, {Cause.IDLE: 3000})
    assert desk.records.writes == writes


async def test_what_has_ended_is_forgotten_and_what_started_anew_is_new() -> None:
    desk = Desk()
    desk.keeper.heard(ALICE, BUSY)
    await desk.keeper.save()
    desk.keeper.follow([running(started_at=50.0)])
    await desk.keeper.save()
    assert desk.records.kept == {ALICE: Record(50.0)}
    desk.keeper.follow([])
    await desk.keeper.save()
    assert desk.records.kept == {}
    assert desk.keeper.keys == ()


async def test_a_server_that_the_hub_is_looking_for_is_remembered_and_not_judged() -> None:
    desk = Desk()
    desk.clock.now = 100
    desk.keeper.heard(ALICE, BUSY)
    desk.keeper.follow([running(is_ready=False)])
    assert desk.keeper.look(ALICE) is None
    desk.keeper.follow([running()])
    found = desk.keeper.look(ALICE)
    assert found is not None
    assert found.record.active_at == 100


async def test_without_a_policy_nobody_is_judged() -> None:
    desk = Desk()
    desk.keeper.policy = None
    assert desk.keeper.look(ALICE) is None


async def test_what_could_not_be_written_is_written_the_next_time() -> None:
    desk = Desk()
    desk.records.is_away = True
    with pytest.raises(Unavailable):
        await desk.keeper.save()
    desk.records.is_away = False
    await desk.keeper.save()
    assert ALICE in desk.records.kept


async def test_many_who_keep_at_one_time_are_all_written_down() -> None:
    desk = Desk()
    await desk.warned()
    await asyncio.gather(desk.keeper.keep(ALICE), desk.keeper.announce(ALICE, {Cause.IDLE: 3001}))
    assert desk.records.kept[ALICE].keep_until == 6600
    assert desk.records.kept[ALICE].announced == {Cause.IDLE: 3001}
