"""The reporter says what the server does, and knows when it ends."""

import asyncio
from contextlib import suppress

import pytest
from fakes.lifetime import Clock
from fakes.lifetime_pod import LIVES, MemoryService, SeenWork

from eohub_lifetime.contract import Ending, Nothing, Report
from eohub_lifetime.errors import CannotKeep, NotKnownYet, NotManaged
from eohub_lifetime.server.reporter import Reporter
from eohub_lifetime.server.routes import ROUTES, keep_server, show_lifetime
from eohub_toolkit.routes import route_of

WARNED = LIVES.model_copy(
    update={
        "ending": Ending(
            stops_in_seconds=600, cause="idle", why="Nothing is running in it.", keep_seconds=3600
        )
    }
)


class Pod:
    """A reporter with everything around it in memory."""

    def __init__(self, *reports: Report) -> None:
        self.clock, self.looker, self.service = Clock(), SeenWork(list(reports)), MemoryService()
        self.reporter = Reporter(self.looker, self.service, clock=self.clock)


async def test_what_was_seen_is_told_and_the_service_says_when_to_come_back() -> None:
    pod = Pod(Report(busy_kernels=1))
    assert await pod.reporter.report() == 60
    assert pod.service.heard == [Report(busy_kernels=1)]


async def test_work_is_not_lost_while_the_service_is_away() -> None:
    pod = Pod(Report(busy_kernels=1), Report(cpu_percent=90), Report())
    pod.service.is_away = True
    assert await pod.reporter.report() == 10
    assert await pod.reporter.report() == 20
    pod.service.is_away = False
    await pod.reporter.report()
    assert pod.service.heard == [Report(busy_kernels=1, cpu_percent=90)]
    await pod.reporter.report()
    assert pod.service.heard[-1] == Report()


async def test_a_service_that_stays_away_is_asked_once_a_minute() -> None:
    pod = Pod()
    pod.service.is_away = True
    assert [await pod.reporter.report() for _ in range(8)][-1] == 60


async def test_what_cannot_be_looked_at_ends_no_reporter() -> None:
    pod = Pod()
    pod.looker.is_broken = True
    assert await pod.reporter.report() == 10
    pod.looker.is_broken = False
    assert await pod.reporter.report() == 60


async def test_the_browser_is_told_the_countdown_of_now() -> None:
    pod = Pod()
    pod.service.said = WARNED
    await pod.reporter.report()
    pod.clock.now = 45
    ending = (await show_lifetime(pod.reporter)).ending
    assert ending is not None
    assert ending.stops_in_seconds == 555


async def test_an_old_answer_is_none() -> None:
    pod = Pod()
    with pytest.raises(NotKnownYet):
        pod.reporter.status()
    await pod.reporter.report()
    pod.clock.now = 300
    assert pod.reporter.status().rules
    pod.clock.now = 301
    with pytest.raises(NotKnownYet):
        pod.reporter.status()


async def test_keeping_takes_the_new_answer_and_a_refusal_its_reason() -> None:
    pod = Pod()
    pod.service.said = WARNED
    await pod.reporter.report()
    pod.service.said = LIVES
    assert (await keep_server(Nothing(), pod.reporter)).ending is None
    assert pod.reporter.status().ending is None
    pod.service.may_keep = False
    with pytest.raises(CannotKeep):
        await pod.reporter.keep()


async def test_where_no_service_is_nothing_is_reported_and_that_is_said() -> None:
    reporter = Reporter(SeenWork(), None, clock=Clock())
    assert not reporter.is_managed
    with pytest.raises(NotManaged):
        reporter.status()
    with pytest.raises(NotManaged):
        await reporter.keep()


async def test_it_reports_until_it_is_cancelled() -> None:
    pod = Pod()
    pod.service.said = LIVES.model_copy(update={"refresh_seconds": 0.0})
    running = asyncio.create_task(pod.reporter.run())
    async with asyncio.timeout(30):
        await pod.service.heard_three.wait()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


def test_looking_is_a_get_and_keeping_is_a_post() -> None:
    assert {route_of(each).path: route_of(each).method for each in ROUTES} == {
        "/status": "GET",
        "/keep": "POST",
    }
