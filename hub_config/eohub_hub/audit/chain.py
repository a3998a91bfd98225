"""The chain: each line holds the hash of the one before, and its own; any changed byte breaks it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

LONGEST_LINE = 64 << 10
"""Bytes of a line, more than a bounded event can take."""

NOTHING = "0" * 64
"""What the first line of all has in the place of the hash before it."""

_BEFORE_HASH = b',"hash":"'
_AFTER_HASH = b'"}'
_HASH_LENGTH = 64
_TAIL = len(_BEFORE_HASH) + _HASH_LENGTH + len(_AFTER_HASH)
# JSON escapes what is not ASCII and what is below the space; these go into terminals and pages as well.
_ESCAPED = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\x7f"}


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: how many lines it has and the hash of the last."""

    count: int = 0
    hash: str = NOTHING


BEGINNING = Head()


@dataclass(frozen=True, slots=True)
class Line:
    """One line that holds together; `fields` are those of the event, with its number and time."""

    number: int
    previous: str
    hash: str
    fields: Mapping[str, Any]

    @property
    def head(self) -> Head:
        """The end of a chain whose last line is this one."""
        return Head(self.number, self.hash)

    def follows(self, head: Head) -> bool:
        """Whether this is the next line of a chain that ends at `head`."""
        return self.number == head.count + 1 and self.previous == head.hash


def written(fields: Mapping[str, object], head: Head) -> tuple[bytes, Head]:
    """The line, without its newline, that continues a chain with these fields, and the chain's new end.

    It is ASCII without control characters and without `<`, `>` and `&`.
    """
    body = {"number": head.count + 1, **fields, "previous": head.hash}
    text = json.dumps(body, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    encoded = text.translate(_ESCAPED).encode("ascii")
    digest = hashlib.sha256(encoded).hexdigest()
    line = encoded[:-1] + _BEFORE_HASH + digest.encode("ascii") + _AFTER_HASH
    return line, Head(head.count + 1, digest)


def written_time(time: datetime) -> str:
    """An aware time as lines hold it, in UTC with microseconds: texts that sort as the times do."""
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def read_line(line: bytes) -> Line | None:
    """The line, if its hash is that of its bytes; None for anything else."""
    if not _TAIL < len(line) <= LONGEST_LINE:
        return None
    before = line[:-_TAIL] + b"}"
    digest = hashlib.sha256(before).hexdigest()
    if line[-_TAIL:] != _BEFORE_HASH + digest.encode("ascii") + _AFTER_HASH:
        return None
    try:
        fields: object = json.loads(before)
    except (ValueError, RecursionError):
        return None
    return _line_of(fields, digest)


def _line_of(fields: object, digest: str) -> Line | None:
    if not isinstance(fields, dict):
        return None
    known = cast("dict[str, Any]", fields)
    number, previous = known.get("number"), known.get("previous")
    if not isinstance(number, int) or isinstance(number, bool) or not isinstance(previous, str):
        return None
    return Line(number, previous, digest, known)
