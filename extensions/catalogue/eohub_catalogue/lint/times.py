"""When an item was: can its times be read, and do they agree."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from eohub_catalogue.reading import instant, mapping, text

_NAMES: Final = ("datetime", "start_datetime", "end_datetime")
_RFC3339: Final = re.compile(r"^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$", re.ASCII)
_NO_ZONE: Final = re.compile(r"^\d{4}-?\d\d-?\d\d[Tt ]\d\d:?\d\d(:?\d\d)?([.,]\d+)?$", re.ASCII)
# Models of past climates begin in year 850; what lies outside of these stands for "no end".
_FIRST_YEAR, _LAST_YEAR = 2, 8999


def check(item: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Defects of the times."""
    properties = mapping(item.get("properties"))
    given = [name for name in _NAMES if properties.get(name) is not None]
    if not given:
        yield "datetime_missing", "It has no date, so a search with dates cannot find it."
    for name in given:
        yield from _time(name, properties[name])
    if given and "datetime" not in given and len(given) < 2:
        yield (
            "interval_open",
            "It has only one end of a time range and no date, so some catalogues do not find it by date.",
        )
    yield from _order(properties)


def _time(name: str, value: object) -> Iterator[tuple[str, str]]:
    shown = text(value, 40) or "empty"
    year = re.match(r"^[+-]?(\d{4,})-", shown)
    if year is not None and not _FIRST_YEAR <= int(year[1][:6]) <= _LAST_YEAR:
        yield (
            f"{name}_unlikely",
            f"Its {name} ({shown}) is in a year that stands for an unknown date, so it is shown as it is.",
        )
    elif instant(value) is None:
        yield f"{name}_broken", f"Its {name} ({shown}) cannot be read as a time, so it is left out."
    elif not _RFC3339.match(shown):
        if _NO_ZONE.match(shown):
            yield f"{name}_no_zone", f"Its {name} names no time zone, so it may be hours off; UTC is assumed."
        else:
            yield (
                f"{name}_form",
                f"Its {name} ({shown}) is not written as STAC asks, so searches may miss it.",
            )


def _order(properties: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    moment, start, end = (instant(properties.get(name)) for name in _NAMES)
    if start and end and start > end:
        yield "times_swapped", "It ends before it starts, so the two are shown the other way round."
    elif moment and ((start and moment < start) or (end and moment > end)):
        yield (
            "datetime_outside",
            "Its date lies outside of its own time range, so which of them a search uses makes a difference.",
        )
