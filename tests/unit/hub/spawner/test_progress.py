import asyncio
from itertools import count

from eohub_hub.spawner.progress import Steps


def ticking() -> Steps:
    """Steps whose clock goes on by half a second each time that it is read."""
    ticks = count()
    return Steps(lambda: next(ticks) / 2)


def test_a_step_took_the_time_since_the_one_before() -> None:
    steps = ticking()
    steps.finish("Prepared your home folder")
    steps.finish("Started the server")
    assert [str(step) for step in steps.done] == [
        "Prepared your home folder (0.5 s)",
        "Started the server (0.5 s)",
    ]


async def test_a_late_watcher_sees_what_was_done_before_and_what_comes() -> None:
    steps = ticking()
    steps.finish("before")
    events = steps.events()
    first = await anext(events)
    waiting = asyncio.ensure_future(anext(events))
    await asyncio.sleep(0)
    assert not waiting.done()
    steps.finish("after")
    second = await asyncio.wait_for(waiting, 5)
    assert (first["message"], second["message"]) == ("before (0.5 s)", "after (0.5 s)")


async def test_two_watchers_see_the_same() -> None:
    steps = ticking()
    steps.finish("one")
    steps.finish("two")
    for _ in range(2):
        events = steps.events()
        assert [(await anext(events))["message"] for _ in range(2)] == ["one (0.5 s)", "two (0.5 s)"]


async def test_progress_grows_and_is_not_complete_before_the_server_is_ready() -> None:
    steps = ticking()
    for number in range(12):
        steps.finish(str(number))
    events = steps.events()
    percents = [int((await anext(events))["progress"]) for _ in range(12)]
    assert percents == sorted(percents)
    assert 0 < percents[0] < percents[-1] < 100


def test_whoever_waits_is_told_what_is_being_done() -> None:
    steps = ticking()
    seen: list[str] = []
    for number in range(8):
        seen.append(steps.doing)
        steps.finish(str(number))
    assert seen[0] == "Checking your choice"
    assert len(set(seen)) == 6
    assert seen[-1] == "Opening JupyterLab"


async def test_an_event_tells_what_comes_next() -> None:
    steps = ticking()
    steps.finish("Checked your choice")
    assert (await anext(steps.events()))["doing"] == "Preparing your home folder"


def test_seconds_are_counted_from_the_start_and_from_the_last_step() -> None:
    now = [100.0]
    steps = Steps(lambda: now[0])
    now[0] = 107.9
    assert (steps.seconds, steps.waited) == (7, 7)
    steps.finish("one")
    now[0] = 110.0
    assert (steps.seconds, steps.waited) == (10, 2)


async def test_what_is_begun_beside_the_usual_is_told_once_and_is_no_step() -> None:
    steps = ticking()
    steps.begin("Waiting for a GPU: 2 before you")
    events = steps.events()
    assert await anext(events) == {
        "message": "Waiting for a GPU: 2 before you",
        "doing": "Waiting for a GPU: 2 before you",
    }
    steps.begin("Waiting for a GPU: 2 before you")
    steps.begin("Waiting for a GPU: 1 before you")
    assert (await anext(events))["doing"] == steps.doing == "Waiting for a GPU: 1 before you"
    assert steps.done == []
    steps.finish("Set aside 1 x L4 for you")
    assert (await anext(events))["doing"] == steps.doing == "Preparing your home folder"


def test_what_is_done_beside_the_usual_steps_is_shown_while_it_lasts_and_when_it_is_done() -> None:
    steps = ticking()
    steps.finish("Checked your choice")
    usual = steps.doing
    steps.begin("Installing 130 packages")
    assert steps.doing == "Installing 130 packages"
    steps.finish("Installing 130 packages", usual=False)
    assert [step.text for step in steps.done] == ["Checked your choice", "Installing 130 packages"]
    assert steps.doing == usual, "the usual steps go on where they were"
