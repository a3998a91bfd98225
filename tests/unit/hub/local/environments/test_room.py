"""How environments stand, and what makes one ready; none is made here, so uv is never asked."""

import os
from pathlib import Path

import pytest
from fakes.environment_room import make_room, pretend_made

from eohub_hub.local.environment import Uv
from eohub_hub.local.environments.manifest import Known
from eohub_hub.local.environments.room import OUTCOME, EnvironmentRoom, Standing
from eohub_hub.local.environments.trial import Outcome
from eohub_hub.local.errors import ToolMissing
from eohub_hub.local.files import write_atomically
from eohub_toolkit.errors import NotFound

NO_UV = Uv(Path("/nonexistent/uv"))
GOOD, BAD = Outcome(True, "fine"), Outcome(False, "The kernel java gives '3' instead of '1'.")


class Tries:
    """Tries environments as told, and counts."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.tried: list[str] = []

    def __call__(self, known: Known, environment: Path) -> Outcome:
        assert environment.name == known.id
        self.tried.append(known.id)
        return self.outcome


@pytest.fixture
def room(tmp_path: Path) -> EnvironmentRoom:
    return make_room(tmp_path)


def test_what_nobody_has_made_is_made_on_demand(room: EnvironmentRoom) -> None:
    assert [(state.known.id, state.standing) for state in room.states()] == [
        ("base", Standing.ON_DEMAND),
        ("java", Standing.ON_DEMAND),
    ]


def test_an_environment_whose_cells_gave_what_they_should_is_ready_and_not_tried_again(
    room: EnvironmentRoom,
) -> None:
    pretend_made(room, "java")
    assert room.state("java").standing is Standing.ON_DEMAND, "made, but not tried"
    tries, said = Tries(GOOD), list[str]()
    assert room.make_ready("java", NO_UV, tries, said.append).standing is Standing.READY
    assert room.make_ready("java", NO_UV, tries, said.append).standing is Standing.READY
    assert (tries.tried, said) == (["java"], ["Trying Java: a cell in each kernel"])


def test_an_environment_that_failed_its_test_says_why_until_it_is_tried_again(room: EnvironmentRoom) -> None:
    pretend_made(room, "java")
    tries = Tries(BAD)
    state = room.make_ready("java", NO_UV, tries, print)
    assert state.standing is Standing.FAILED
    assert state.why == "Its test failed: The kernel java gives '3' instead of '1'."
    assert room.make_ready("java", NO_UV, tries, print).standing is Standing.FAILED
    assert tries.tried == ["java"]
    room.forget_outcome("java")
    tries.outcome = GOOD
    assert room.make_ready("java", NO_UV, tries, print).standing is Standing.READY


@pytest.mark.parametrize(
    "what", ["kernels/java/kernel.json", "kernels/smoke.py", "kernels/java/requirements.lock"]
)
def test_an_outcome_counts_only_for_what_was_tried(tmp_path: Path, what: str) -> None:
    room = make_room(tmp_path)
    pretend_made(room, "java")
    room.make_ready("java", NO_UV, Tries(GOOD), print)
    (tmp_path / what).write_text("changed")
    later = EnvironmentRoom(room.manifest, room.folder, room.project)
    pretend_made(later, "java")
    assert later.state("java").standing is Standing.ON_DEMAND


def test_another_version_of_the_program_is_tried_anew(room: EnvironmentRoom) -> None:
    pretend_made(room, "java")
    room.make_ready("java", NO_UV, Tries(GOOD), print)
    room.look_around(lambda _: "Java 25")
    assert room.state("java").standing is Standing.ON_DEMAND


def test_without_its_program_an_environment_is_not_on_this_machine(tmp_path: Path) -> None:
    room = make_room(tmp_path, java="")
    state = room.state("java")
    assert state.standing is Standing.ABSENT
    assert state.why == "It needs Java 21, which this machine does not have."
    with pytest.raises(ToolMissing, match="which this machine does not have") as caught:
        room.make_ready("java", NO_UV, Tries(GOOD), print)
    assert caught.value.hint == "Install default-jdk."
    assert room.state("base").standing is Standing.ON_DEMAND


def test_an_environment_that_cannot_be_made_stays_on_demand(room: EnvironmentRoom) -> None:
    tries = Tries(GOOD)
    with pytest.raises(ToolMissing, match="uv is not installed"):
        room.make_ready("base", NO_UV, tries, print)
    assert room.state("base").standing is Standing.ON_DEMAND
    assert tries.tried == []


def test_an_environment_that_nobody_knows_is_named_with_those_there_are(room: EnvironmentRoom) -> None:
    with pytest.raises(NotFound, match="There is no environment 'cobol'") as caught:
        room.state("cobol")
    assert caught.value.hint == "There are: base, java."


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"of": 1}', "null"])
def test_an_outcome_that_cannot_be_read_is_none(room: EnvironmentRoom, text: str) -> None:
    pretend_made(room, "base")
    (room.place("base") / OUTCOME).write_text(text)
    assert room.state("base").standing is Standing.ON_DEMAND


def test_files_are_read_again_only_where_others_took_their_place(room: EnvironmentRoom) -> None:
    """Every form and every decision asks how all environments stand."""
    pretend_made(room, "java")
    assert room.make_ready("java", NO_UV, Tries(GOOD), print).standing is Standing.READY
    outcome = room.place("java") / OUTCOME
    before, known = outcome.read_bytes(), outcome.stat()
    outcome.write_bytes(b"x" * len(before))
    os.utime(outcome, ns=(known.st_atime_ns, known.st_mtime_ns))
    assert room.state("java").standing is Standing.READY, "the same file: it was not read"
    write_atomically(outcome, before.replace(b"true", b"null"))
    assert room.state("java").standing is Standing.FAILED
    room.forget_outcome("java")
    assert room.state("java").standing is Standing.ON_DEMAND
    room.look_around(lambda _: "")
    assert room.state("java").standing is Standing.ABSENT
