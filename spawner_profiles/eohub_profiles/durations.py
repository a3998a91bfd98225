"""Lengths of time: written `1 h` in files and on pages, an int of seconds everywhere else."""

import re

from eohub_profiles.wording import kind_of, shown

NEVER = "never"
DAY_SECONDS = 86_400
DURATION_PATTERN = r"[1-9][0-9]{0,4} (s|min|h|day|days)"
_SECONDS = {"day": DAY_SECONDS, "days": DAY_SECONDS, "h": 3_600, "min": 60, "s": 1}
_DURATION = re.compile(DURATION_PATTERN)
_HOURS_UP_TO_DAYS = 2


def parse_duration(text: object) -> int:
    """Return the seconds of a length of time such as `90 min` or `7 days`. Raises ValueError."""
    if not isinstance(text, str):
        raise ValueError(f"must be a length of time with its unit, such as 1 h, not {kind_of(text)}")
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(
            f"must be a whole number, a space and s, min, h or days, such as 1 h, not {shown(text)}"
        )
    number, unit = text.split(" ")
    return int(number) * _SECONDS[unit]


def parse_limit(text: object) -> int | None:
    """Return the seconds of a length of time, or None for `never`. Raises ValueError."""
    return None if text == NEVER else parse_duration(text)


def format_duration(seconds: int) -> str:
    """Write seconds exactly, in the largest unit that divides them: `1 h`, `24 h`, `7 days`."""
    if seconds >= _HOURS_UP_TO_DAYS * DAY_SECONDS and seconds % DAY_SECONDS == 0:
        return f"{seconds // DAY_SECONDS} days"
    for unit in ("h", "min"):
        if seconds > 0 and seconds % _SECONDS[unit] == 0:
            return f"{seconds // _SECONDS[unit]} {unit}"
    return f"{seconds} s"
