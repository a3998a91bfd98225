"""The rounds over people with running servers: everybody, bounded, and no fault of one is another's."""

import asyncio
import logging
from contextlib import suppress

import pytest

from eohub_hub.login import running
from eohub_hub.login.running import RunningPeople

LOG = logging.getLogger("running")
SHORT = 0.02


async def test_everybody_is_asked_about_once_in_a_round() -> None:
    asked: list[str] = []

    async def ask(name: str) -> None:
        asked.append(name)

    await RunningPeople(lambda: ["anna", "bert", "anna"], ask, LOG, period_seconds=SHORT).go_round()
    assert sorted(asked) == ["anna", "bert"]


async def test_at_most_eight_at_a_time() -> None:
    now, most = 0, 0

    async def ask(_: str) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.005)
        now -= 1

    people = [f"p{number}" for number in range(100)]
    await RunningPeople(lambda: people, ask, LOG, period_seconds=SHORT).go_round()
    assert most == 8


async def test_a_fault_with_one_is_a_line_in_the_log_and_no_more(caplog: pytest.LogCaptureFixture) -> None:
    asked: list[str] = []

    async def ask(name: str) -> None:
        asked.append(name)
        if name == "anna":
            raise ValueError("a secret")

    await RunningPeople(lambda: ["anna", "bert"], ask, LOG, period_seconds=SHORT).go_round()
    assert sorted(asked) == ["anna", "bert"]
    assert caplog.messages == ["The groups of anna were not asked for: ValueError"]


async def test_rounds_go_on_and_who_comes_is_in_the_next() -> None:
    here, asked = ["anna"], list[str]()
    second = asyncio.Event()

    async def ask(name: str) -> None:
        asked.append(name)
        here.append("bert")
        if name == "bert":
            second.set()

    watch = asyncio.create_task(RunningPeople(lambda: here, ask, LOG, period_seconds=SHORT).watch())
    await asyncio.wait_for(second.wait(), 10)
    watch.cancel()
    with suppress(asyncio.CancelledError):
        await watch
    assert asked[0] == "anna"


async def test_a_round_that_fails_is_a_line_in_the_log_and_not_the_last(
    caplog: pytest.LogCaptureFixture,
) -> None:
    faults = [OSError("database is locked: a secret")]
    asked = asyncio.Event()

    def running() -> list[str]:
        if faults:
            raise faults.pop()
        return ["anna"]

    async def ask(_: str) -> None:
        asked.set()

    watch = asyncio.create_task(RunningPeople(running, ask, LOG, period_seconds=SHORT).watch())
    await asyncio.wait_for(asked.wait(), 10)
    watch.cancel()
    with suppress(asyncio.CancelledError):
        await watch
    assert caplog.messages[0] == "No groups were asked for in this round: OSError"


def test_two_rounds_lie_within_a_minute_for_everybody() -> None:
    assert running.PERIOD_SECONDS * 1.5 <= 60
