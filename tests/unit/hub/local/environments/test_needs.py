"""Which programs a machine has, told by what they print."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from eohub_hub.local.environments import needs
from eohub_hub.local.environments.manifest import Needs, load_manifest
from eohub_hub.local.tools import PROJECT

SHIPPED = load_manifest(PROJECT / "kernels")


def of(identifier: str) -> Needs:
    known = SHIPPED.known(identifier)
    assert known is not None
    assert known.needs is not None
    return known.needs


@pytest.mark.parametrize(
    ("identifier", "said", "enough"),
    [
        ("java", "jdk.jshell@17.0.15", True),
        ("java", "java.base@21.0.1\njdk.jshell@21.0.1", True),
        ("java", "jdk.jshell@11.0.2", False),
        ("java", "java.base@21.0.1", False),
        ("java", "", False),
        ("kotlin", "java.base@17.0.15", True),
        ("kotlin", "java.base@11.0.2", False),
        ("r", "R version 4.2.2 (2022-10-31) 1.3.2", True),
        ("r", "", False),
        ("julia", "IJulia with Julia 1.12.1", True),
        ("julia", "", False),
    ],
)
def test_what_a_program_says_tells_whether_it_is_enough(identifier: str, said: str, enough: bool) -> None:
    need = of(identifier)
    assert needs.is_met(need, {needs.key_of(need.command): said}) is enough


def test_an_environment_that_needs_nothing_is_never_missed() -> None:
    assert needs.is_met(None, {})
    assert needs.said(None, {}) == ""


def test_each_command_runs_once_however_many_need_it() -> None:
    ran: list[Sequence[str]] = []

    def run(command: Sequence[str]) -> str:
        ran.append(command)
        return command[0]

    found = needs.look(SHIPPED.environments, run)
    assert sorted(command[0] for command in ran) == ["Rscript", "java", "julia"]
    assert found[needs.key_of(of("julia").command)] == "julia"


def test_what_was_found_is_remembered_and_a_broken_record_is_none(tmp_path: Path) -> None:
    assert needs.recall(tmp_path) == {}
    needs.remember(tmp_path, {"a": "b"})
    assert needs.recall(tmp_path) == {"a": "b"}
    for broken in ("[1]", "{", ""):
        (tmp_path / needs.RECORD).write_text(broken)
        assert needs.recall(tmp_path) == {}
