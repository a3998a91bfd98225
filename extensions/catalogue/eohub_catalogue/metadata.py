"""An item's properties by extension, ready to be read: labels, units, sizes and times in words."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Final

from eohub_catalogue.cube import Cube, cube_of
from eohub_catalogue.item_contract import MetadataField, MetadataSection
from eohub_catalogue.keys import without_keys
from eohub_catalogue.labels import FIELDS, SECTIONS, Label
from eohub_catalogue.origin import doi_url_of, web_address
from eohub_catalogue.reading import count, instant, mapping, number, sequence, text

_MOST_FIELDS: Final = 400
_MOST_LISTED: Final = 20
_LONGEST_VALUE: Final = 600
_TIME: Final = re.compile(r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d.*([Zz]|[+-]\d\d:?\d\d)$")
# Told at the head of the page.
_ELSEWHERE: Final = ("title", "description", "license", "providers", "attribution", "keywords")
_OTHER: Final = "Other"
_PLACES: Final = {name: place for place, name in enumerate(FIELDS)}


def sections_of(item: Mapping[str, object]) -> tuple[MetadataSection, ...]:
    """The properties that are given: general ones first, then by extension, unknown prefixes last."""
    fields: dict[str, list[MetadataField]] = {}
    cube = cube_of(item)
    for name, value in islice(mapping(item.get("properties")).items(), _MOST_FIELDS):
        field = None if name in _ELSEWHERE else _field(name, value, cube)
        if field is not None:
            fields.setdefault(_section_of(name), []).append(field)
    if collection := text(item.get("collection")):
        fields.setdefault(SECTIONS[""], []).append(_plain("collection", collection))
    order = [*SECTIONS.values()]
    titles = sorted(fields, key=lambda title: (order.index(title) if title in order else len(order), title))
    return tuple(MetadataSection(title=title, fields=tuple(_sorted(fields[title]))) for title in titles)


def _sorted(fields: Sequence[MetadataField]) -> Sequence[MetadataField]:
    """Known fields in the order of their labels, which is that of the specifications; others as given."""
    return sorted(fields, key=lambda field: _PLACES.get(field.name, len(_PLACES)))


def size_in_words(size_bytes: int) -> str:
    """Bytes as a person reads them, such as 12.4 MiB."""
    size, unit = float(size_bytes), "B"
    for larger in ("KiB", "MiB", "GiB", "TiB", "PiB"):
        if size < 1024:
            break
        size, unit = size / 1024, larger
    return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"


def _section_of(name: str) -> str:
    prefix, colon, _ = name.partition(":")
    if not colon:
        return SECTIONS[""] if name in FIELDS else _OTHER
    return SECTIONS.get(prefix) or text(prefix, 60) or _OTHER


def _plain(name: str, value: str) -> MetadataField:
    return MetadataField(name=name, label=FIELDS[name].label, value=value, unit=None, url=None)


def _field(name: str, value: object, cube: Cube) -> MetadataField | None:
    known = FIELDS.get(name)
    label, unit = known or Label(_label_of(name))
    size = count(value) if unit == "B" else None
    if size is not None:
        shown, unit = size_in_words(size), None
    elif name == "cube:dimensions":
        shown = _dimensions(cube)
    elif name == "cube:variables":
        shown = _variables(cube)
    else:
        shown = _shown(without_keys(value))
    own_name = text(name, 200)
    if not shown or own_name is None:
        return None
    address = doi_url_of(value) if name == "sci:doi" else web_address(value)
    # A unit belongs to a number; what is written out has its own.
    told = unit if number(value) is not None or isinstance(value, list) else None
    return MetadataField(name=own_name, label=label, value=shown, unit=told, url=address)


def _label_of(name: str) -> str:
    words = name.rpartition(":")[2].replace("_", " ").replace("-", " ").strip()
    return text(words[:1].upper() + words[1:], 100) or text(name, 100) or _OTHER


def _dimensions(cube: Cube) -> str:
    told = [
        f"{each.name} ({', '.join(part for part in (each.kind, _steps(each.size)) if part)})"
        if each.kind or each.size
        else each.name
        for each in cube.dimensions()
    ]
    return _listed(told, len(told))


def _steps(size: int | None) -> str | None:
    return None if size is None else f"{size} {'step' if size == 1 else 'steps'}"


def _variables(cube: Cube) -> str:
    told = [f"{each.name} ({each.unit})" if each.unit else each.name for each in cube.variables]
    return _listed(told, cube.variable_count)


def _shown(value: object) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return "yes" if value else "no"
        case int():
            return str(value) if abs(value) < 10**18 else f"about {_power_of_ten(value)}"
        case float():
            return f"{value:.10g}" if math.isfinite(value) else None
        case str():
            moment = instant(value) if _TIME.match(value) else None
            if moment is not None:
                return moment.isoformat(sep=" ", timespec="seconds").replace("+00:00", " UTC")
            return text(value, _LONGEST_VALUE)
        case list():
            parts = sequence(value)
            told = [shown for part in parts[:_MOST_LISTED] if (shown := _in_list(part))]
            return _listed(told, len(parts)) if told else None
        case dict():
            return _object(mapping(value))
        case _:
            return None


def _power_of_ten(value: int) -> str:
    return f"{'-' if value < 0 else ''}10^{round(abs(value).bit_length() * math.log10(2))}"


def _in_list(part: object) -> str | None:
    """One entry of a list: bands, software and the like by their name and what they are."""
    entry = mapping(part)
    named = next(
        (found for key in ("name", "title", "id", "doi") if (found := text(entry.get(key), 60))), None
    )
    if named is None:
        return _compact(part) if isinstance(part, dict | list) else _shown(part)
    kinds = ("common_name", "eo:common_name", "description", "data_type", "citation")
    told = next((found for key in kinds if (found := text(entry.get(key), 60))), None)
    return f"{named} ({told})" if told and told != named else named


def _object(value: Mapping[str, object]) -> str | None:
    if "coordinates" in value and isinstance(value.get("type"), str):
        return text(value["type"], 40)
    pairs = list(value.items())[:_MOST_LISTED]
    told = [
        f"{text(key, 60)}: {shown}"
        for key, part in pairs
        if (shown := _compact(part) if isinstance(part, dict | list) else _shown(part))
    ]
    return _listed(told, len(value)) if told else None


def _compact(value: object) -> str | None:
    try:
        return text(json.dumps(value, ensure_ascii=False, separators=(", ", ": "))[: 4 * _LONGEST_VALUE], 120)
    except (ValueError, RecursionError):
        return None


def _listed(told: Sequence[str], total: int) -> str:
    shown = told[:_MOST_LISTED]
    left = total - len(shown)
    joined = ", ".join(shown)
    if len(joined) > _LONGEST_VALUE:
        return f"{joined[: _LONGEST_VALUE - 1]}…"
    return f"{joined} and {left} more" if left > 0 else joined
