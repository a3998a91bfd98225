"""What is known of every running server."""

import asyncio

import pytest
from fakes.lifetime import ALICE, BIG, Clock, MemoryRecords, policy, running

from eohub_lifetime.contract import Report, ServerLifetime
from eohub_lifetime.errors import CannotKeep
from eohub_lifetime.running import Record, Running, ServerKey, Speaker
from eohub_lifetime.saying import NEW
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
        self.heard(IDLE)
        self.round(running())

    def round(self, *servers: Running) -> None:
        """A round over these servers."""
        self.keeper.begin_round()
        self.keeper.follow(servers)

    def heard(self, report: Report, key: ServerKey = ALICE, token: str = "first") -> ServerLifetime:
        return self.keeper.heard(Speaker(key, token), report)

    async def keep(self, key: ServerKey = ALICE, token: str = "first") -> ServerLifetime:
        return await self.keeper.keep(Speaker(key, token))

    async def warned(self, now: float = 3000.0) -> None:
        self.clock.now = now
        self.heard(IDLE)
        await self.keeper.announce(ALICE, {Cause.IDLE: now})


async def test_work_moves_the_end_and_idleness_does_not() -> None:
    desk = Desk()
    desk.clock.now = 2000
    assert desk.heard(BUSY).busy_with == ("one busy kernel",)
    desk.clock.now = 2500
    assert desk.heard(IDLE).busy_with == ()
    await desk.keeper.save()
    assert desk.records.kept[ALICE] == Record(0.0, active_at=2000, heard_at=2500)


async def test_a_server_that_nobody_has_heard_of_is_asked_again_soon() -> None:
    desk = Desk()
    assert desk.heard(BUSY, BIG).rules == ""
    assert desk.keeper.look(BIG) is None


async def test_reports_are_written_once_a_round_and_not_each() -> None:
    desk = Desk()
    for second in range(50):
        desk.clock.now = second
        desk.heard(BUSY)
    assert desk.records.writes == 0
    await desk.keeper.save()
    await desk.keeper.save()
    assert desk.records.writes == 1


async def test_keep_holds_the_server_and_survives_a_crash() -> None:
    desk = Desk()
    await desk.warned()
    desk.clock.now = 3100
    said = await desk.keep()
    assert said.ending is None
    again = Keeper(desk.records, clock=desk.clock, silent_seconds=300)
    await again.load()
    again.policy = policy()
    desk.clock.now = 6000
    again.heard(Speaker(ALICE, "first"), IDLE)
    again.begin_round()
    again.follow([running()])
    assert again.heard(Speaker(ALICE, "first"), IDLE).ending is None
    found = again.look(ALICE)
    assert found is not None
    assert found.record.keep_until == 6700


async def test_what_nothing_ends_cannot_be_kept() -> None:
    desk = Desk()
    with pytest.raises(CannotKeep, match="Nothing ends this server soon"):
        await desk.keep()
    with pytest.raises(CannotKeep):
        await desk.keep(BIG)


async def test_the_policy_decides_whether_a_server_may_be_kept() -> None:
    desk = Desk(keep="never")
    await desk.warned()
    with pytest.raises(CannotKeep, match="cannot be kept any longer"):
        await desk.keep()


async def test_the_warning_and_work_that_takes_it_back() -> None:
    desk = Desk()
    await desk.warned()
    assert desk.heard(IDLE).ending is not None
    assert desk.heard(BUSY).ending is None


async def test_a_warning_is_written_at_once_and_only_where_it_is_new() -> None:
    desk = Desk()
    await desk.warned()
    assert desk.records.kept[ALICE].announced == {Cause.IDLE: 3000}
    writes = desk.records.writes
    await desk.keeper.announce(ALICE, {Cause.IDLE: 3000})
    assert desk.records.writes == writes


async def test_what_has_ended_is_forgotten_and_what_started_anew_is_new() -> None:
    desk = Desk()
    desk.heard(BUSY)
    await desk.keeper.save()
    desk.round(running(started_at=50.0))
    await desk.keeper.save()
    assert desk.records.kept == {ALICE: Record(50.0)}
    desk.round()
    await desk.keeper.save()
    assert desk.records.kept == {}
    assert desk.keeper.keys == ()


async def test_a_server_that_the_hub_is_looking_for_is_remembered_and_not_judged() -> None:
    desk = Desk()
    desk.clock.now = 100
    desk.heard(BUSY)
    desk.round(running(is_ready=False))
    assert desk.keeper.look(ALICE) is None
    desk.round(running())
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
    await asyncio.gather(desk.keep(), desk.keeper.announce(ALICE, {Cause.IDLE: 3001}))
    assert desk.records.kept[ALICE].keep_until == 6600
    assert desk.records.kept[ALICE].announced == {Cause.IDLE: 3001}


async def test_the_run_after_is_told_nothing_of_the_one_before_and_its_work_counts() -> None:
    desk = Desk()
    await desk.warned()
    assert desk.heard(IDLE).ending is not None
    desk.clock.now = 3010
    assert desk.heard(BUSY, token="second") == NEW
    with pytest.raises(CannotKeep, match="not known yet"):
        await desk.keep(token="second")
    assert desk.keeper.round_wanted.is_set()
    desk.clock.now = 3012
    desk.round(running(started_at=3005.0))
    assert not desk.keeper.round_wanted.is_set()
    said = desk.heard(IDLE, token="second")
    assert (said.ending, said.age_seconds) == (None, 7.0)
    await desk.keeper.save()
    assert desk.records.kept == {ALICE: Record(3005.0, active_at=3010, heard_at=3012)}


async def test_what_the_hub_said_before_a_run_was_heard_does_not_tell_of_it() -> None:
    desk = Desk()
    await desk.warned()
    desk.keeper.begin_round()
    assert desk.heard(BUSY, token="second") == NEW, "the hub has been asked, and has not answered yet"
    desk.keeper.follow([running()])
    assert desk.heard(BUSY, token="second") == NEW
    await desk.keeper.save()
    assert desk.records.kept[ALICE].active_at is None
    desk.round(running(started_at=3000.0))
    assert desk.heard(BUSY, token="second").rules


async def test_after_a_restart_of_the_service_a_report_counts_with_the_next_round() -> None:
    desk = Desk()
    desk.clock.now = 2000
    await desk.keeper.save()
    again = Keeper(desk.records, clock=desk.clock, silent_seconds=300)
    await again.load()
    again.policy = policy()
    assert again.heard(Speaker(ALICE, "first"), BUSY) == NEW
    desk.clock.now = 2014
    again.begin_round()
    again.follow([running()])
    found = again.look(ALICE)
    assert found is not None
    assert (found.record.active_at, found.record.heard_at) == (2000, 2000)


async def test_who_speaks_for_a_server_that_does_not_run_is_forgotten() -> None:
    desk = Desk()
    desk.heard(BUSY, BIG)
    desk.round(running())
    assert desk.heard(BUSY, BIG) == NEW
    desk.round(running(), running(BIG, started_at=1.0, groups=frozenset({"big-machines"})))
    assert desk.keeper.look(BIG) is not None
