"""Whatever is done to the log's files is found; what a crash alone can leave is no accusation."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eohub_hub.audit.event import Action, AuditEvent
from eohub_hub.audit.files import numbers, path_of
from eohub_hub.audit.log import AuditLog
from eohub_hub.audit.verify import Report, verify

LINES = 14


def log_in(root: Path) -> AuditLog:
    now = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
    return AuditLog(root / "audit", root / "audit_head", largest_bytes=1500, now=lambda: now)


def written_to(root: Path) -> Path:
    log = log_in(root)
    for number in range(LINES - 1):
        log.record(AuditEvent(Action.SPAWN, "ann", f"ann/{number}", details={"profile": "small"}))
    return root


def look(root: Path, copy: Path | None = None) -> Report:
    return verify(root / "audit", root / "audit_head", copy)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written_to(tmp_path_factory.mktemp("log"))


@pytest.fixture
def root(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole, tmp_path / "copy")
    return tmp_path / "copy"


def content_of(root: Path) -> list[bytes]:
    """All lines of all files, each with its newline."""
    paths = [path_of(root / "audit", number) for number in numbers(root / "audit")]
    return [line for path in paths for line in path.read_bytes().splitlines(keepends=True)]


def write_back(root: Path, lines: list[bytes]) -> None:
    """The same number of lines into each file as before; what is more goes into the last."""
    rest = list(lines)
    for number in numbers(root / "audit"):
        path = path_of(root / "audit", number)
        count = path.read_bytes().count(b"\n")
        is_last = number == numbers(root / "audit")[-1]
        path.write_bytes(b"".join(rest if is_last else rest[:count]))
        rest = rest[count:]


def test_a_log_that_nobody_touched_is_whole(whole: Path) -> None:
    report = look(whole)
    assert report.is_whole
    assert report.findings == ()
    assert (report.lines, report.head.count) == (LINES, LINES)
    assert report.files > 2


edits = st.sampled_from(["flip", "drop", "swap", "truncate", "append", "repeat", "insert"])


def edited(lines: list[bytes], edit: str, draw: Callable[[int], int]) -> list[bytes]:
    """One edit at a random place."""
    lines, place = list(lines), draw(len(lines) - 1)
    match edit:
        case "flip":
            whole = bytearray(b"".join(lines))
            whole[draw(len(whole) - 1)] ^= 1 + draw(254)
            return bytes(whole).splitlines(keepends=True)
        case "drop":
            del lines[place]
        case "swap":
            other = (place + 1 + draw(len(lines) - 2)) % len(lines)
            lines[place], lines[other] = lines[other], lines[place]
        case "truncate":
            whole_bytes = b"".join(lines)
            return whole_bytes[: draw(len(whole_bytes) - 1)].splitlines(keepends=True)
        case "append":
            lines.append(b"x" * (1 + draw(80)) + b"\n" * draw(1))
        case "repeat":
            lines.append(lines[place])
        case _:
            lines.insert(place, b'{"number":1}\n')
    return lines


@settings(max_examples=150)
@given(edit=edits, data=st.data())
def test_any_edit_at_any_place_is_found(
    whole: Path, tmp_path_factory: pytest.TempPathFactory, edit: str, data: st.DataObject
) -> None:
    root = tmp_path_factory.mktemp("edited") / "log"
    shutil.copytree(whole, root)
    lines = content_of(root)
    changed = edited(lines, edit, lambda most: data.draw(st.integers(0, most)))
    write_back(root, changed)
    report = look(root)
    assert not report.is_whole, edit
    shutil.rmtree(root.parent)


@settings(max_examples=40)
@given(edit=edits, data=st.data())
def test_an_edit_is_still_found_when_the_hub_has_written_on(
    whole: Path, tmp_path_factory: pytest.TempPathFactory, edit: str, data: st.DataObject
) -> None:
    if edit == "append":
        # A crash leaves the same at the end: the next line names it, and nothing that counted is lost.
        return
    root = tmp_path_factory.mktemp("edited") / "log"
    shutil.copytree(whole, root)
    lines = content_of(root)
    write_back(root, edited(lines, edit, lambda most: data.draw(st.integers(0, most))))
    log_in(root).record(AuditEvent(Action.HUB_STARTED, "system", "hub"))
    report = look(root)
    assert edit == "repeat" or not report.is_whole, edit
    assert report.findings, edit
    shutil.rmtree(root.parent)


def test_the_last_line_alone_is_missed_also_when_it_was_the_only_one_of_its_file(root: Path) -> None:
    write_back(root, content_of(root)[:-1])
    assert [finding.sentence for finding in look(root).findings] == [
        f"Lines {LINES} are missing at the end: the noted end has them."
    ]


def test_a_newline_that_is_gone_is_found_also_when_the_hub_has_put_one_back(root: Path) -> None:
    last = path_of(root / "audit", numbers(root / "audit")[-1])
    last.write_bytes(last.read_bytes()[:-1])
    assert not look(root).is_whole
    log_in(root).record(AuditEvent(Action.HUB_STARTED, "system", "hub"))
    assert "1 bytes were gone" in look(root).findings[0].sentence
    assert not look(root).is_whole


def test_a_whole_file_that_is_gone_is_missed_be_it_first_middle_or_last(root: Path) -> None:
    for number in numbers(root / "audit"):
        path = path_of(root / "audit", number)
        content = path.read_bytes()
        path.unlink()
        assert not look(root).is_whole, number
        path.write_bytes(content)
    assert look(root).is_whole


def test_the_whole_log_gone_is_missed_by_the_note_of_its_end(root: Path) -> None:
    shutil.rmtree(root / "audit")
    assert "Lines 1 to 14 are missing" in look(root).findings[0].sentence


def test_a_note_that_is_gone_or_scribbled_over_is_found(root: Path) -> None:
    (root / "audit_head").write_bytes(b"x" * 8192)
    assert "note of where the log ends is gone" in look(root).findings[0].sentence
    (root / "audit_head").unlink()
    assert not look(root).is_whole


def test_a_note_that_was_set_back_together_with_the_lines_is_found_by_a_copy_kept_elsewhere(
    root: Path, tmp_path: Path
) -> None:
    copy = shutil.copy(root / "audit_head", tmp_path / "elsewhere")
    shutil.rmtree(root)
    forged = log_in(root)
    for number in range(LINES - 3):
        forged.record(AuditEvent(Action.SPAWN, "bob", f"bob/{number}"))
    assert look(root).is_whole, "a forged log is whole in itself"
    assert not look(root, copy).is_whole
    for number in range(5):
        forged.record(AuditEvent(Action.SPAWN, "bob", f"bob/{number}"))
    assert "Line 14 is another" in look(root, copy).findings[0].sentence


def test_a_copy_may_be_older_than_the_log(root: Path, tmp_path: Path) -> None:
    copy = shutil.copy(root / "audit_head", tmp_path / "elsewhere")
    log_in(root).record(AuditEvent(Action.STOP, "ann", "ann/"))
    assert look(root, copy).is_whole
    assert not look(root, tmp_path / "absent").is_whole


def test_what_a_crash_leaves_is_told_and_is_no_fault_once_the_next_start_has_named_it(root: Path) -> None:
    with path_of(root / "audit", numbers(root / "audit")[-1]).open("ab") as file:
        file.write(b'{"number":15,"ti')
    assert not look(root).is_whole
    log_in(root).record(AuditEvent(Action.HUB_STARTED, "system", "hub"))
    report = look(root)
    assert report.is_whole
    assert "cut a line off" in report.findings[0].sentence


def test_a_torn_line_that_is_changed_later_is_found(root: Path) -> None:
    last = path_of(root / "audit", numbers(root / "audit")[-1])
    with last.open("ab") as file:
        file.write(b"torn-here")
    log_in(root).record(AuditEvent(Action.HUB_STARTED, "system", "hub"))
    last.write_bytes(last.read_bytes().replace(b"torn-here", b"born-here"))
    assert "was added or changed" in look(root).findings[0].sentence


def test_faults_without_end_are_cut_and_say_so(root: Path) -> None:
    write_back(root, list(reversed(content_of(root))) * 4)
    findings = look(root).findings
    assert len(findings) == 21
    assert findings[-1].sentence == "There is more of this kind."
