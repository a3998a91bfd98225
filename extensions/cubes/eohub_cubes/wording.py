"""Numbers in sentences for a person."""

from collections.abc import Sequence

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")


def bytes_text(size: int | float) -> str:
    """Bytes with two significant digits at least: `812 B`, `1.8 GiB`, `206 TiB`."""
    value, unit = float(size), 0
    while value >= 999.5 and unit < len(_UNITS) - 1:
        value, unit = value / 1024, unit + 1
    return f"{value:.0f} B" if unit == 0 else f"{value:.{1 if value < 99.95 else 0}f} {_UNITS[unit]}"


def seconds_text(seconds: float) -> str:
    """A length of time as it is said: `less than a second`, `40 s`, `7 min`, `3.5 h`, `12 days`."""
    if seconds < 1:
        return "less than a second"
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 48 * 3600 else f"{seconds / 86400:.0f} days"


def count_text(count: int, one: str, many: str) -> str:
    """A count with its noun: `1 request`, `1,212 requests`."""
    return f"{count:,} {one if count == 1 else many}"


def listed(names: Sequence[str], most: int = 5) -> str:
    """Names as they stand in a sentence: `tas`, `tas and pr`, `a, b, c, d, e and 12 more`."""
    shown = [*names] if len(names) <= most + 1 else [*names[:most], f"{len(names) - most} more"]
    return " and ".join(part for part in (", ".join(shown[:-1]), *shown[-1:]) if part)


def ordinal_text(number: int) -> str:
    """A number in a row: `2nd`, `3rd`, `11th`, `22nd`."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
