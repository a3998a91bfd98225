"""`eohub audit`: what a person at a terminal sees."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from eohub_hub.audit.commands import one_line, since
from eohub_hub.audit.event import Action, AuditEvent
from eohub_hub.audit.files import path_of
from eohub_hub.audit.log import AuditLog
from eohub_hub.audit.search import Entry
from eohub_hub.cli import run

NOW = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)


def eohub(state: Path, *words: str) -> tuple[int, str]:
    console = Console(file=io.StringIO(), width=80)
    code = run(words, {"EOHUB_STATE_DIR": str(state)}, console)
    assert isinstance(console.file, io.StringIO)
    return code, console.file.getvalue()


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    written = AuditLog(tmp_path / "audit", tmp_path / "audit_head", largest_bytes=1 << 20, now=lambda: NOW)
    written.record(AuditEvent(Action.LOGIN, "ann", "hub"))
    written.record(AuditEvent(Action.SPAWN, "ann", "ann/gpu", details={"profile": "gpu"}))
    return written


def test_a_whole_log_is_one_sentence_and_exit_code_0(log: AuditLog, tmp_path: Path) -> None:
    code, said = eohub(tmp_path, "audit", "verify")
    assert code == 0
    assert said.startswith("The audit log is whole: 3 lines in 1 file. It ends with ")


def test_a_changed_log_is_exit_code_1_with_the_place(log: AuditLog, tmp_path: Path) -> None:
    path = path_of(tmp_path / "audit", 1)
    path.write_bytes(path.read_bytes().replace(b'"gpu"', b'"cpu"'))
    code, said = eohub(tmp_path, "audit", "verify")
    assert code == 1
    assert "FAULT  What stands in file 1" in said
    assert "was changed" in said


def test_no_log_is_one_sentence(tmp_path: Path) -> None:
    code, said = eohub(tmp_path, "audit", "verify")
    assert code == 1
    assert "There is no audit log in" in said
    assert said.count("\n") == 1


def test_show_finds_by_user_and_action_and_the_newest_is_last(log: AuditLog, tmp_path: Path) -> None:
    code, said = eohub(tmp_path, "audit", "show", "--user", "ann")
    assert code == 0
    assert [line.split()[2] for line in said.splitlines()[:-1]] == ["login", "spawn"]
    assert said.endswith("2 events.\n")
    assert "profile=gpu" in said
    assert eohub(tmp_path, "audit", "show", "--action", "login")[1].count("\n") == 2
    assert eohub(tmp_path, "audit", "show", "--limit", "1")[1].endswith("see --limit.\n")


def test_another_folder_can_be_looked_at(log: AuditLog, tmp_path: Path) -> None:
    code, said = eohub(tmp_path / "elsewhere", "audit", "show", "--folder", str(tmp_path / "audit"))
    assert code == 0
    assert "3 events." in said


@pytest.mark.parametrize("name", ["a\nb", "\x1b[2J", "\u202egnp", "\x9b31m", "a\u2028b", "\ud800"])
def test_nothing_in_an_event_moves_the_cursor_or_makes_a_line(name: str) -> None:
    shown = one_line(Entry(1, "2026-11-25T18:00:00.000000Z", "login", name, name, "refused", {"x": name}))
    assert shown.isprintable()
    assert shown.count("\\u{") == 3
    shown.encode()


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-11-24", datetime(2026, 11, 24, tzinfo=UTC)),
        ("2026-11-24T10:30", datetime(2026, 11, 24, 10, 30, tzinfo=UTC)),
        ("2026-11-24T10:30+02:00", datetime(2026, 11, 24, 8, 30, tzinfo=UTC)),
        ("90m", NOW - timedelta(minutes=90)),
        ("7d", NOW - timedelta(days=7)),
    ],
)
def test_a_time_is_read_as_people_write_it(text: str, time: datetime) -> None:
    assert since(text, NOW) == time


@pytest.mark.parametrize(
    "words", [["--since", "soon"], ["--limit", "0"], ["--limit", "x"], ["--limit", "9" * 5000]]
)
def test_what_cannot_be_read_is_refused_by_the_parser(
    tmp_path: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        eohub(tmp_path, "audit", "show", *words)
    assert words[0] in capsys.readouterr().err
