"""Finding events: the newest first, as many as were asked for, and never silently a part."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from eohub_hub.audit.chain import read_line, written_time

MOST_RESULTS = 1_000
MOST_LINES = 500_000
"""Lines that one search looks at: some seconds of work."""


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for; None means anything.

    `user` is a person who did something or to whom something was done, `action` a whole action or the word
    before its dot, and `since` an aware time.
    """

    user: str | None = None
    action: str | None = None
    outcome: str | None = None
    since: datetime | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as it was written; texts may hold any character, so escape them for where they are shown."""

    number: int
    time: str
    action: str
    actor: str
    object: str
    outcome: str
    details: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Found:
    """Events, newest first; `is_all` is false where older ones may match as well."""

    entries: tuple[Entry, ...]
    is_all: bool


def search(newest_first: Iterable[bytes], query: Query) -> Found:
    """Look through lines, newest first; what is no line is passed over (`verify` tells about it)."""
    limit = max(1, min(query.limit, MOST_RESULTS))
    since = None if query.since is None else written_time(query.since)
    found: list[Entry] = []
    for looked_at, content in enumerate(newest_first):
        if looked_at >= MOST_LINES or len(found) > limit:
            return Found(tuple(found[:limit]), is_all=False)
        entry = entry_of(content)
        if entry is None:
            continue
        if since is not None and entry.time < since:
            break
        if matches(entry, query):
            found.append(entry)
    return Found(tuple(found[:limit]), is_all=len(found) <= limit)


def matches(entry: Entry, query: Query) -> bool:
    """Whether an event is one of those looked for, its time aside."""
    if query.outcome is not None and entry.outcome != query.outcome:
        return False
    if query.action is not None and query.action not in (entry.action, entry.action.partition(".")[0]):
        return False
    place = entry.object.removeprefix("server:").partition("/")[0]
    return query.user is None or query.user in (entry.actor, place)


def entry_of(content: bytes) -> Entry | None:
    """The event of a line; None for what is no line."""
    line = read_line(content)
    if line is None:
        return None
    text = {name: str(line.fields.get(name, "")) for name in ("time", "action", "actor", "object", "outcome")}
    details = line.fields.get("details")
    return Entry(line.number, **text, details=details if isinstance(details, dict) else {})
