"""The writer: nothing acknowledged is lost, whatever ends it and whoever writes beside it."""

import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from eohub_hub.audit.chain import BEGINNING, Line, read_line
from eohub_hub.audit.event import Action, AuditEvent, AuditUnavailable
from eohub_hub.audit.files import numbers, path_of, raw_lines
from eohub_hub.audit.head import HeadFile
from eohub_hub.audit.log import AuditLog

NOW = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
Make = Callable[..., AuditLog]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "audit"


@pytest.fixture
def make(folder: Path) -> Make:
    def log(**options: Any) -> AuditLog:
        defaults: dict[str, Any] = {"largest_bytes": 1 << 20, "now": lambda: NOW}
        return AuditLog(folder, folder.with_name("audit_head"), **defaults | options)

    return log


def spawn(number: int) -> AuditEvent:
    return AuditEvent(Action.SPAWN, "ann", f"ann/{number}")


def lines(folder: Path) -> list[Line]:
    raw = [raw for number in numbers(folder) for raw in raw_lines(folder, number)]
    return [line for each in raw if (line := read_line(each.content)) is not None]


def said(folder: Path) -> list[str]:
    return [f"{line.fields['action']} {line.fields['object']}" for line in lines(folder)]


def is_chained(folder: Path) -> bool:
    head = BEGINNING
    for line in lines(folder):
        if not line.follows(head):
            return False
        head = line.head
    return True


def test_the_first_event_begins_a_chain_and_every_line_has_its_time(make: Make, folder: Path) -> None:
    make().record(spawn(1))
    assert said(folder) == ["audit.began audit", "spawn ann/1"]
    assert {line.fields["time"] for line in lines(folder)} == {"2026-11-25T18:00:00.000000Z"}
    assert is_chained(folder)


def test_nobody_else_can_read_the_log_or_its_end(make: Make, folder: Path) -> None:
    make().record(spawn(1))
    assert folder.stat().st_mode & 0o777 == 0o700
    for file in (path_of(folder, 1), folder.with_name("audit_head")):
        assert file.stat().st_mode & 0o777 == 0o600


def test_a_log_that_is_opened_again_goes_on_without_a_word(make: Make, folder: Path) -> None:
    make().record(spawn(1))
    make().record(spawn(2))
    assert said(folder) == ["audit.began audit", "spawn ann/1", "spawn ann/2"]


