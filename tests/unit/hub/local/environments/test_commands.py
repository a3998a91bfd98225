"""What `eohub environments` says of each."""

from pathlib import Path

from fakes.environment_room import make_room

from eohub_hub.local.environments.commands import line_of


def test_a_line_has_the_id_the_languages_how_it_stands_and_why_not(tmp_path: Path) -> None:
    room = make_room(tmp_path, java="")
    assert [line_of(state) for state in room.states()] == [
        "base       Python             made when it is first started",
        "java       Java, Python       not on this machine. It needs Java 21, which this machine does not"
        " have.",
    ]
