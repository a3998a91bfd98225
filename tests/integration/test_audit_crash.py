"""Processes that write into one audit log and are killed: what was acknowledged is there."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from eohub_hub.audit.event import AuditEvent
from eohub_hub.audit.files import newest_first
from eohub_hub.audit.log import AuditLog
from eohub_hub.audit.search import entry_of
from eohub_hub.audit.verify import verify

WRITER = """
import sys
from pathlib import Path
from eohub_hub.audit.event import AuditEvent
from eohub_hub.audit.log import AuditLog

folder, name = Path(sys.argv[1]), sys.argv[2]
log = AuditLog(folder, folder.with_name("audit_head"), largest_bytes=40_000)
number = 0
while True:
    number += 1
    log.record(AuditEvent("spawn", name, f"{name}/{number}", details={"text": "x" * 200}))
    print(number, flush=True)
"""


@contextmanager
def writers(folder: Path, names: list[str], acknowledged: Path) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Writers that note in a file each what was acknowledged to them."""
    started: list[subprocess.Popen[bytes]] = []
    try:
        for name in names:
            with (acknowledged / name).open("wb") as said:
                command = [sys.executable, "-c", WRITER, str(folder), name]
                started.append(subprocess.Popen(command, stdout=said))
        yield started
    finally:
        for process in started:
            process.kill()
            process.wait()


def counted(acknowledged: Path, name: str) -> int:
    """The last number that a writer was told to be on disk; a line that is cut off was told as well."""
    whole = (acknowledged / name).read_bytes().splitlines()
    return len(whole)


def objects(folder: Path) -> set[str]:
    return {entry.object for line in newest_first(folder) if (entry := entry_of(line)) is not None}


@pytest.mark.parametrize("seed", range(4))
def test_nothing_acknowledged_is_lost_when_writers_are_killed(tmp_path: Path, seed: int) -> None:
    moments = random.Random(seed)
    folder = tmp_path / "audit"
    names = [f"{letter}{seed}" for letter in "abc"]
    with writers(folder, names, tmp_path) as running:
        end = time.monotonic() + 60
        while any(counted(tmp_path, name) < 20 for name in names):
            assert time.monotonic() < end
            time.sleep(0.01)
        # One is killed while the others go on: the next of them finds what it has left.
        running[0].kill()
        before = counted(tmp_path, names[1])
        while counted(tmp_path, names[1]) < before + 20:
            assert time.monotonic() < end
            time.sleep(moments.random() / 100)
        for process in moments.sample(running[1:], 2):
            time.sleep(moments.random() / 50)
            process.kill()
    AuditLog(folder, tmp_path / "audit_head", largest_bytes=40_000).record(AuditEvent("login", "ann", "hub"))
    report = verify(folder, tmp_path / "audit_head")
    assert report.is_whole, report.findings
    assert report.files > 1
    there = objects(folder)
    for name in names:
        missing = [n for n in range(1, counted(tmp_path, name) + 1) if f"{name}/{n}" not in there]
        assert missing == []