def test_many_threads_and_two_logs_write_one_chain(make: Make, folder: Path) -> None:
    logs = [make(), make()]
    threads = [
        threading.Thread(target=lambda log=logs[number % 2], number=number: log.record(spawn(number)))
        for number in range(60)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert is_chained(folder)
    assert sorted(said(folder)[1:]) == sorted(f"spawn ann/{number}" for number in range(60))


def test_a_full_file_is_followed_by_another_and_the_chain_goes_through(make: Make, folder: Path) -> None:
    log = make(largest_bytes=1000)
    for number in range(20):
        log.record(spawn(number))
    assert len(numbers(folder)) > 3
    assert all(path_of(folder, number).stat().st_size < 2000 for number in numbers(folder))
    assert is_chained(folder)
    assert len(lines(folder)) == 21


def test_a_torn_line_stays_and_is_named_by_the_next(make: Make, folder: Path) -> None:
    make().record(spawn(1))
    with path_of(folder, 1).open("ab") as file:
        file.write(b'{"number":3,"time":"20')
    make().record(spawn(2))
    assert said(folder) == ["audit.began audit", "spawn ann/1", "audit.repaired audit", "spawn ann/2"]
    assert lines(folder)[2].fields["details"]["torn_bytes"] == 22
    assert is_chained(folder)
    assert b'{"number":3,"time":"20\n' in path_of(folder, 1).read_bytes()


def test_a_line_that_was_written_and_not_acknowledged_is_kept_and_counted(make: Make, folder: Path) -> None:
    make().record(spawn(1))
    before = folder.with_name("audit_head").read_bytes()
    make().record(spawn(2))
    folder.with_name("audit_head").write_bytes(before)
    make().record(spawn(3))
    assert said(folder)[2:] == ["spawn ann/2", "audit.repaired audit", "spawn ann/3"]
    assert lines(folder)[3].fields["details"] == {"unacknowledged_lines": 1}
    assert is_chained(folder)


def test_a_line_that_is_gone_leaves_a_hole_in_the_chain_for_ever(make: Make, folder: Path) -> None:
    log = make()
    log.record(spawn(1))
    log.record(spawn(2))
    content = path_of(folder, 1).read_bytes().splitlines(keepends=True)
    path_of(folder, 1).write_bytes(b"".join(content[:-1]))
    make().record(spawn(3))
    assert [line.number for line in lines(folder)] == [1, 2, 4, 5]
    assert lines(folder)[2].fields["details"] == {"missing_bytes": len(content[-1])}
    assert not is_chained(folder)


def test_a_log_whose_end_is_noted_nowhere_says_so(make: Make, folder: Path) -> None:
    make().record(spawn(1))
    folder.with_name("audit_head").unlink()
    make().record(spawn(2))
    assert lines(folder)[2].fields["details"] == {"head_lost": True}
    assert is_chained(folder)


def test_a_torn_note_of_the_end_leaves_the_one_before(make: Make, folder: Path) -> None:
    log = make()
    log.record(spawn(1))
    log.record(spawn(2))
    head = folder.with_name("audit_head")
    newest = HeadFile(head).read()
    assert newest is not None
    slots = head.read_bytes()
    for at in (0, 4096):
        head.write_bytes(slots[:at] + b"\0" * 4096 + slots[at + 4096 :])
        left = HeadFile(head).read()
        assert left is not None
        assert left.head.count in (newest.head.count, newest.head.count - 1)
    make().record(spawn(3))
    assert is_chained(folder)


def test_an_empty_next_file_is_used(make: Make, folder: Path) -> None:
    make().record(spawn(1))
    path_of(folder, 2).touch()
    make().record(spawn(2))
    assert said(folder) == ["audit.began audit", "spawn ann/1", "spawn ann/2"]
    assert path_of(folder, 2).stat().st_size > 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_on_a_full_disk_nothing_is_acknowledged_and_the_next_line_counts_what_was_lost(
    make: Make, folder: Path
) -> None:
    complaints: list[str] = []
    log = make(complain=complaints.append)
    log.record(spawn(1))
    real = path_of(folder, 1).rename(folder / "kept")
    path_of(folder, 1).symlink_to("/dev/full")
    for number in (2, 3):
        with pytest.raises(AuditUnavailable, match="No space left on device") as refused:
            log.record(spawn(number))
        assert "Free some space" in (refused.value.hint or "")
    path_of(folder, 1).unlink()
    real.rename(path_of(folder, 1))
    log.record(spawn(4))
    assert said(folder)[-2:] == ["audit.gap audit", "spawn ann/4"]
    assert lines(folder)[-2].fields["details"] == {"lost": 2}
    assert "ann/2" in complaints[0], "what the log lacks is in the hub's log"
    assert is_chained(folder)


def test_the_end_is_copied_and_a_copy_that_cannot_be_written_stops_nothing(
    make: Make, folder: Path, tmp_path: Path
) -> None:
    complaints: list[str] = []
    copies = [tmp_path / "copy", tmp_path / "absent" / "copy"]
    make(copies=copies, complain=complaints.append).record(spawn(1))
    assert HeadFile(copies[0]).read() == HeadFile(folder.with_name("audit_head")).read()
    assert len(complaints) == 1
    assert "absent" in complaints[0]


class Syncs:
    """Counts real syncs; while `gate` is closed they wait."""

    def __init__(self) -> None:
        self.count = 0
        self.gate = threading.Event()
        self.waits = threading.Event()
        self.gate.set()

    def __call__(self, descriptor: int) -> None:
        self.count += 1
        self.waits.set()
        assert self.gate.wait(30)
        os.fdatasync(descriptor)


def test_an_event_costs_two_syncs_and_one_for_each_copy(make: Make, tmp_path: Path) -> None:
    syncs = Syncs()
    log = make(sync=syncs, copies=[tmp_path / "copy"])
    log.record(spawn(0))
    syncs.count = 0
    log.record(spawn(1))
    assert syncs.count == 3


def test_events_that_wait_for_the_disk_are_written_together(make: Make, folder: Path) -> None:
    syncs = Syncs()
    log = make(sync=syncs)
    log.record(spawn(0))
    syncs.count = 0
    syncs.gate.clear()
    syncs.waits.clear()
    threads = [threading.Thread(target=log.record, args=(spawn(number),)) for number in range(1, 41)]
    threads[0].start()
    assert syncs.waits.wait(30)
    for thread in threads[1:]:
        thread.start()
    while log.waiting < 39:
        threading.Event().wait(0.01)
    syncs.gate.set()
    for thread in threads:
        thread.join()
    assert syncs.count == 4, "the first alone, all others at one time"
    assert sorted(said(folder)[2:]) == sorted(f"spawn ann/{number}" for number in range(1, 41))
    assert is_chained(folder)
