"""Environments as the spawner sees them: what a machine has, and one that several people ask for at once."""

import asyncio
import threading
from pathlib import Path

import pytest
from fakes.environment_room import make_room, pretend_made

from eohub_hub.isolation.order import Mode
from eohub_hub.local.environment import Uv
from eohub_hub.local.environments.manifest import Known
from eohub_hub.local.environments.on_demand import OnDemand
from eohub_hub.local.environments.trial import Outcome
from eohub_hub.local.errors import PartFailed, ToolMissing
from eohub_profiles.decision import EnvironmentHere

NO_UV = Uv(Path("/nonexistent/uv"))
TRYING = "Trying Java: a cell in each kernel"


class Slow:
    """Tries an environment as soon as the test lets it."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.go = threading.Event()
        self.tried = 0

    def __call__(self, _known: Known, _environment: Path) -> Outcome:
        self.tried += 1
        self.go.wait(10)
        return self.outcome


class Heard:
    """What a person on the pending page hears."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.anything = asyncio.Event()

    def __call__(self, line: str) -> None:
        self.lines.append(line)
        self.anything.set()


def environments(folder: Path, outcome: Outcome, *, java: str = "Java 21") -> tuple[OnDemand, Slow]:
    room = make_room(folder, java=java)
    pretend_made(room, "java")
    slow = Slow(outcome)
    return OnDemand(room, NO_UV, lambda _: slow), slow


def test_what_a_machine_lacks_is_not_listed_and_what_can_be_made_has_no_obstacle(tmp_path: Path) -> None:
    found, _ = environments(tmp_path, Outcome(True, ""), java="")
    assert found.here() == {
        "base": EnvironmentHere(""),
        "java": EnvironmentHere(
            "with Python", "It needs Java 21, which this machine does not have.", listed=False
        ),
    }
    assert found.uses_ports("java")
    assert not found.uses_ports("base")


async def test_two_people_who_ask_at_once_have_it_made_once_and_both_hear_of_it(tmp_path: Path) -> None:
    found, slow = environments(tmp_path, Outcome(True, ""))
    first, second = Heard(), Heard()
    one = asyncio.create_task(found.make_ready("java", Mode.SINGLE, first))
    await first.anything.wait()
    two = asyncio.create_task(found.make_ready("java", Mode.SINGLE, second))
    await second.anything.wait()
    slow.go.set()
    await asyncio.gather(one, two)
    assert first.lines == second.lines == [TRYING]
    assert slow.tried == 1
    assert found.is_ready("java")


async def test_whoever_leaves_does_not_stop_it(tmp_path: Path) -> None:
    found, slow = environments(tmp_path, Outcome(True, ""))
    heard = Heard()
    leaving = asyncio.create_task(found.make_ready("java", Mode.SINGLE, heard))
    await heard.anything.wait()
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    staying = asyncio.create_task(found.make_ready("java", Mode.SINGLE, heard))
    await asyncio.sleep(0)
    slow.go.set()
    await staying
    assert slow.tried == 1


async def test_one_that_failed_its_test_is_a_sentence_for_whoever_waits_and_an_obstacle_for_the_next(
    tmp_path: Path,
) -> None:
    found, slow = environments(tmp_path, Outcome(False, "The kernel java does not answer."))
    slow.go.set()
    with pytest.raises(PartFailed) as caught:
        await found.make_ready("java", Mode.SINGLE, print)
    sentence = "Its test failed: The kernel java does not answer."
    assert caught.value.detail == f"Java cannot be used here now. {sentence}"
    assert found.here()["java"] == EnvironmentHere("with Python", sentence)


async def test_one_that_cannot_be_made_is_told_and_tried_again_by_the_next_who_asks(tmp_path: Path) -> None:
    found, _ = environments(tmp_path, Outcome(True, ""))
    for _ in range(2):
        with pytest.raises(ToolMissing, match="uv is not installed"):
            await found.make_ready("base", Mode.SINGLE, print)
    assert not found.here()["base"].obstacle
