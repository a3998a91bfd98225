"""What a writer finds beyond the place that was noted last, and the line that says so."""

import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path

from eohub_hub.audit.chain import read_line
from eohub_hub.audit.event import SYSTEM, Action, AuditEvent, Detail, Outcome
from eohub_hub.audit.files import numbers, path_of, raw_lines, sizes
from eohub_hub.audit.head import Place

_MOST_TORN_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Found:
    """Where writing goes on, what to say about it, and whether a torn line must be ended first."""

    place: Place
    event: AuditEvent | None = None
    ends_torn_line: bool = False


def look(folder: Path, noted: Place | None) -> Found:
    """Compare the files with the place noted last; reads only what lies beyond it.

    Lines that were written and not acknowledged are kept, a torn line as well; the event names both, and
    what is missing of the lines that were noted.
    """
    there = sizes(folder)
    if noted is None:
        return _without_head(folder, there)
    last = max(there, default=noted.file)
    if last == noted.file and there.get(last) == noted.size:
        return Found(noted)
    missing = noted.size - there.get(noted.file, 0)
    if missing > 0:
        return _shortened(folder, noted, missing)
    return _beyond(folder, noted, last)


def _without_head(folder: Path, there: dict[int, int]) -> Found:
    """There is no note of the chain's end: a new chain, or the last line that is whole is the end."""
    if not any(there.values()):
        return Found(Place(file=max(there, default=1)), AuditEvent(Action.BEGAN, SYSTEM, "audit"))
    place = Place()
    for number in numbers(folder):
        place = replace(place, file=number, size=0)
        for raw in raw_lines(folder, number):
            line = read_line(raw.content) if raw.is_whole else None
            if line is not None:
                place = Place(line.head, number, raw.end)
    return _beyond(folder, place, max(there), {"head_lost": True})


def _shortened(folder: Path, noted: Place, missing: int) -> Found:
    """Lines that were noted are gone: the chain goes on from the noted one, so that the hole stays to be
    seen."""
    last = max(numbers(folder), default=1)
    path = path_of(folder, last)
    size = path.stat().st_size if path.exists() else 0
    event = _repaired({"missing_bytes": missing})
    return Found(Place(noted.head, last, size), event, size > 0 and not _ends_line(path))


def _beyond(folder: Path, place: Place, last: int, details: dict[str, Detail] | None = None) -> Found:
    """Walk over what was written after `place`."""
    said: dict[str, Detail] = details or {}
    lines = 0
    torn = b""
    for number in range(place.file, last + 1):
        start = place.size if number == place.file else 0
        for raw in raw_lines(folder, number, start=start):
            line = read_line(raw.content) if raw.is_whole else None
            if line is not None and not torn and line.follows(place.head):
                place, lines = Place(line.head, number, raw.end), lines + 1
            elif len(torn) < _MOST_TORN_BYTES:
                torn += raw.content + (b"\n" if raw.is_whole else b"")
        if torn:
            place = replace(place, file=number, size=path_of(folder, number).stat().st_size)
    if not torn:
        place = _at_end(folder, place, last)
    if lines:
        said["unacknowledged_lines"] = lines
    if torn:
        said |= {"torn_bytes": len(torn), "torn_sha256": hashlib.sha256(torn).hexdigest()}
    return Found(place, _repaired(said) if said else None, bool(torn) and not torn.endswith(b"\n"))


def _at_end(folder: Path, place: Place, last: int) -> Place:
    """An empty file was made after the one that the chain ends in: writing goes on there."""
    return place if place.file == last else Place(place.head, last, 0)


def _repaired(details: dict[str, Detail]) -> AuditEvent:
    return AuditEvent(Action.REPAIRED, SYSTEM, "audit", Outcome.FAILED, details)


def _ends_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
