"""Whether the log is whole: every line holds together, follows the one before, and none is missing."""

import fcntl
import hashlib
import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eohub_hub.audit.chain import BEGINNING, Head, Line, read_line
from eohub_hub.audit.event import Action
from eohub_hub.audit.files import RawLine, raw_lines, sizes
from eohub_hub.audit.head import HeadFile, Place

_MOST_FINDINGS = 20
_MOST_TORN_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about the log; a fault means that somebody, or a broken disk, has changed it."""

    sentence: str
    is_fault: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    """What was read, and what was found."""

    lines: int
    files: int
    head: Head
    findings: tuple[Finding, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing was changed or taken away."""
        return not any(finding.is_fault for finding in self.findings)


def verify(folder: Path, head: Path, copy: Path | None = None) -> Report:
    """Read the whole log up to where it ends now, while others may write; raises OSError.

    `copy` is a note of the end that was kept elsewhere: it may be older than the end and must lie on the
    chain.
    """
    with quiet(folder):
        noted, there = HeadFile(head).read(), sizes(folder)
    walk = _Walk(wanted={place.head.count for place in (noted, _read(copy)) if place is not None})
    for number, size in there.items():
        for raw in raw_lines(folder, number, end=size):
            walk.take(raw)
    walk.end(noted)
    if copy is not None:
        walk.compare(_read(copy), str(copy))
    return Report(walk.lines, len(there), walk.head, tuple(walk.findings))


class _Walk:
    """Goes along the lines, and on after a fault, so that one fault does not hide the next."""

    def __init__(self, wanted: set[int]) -> None:
        self.head = BEGINNING
        self.lines = 0
        self.findings: list[Finding] = []
        self._wanted = wanted
        self._hashes = {0: BEGINNING.hash}
        self._torn = b""
        self._torn_where = ""

    def take(self, raw: RawLine) -> None:
        """Look at the next line."""
        line = read_line(raw.content) if raw.is_whole else None
        if line is None:
            if not self._torn:
                self._torn_where = f"file {raw.file} before byte {raw.end}"
            if len(self._torn) < _MOST_TORN_BYTES:
                self._torn += raw.content + (b"\n" if raw.is_whole else b"")
            return
        if line.follows(self.head):
            self._between(line)
        else:
            self._torn = b""
            self._broken(line)
        self._tell(line)
        self.head = line.head
        self.lines += 1
        if line.number in self._wanted:
            self._hashes[line.number] = line.hash

    def end(self, noted: Place | None) -> None:
        """Compare the last line with the noted end."""
        if self._torn:
            self._fault(f"What stands in {self._torn_where} is no line: changed, or cut off by a crash.")
        if noted is None:
            if self.lines:
                self._fault("The note of where the log ends is gone: lines may be missing at the end.")
        elif noted.head.count < self.head.count:
            more = self.head.count - noted.head.count
            self._fault(f"{more} lines follow the noted end: added, or not finished before a crash.")
        else:
            self._compare(noted, "the noted end")

    def compare(self, copy: Place | None, name: str) -> None:
        """Compare a point of the chain that was noted elsewhere."""
        if copy is None:
            self._fault(f"{name} holds no note of where the log ended.")
        else:
            self._compare(copy, name)

    def _compare(self, noted: Place, name: str) -> None:
        count = noted.head.count
        if count > self.head.count:
            self._fault(
                f"Lines {_range(self.head.count + 1, count)} are missing at the end: {name} has them."
            )
        elif self._hashes.get(count) != noted.head.hash:
            self._fault(f"Line {count} is another than that of {name}.")

    def _between(self, line: Line) -> None:
        """What stood before a line that continues the chain: nothing, or what the line itself names."""
        torn, self._torn = self._torn, b""
        if not torn:
            return
        named = _details(line).get("torn_sha256") if line.fields.get("action") == Action.REPAIRED else None
        if named not in {hashlib.sha256(each).hexdigest() for each in (torn, torn.removesuffix(b"\n"))}:
            self._fault(f"What stands in {self._torn_where} is no line and was added or changed.")

    def _broken(self, line: Line) -> None:
        expected = self.head.count + 1
        if line.number > expected:
            self._fault(f"Lines {_range(expected, line.number - 1)} are missing or changed.")
        elif line.number < expected:
            self._fault(f"Line {line.number} stands again, or in the wrong place.")
        else:
            self._fault(f"Line {line.number} does not follow the line before it: one of them was exchanged.")

    def _tell(self, line: Line) -> None:
        details = _details(line)
        time = str(line.fields.get("time", ""))[:19]
        if line.fields.get("action") == Action.GAP:
            self._note(f"{details.get('lost')} events before {time} could not be written.")
        if line.fields.get("action") != Action.REPAIRED:
            return
        if "torn_bytes" in details:
            self._note(f"A crash before {time} cut a line off; nobody was told that it was written.")
        if "unacknowledged_lines" in details:
            lines = details["unacknowledged_lines"]
            self._note(
                f"A crash before {time} came after {lines} lines were written and before they counted."
            )
        if "missing_bytes" in details:
            self._fault(f"Before {time} {details['missing_bytes']} bytes were gone from the end of the log.")
        if details.get("head_lost"):
            self._fault(f"Before {time} the note of where the log ends was gone; lines may be missing there.")

    def _fault(self, sentence: str) -> None:
        self._add(Finding(sentence))

    def _note(self, sentence: str) -> None:
        self._add(Finding(sentence, is_fault=False))

    def _add(self, finding: Finding) -> None:
        of_kind = sum(each.is_fault == finding.is_fault for each in self.findings)
        if of_kind < _MOST_FINDINGS:
            self.findings.append(finding)
        elif of_kind == _MOST_FINDINGS:
            self.findings.append(Finding("There is more of this kind.", finding.is_fault))


@contextmanager
def quiet(folder: Path) -> Generator[None]:
    """Look while nobody writes; a folder without a lock is a copy that nobody writes to."""
    try:
        descriptor = os.open(folder / "lock", os.O_RDONLY)
    except FileNotFoundError:
        yield
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def _read(copy: Path | None) -> Place | None:
    return None if copy is None else HeadFile(copy).read()


def _details(line: Line) -> dict[str, Any]:
    details = line.fields.get("details")
    return details if isinstance(details, dict) else {}


def _range(first: int, last: int) -> str:
    return str(first) if first >= last else f"{first} to {last}"
