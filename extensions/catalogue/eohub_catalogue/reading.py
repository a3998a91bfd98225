"""Reading JSON that may be anything: every function is total and bounded, and answers None where it must."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import cast

from eohub_catalogue.wire import LONGEST_ID

_DURATION = re.compile(
    r"^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$"
)
# Mean Gregorian year and month, so that a count of steps is right for calendars of 365.2425 days.
_SECONDS = (31_556_952, 2_629_746, 604_800, 86_400, 3_600, 60, 1)
_LONGEST_WALK = 20_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def mapping(value: object) -> Mapping[str, object]:
    """The object itself, or an empty one for anything else."""
    return cast(Mapping[str, object], value) if isinstance(value, dict) else {}


def sequence(value: object) -> Sequence[object]:
    """The list itself, or an empty one for anything else."""
    return cast(Sequence[object], value) if isinstance(value, list) else ()


def text(value: object, limit: int = 300) -> str | None:
    """A string without surrounding blanks, at most `limit` characters, or None."""
    if not isinstance(value, str):
        return None
    stripped = value[: limit * 4].strip()
    # A lone surrogate passes JSON but no encoder, and would break the whole page.
    clean = stripped.encode("utf-8", "replace").decode("utf-8")
    return (clean if len(clean) <= limit else clean[: limit - 1] + "…") or None


def identifier(value: object) -> str | None:
    """An id exactly as given, or None: 1 to LONGEST_ID characters, none of control, all can be encoded."""
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_ID or _CONTROL.search(value):
        return None
    return value if value.encode("utf-8", "ignore").decode("utf-8") == value else None


def number(value: object) -> float | None:
    """A finite number (booleans are none), or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def count(value: object) -> int | None:
    """A whole number from 0 to 2^63 - 1, or None."""
    found = number(value)
    if found is None or not found.is_integer() or not 0 <= found < 2**63:
        return None
    return value if isinstance(value, int) else int(found)


def instant(value: object) -> datetime | None:
    """An RFC 3339 or ISO 8601 time as aware UTC, or None; a time without zone is taken as UTC."""
    if not isinstance(value, str) or len(value) > 64:
        return None
    try:
        parsed = datetime.fromisoformat(value.strip())
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def duration_seconds(value: object) -> float | None:
    """Seconds of an ISO 8601 duration such as P1M or PT1H, mean months and years, or None."""
    found = _DURATION.match(value) if isinstance(value, str) and len(value) <= 64 else None
    if found is None:
        return None
    parts = [int(part or 0) for part in found.groups()]
    return sum(size * part for size, part in zip(_SECONDS, parts, strict=True)) or None


def positions(coordinates: object) -> Iterator[Sequence[object]]:
    """The positions (lists that begin with a number) inside GeoJSON coordinates, in order, at most 20,000."""
    return islice(_walk(coordinates), _LONGEST_WALK)


def _walk(coordinates: object) -> Iterator[Sequence[object]]:
    waiting: list[object] = [coordinates]
    for _ in range(_LONGEST_WALK * 4):
        if not waiting:
            return
        current = sequence(waiting.pop())
        if current and not isinstance(current[0], list):
            yield current
        else:
            waiting.extend(reversed(current[:_LONGEST_WALK]))
