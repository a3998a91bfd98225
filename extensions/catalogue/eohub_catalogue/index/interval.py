"""When an item is valid: RFC 3339 texts as integers that a database can compare."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from eohub_toolkit.errors import Invalid

type Interval = tuple[int, int]
"""First and last moment, both included, in microseconds since 1970-01-01T00:00:00Z."""

# Year 1 and year 10000 lie within; SQLite's and PostgreSQL's integers hold both.
BEGINNING, END = -(10**17), 10**18
UNKNOWN = BEGINNING - 1
"""Stands for "no usable time" where a number is needed; it lies before every searchable moment."""

_EPOCH = datetime(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)
_RFC3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d):(\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_OPEN = ("", "..")
_EXAMPLE = (
    "Write it as 2020-01-01T00:00:00Z, or as a range such as 2020-01-01T00:00:00Z/2020-12-31T23:59:59Z."
)


def interval_of(properties: Mapping[str, object]) -> Interval | None:
    """An item's time: its start and end where both are usable, else its datetime, else the one of them."""
    start, end = moment(properties.get("start_datetime")), moment(properties.get("end_datetime"))
    instant = moment(properties.get("datetime"))
    if start is not None and end is not None and start <= end:
        return start, end
    known = [instant] if instant is not None else [at for at in (start, end) if at is not None]
    return (min(known), max(known)) if known else None


def moment(text: object) -> int | None:
    """A time as items give it, UTC where no zone is named; None where it is no time."""
    if not isinstance(text, str) or len(text) > 64:
        return None
    # Python's own parser is the fastest; it knows no leap seconds and no small letters.
    try:
        return _microseconds(datetime.fromisoformat(text))
    except ValueError:
        pass
    try:
        return _exact(text)
    except ValueError:
        return None


def searched_interval(text: str) -> Interval:
    """The time asked for: an instant, or a range that may be open at one end; raises Invalid."""
    ends = text.split("/")
    if len(ends) > 2 or all(end in _OPEN for end in ends):
        raise Invalid(f"'{text[:100]}' is neither a time nor a range.", hint=_EXAMPLE)
    try:
        start = BEGINNING if ends[0] in _OPEN else _exact(ends[0])
        end = END if ends[-1] in _OPEN else _exact(ends[-1])
    except ValueError:
        raise Invalid(f"'{text[:100]}' is not a time in RFC 3339 form.", hint=_EXAMPLE) from None
    if start > end:
        raise Invalid(f"The range {text[:100]} ends before it starts.", hint="Swap the two dates.")
    return start, end


def _exact(text: str) -> int:
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise ValueError(text)
    date, minute, second, fraction, zone = match.groups()
    # A leap second is the last moment before the next minute: datetime knows none.
    leap = second == "60"
    fraction = ".999999" if leap else (fraction or "")
    second = "59" if leap else second
    return _microseconds(datetime.fromisoformat(f"{date}T{minute}:{second}{fraction}{zone.upper()}"))


def _microseconds(at: datetime) -> int:
    # Not astimezone: it overflows in the first and the last hours of the calendar.
    offset = at.utcoffset() if at.tzinfo is not UTC else None
    return (at.replace(tzinfo=None) - _EPOCH - (offset or timedelta())) // _MICROSECOND
