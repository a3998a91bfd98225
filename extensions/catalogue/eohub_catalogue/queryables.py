"""What can be searched: a catalogue's queryables, read from their JSON Schema or learned from items."""

from collections.abc import Mapping, Sequence
from typing import Literal

from eohub_catalogue.contract import Queryable
from eohub_catalogue.reading import instant, mapping, number, sequence, text

type Kind = Literal["string", "number", "integer", "boolean", "datetime", "array"]

LISTED_ELSEWHERE = frozenset(
    {
        "id", "collection", "geometry", "bbox", "datetime", "start_datetime", "end_datetime", "links",
        "assets", "type", "stac_version", "stac_extensions", "title", "description", "keywords",
    }
)  # fmt: skip
"""What has a control of its own in the panel, or none that makes sense."""

_KINDS: Mapping[str, Kind] = {
    "string": "string",
    "number": "number",
    "integer": "integer",
    "boolean": "boolean",
    "array": "array",
}
# Queryables often refer to schemas elsewhere, which are not fetched: these are the ones that matter.
_KNOWN: Mapping[str, Mapping[str, object]] = {
    "eo:cloud_cover": {"title": "Cloud cover", "type": "number", "minimum": 0, "maximum": 100, "unit": "%"},
    "eo:snow_cover": {"title": "Snow cover", "type": "number", "minimum": 0, "maximum": 100, "unit": "%"},
    "gsd": {"title": "Ground sample distance", "type": "number", "minimum": 0, "unit": "m"},
    "view:off_nadir": {"title": "Off nadir", "type": "number", "minimum": 0, "maximum": 90, "unit": "°"},
    "view:sun_elevation": {"type": "number", "minimum": -90, "maximum": 90, "unit": "°"},
    "view:sun_azimuth": {"type": "number", "minimum": 0, "maximum": 360, "unit": "°"},
    "view:azimuth": {"type": "number", "minimum": 0, "maximum": 360, "unit": "°"},
    "view:incidence_angle": {"type": "number", "minimum": 0, "maximum": 90, "unit": "°"},
    "sat:orbit_state": {"title": "Orbit state", "enum": ["ascending", "descending", "geostationary"]},
    "sat:relative_orbit": {"title": "Relative orbit", "type": "integer", "minimum": 1},
    "sat:absolute_orbit": {"title": "Absolute orbit", "type": "integer", "minimum": 1},
    "proj:epsg": {"title": "EPSG code", "type": "integer"},
    "created": {"title": "Created", "type": "string", "format": "date-time"},
    "updated": {"title": "Updated", "type": "string", "format": "date-time"},
    "published": {"title": "Published", "type": "string", "format": "date-time"},
}
_MOST = 500
_MOST_VALUES = 200
_MOST_REFERENCES = 8
_MOST_LEARNED_VALUES = 20


def queryables_of(schema: Mapping[str, object]) -> tuple[Queryable, ...]:
    """Queryables by name, from a JSON Schema of an object; what makes no control is left out."""
    properties = mapping(schema.get("properties"))
    found = [
        _queryable(name, _resolved(mapping(raw), schema))
        for name, raw in list(properties.items())[:_MOST]
        if name not in LISTED_ELSEWHERE and 0 < len(name) <= 200
    ]
    return tuple(sorted((each for each in found if each is not None), key=lambda each: each.name))


def learned_from(items: Sequence[object]) -> tuple[Queryable, ...]:
    """Queryables by name, from the properties of some items; a range seen is no limit, so none is told."""
    seen: dict[str, list[object]] = {}
    for item in items:
        for name, value in list(mapping(mapping(item).get("properties")).items())[:_MOST]:
            if name not in LISTED_ELSEWHERE and value is not None and 0 < len(name) <= 200:
                seen.setdefault(name, []).append(value)
    found = (_learned(name, values) for name, values in list(seen.items())[:_MOST])
    return tuple(sorted((each for each in found if each is not None), key=lambda each: each.name))


def _resolved(raw: Mapping[str, object], schema: Mapping[str, object]) -> Mapping[str, object]:
    """A property's schema with what its references and its alternatives say; its own words win."""
    found = raw
    for _ in range(_MOST_REFERENCES):
        reference = found.get("$ref")
        if not isinstance(reference, str):
            break
        target = _target(reference, schema)
        found = {**target, **{key: value for key, value in found.items() if key != "$ref"}}
    for key in ("oneOf", "anyOf", "allOf"):
        for part in sequence(found.get(key))[:20]:
            option = mapping(part)
            if option.get("type") != "null":
                option = {**_target(str(option["$ref"]), schema), **option} if "$ref" in option else option
                found = {**option, **found, **_joined_values(found, option)}
    return found


def _joined_values(found: Mapping[str, object], option: Mapping[str, object]) -> Mapping[str, object]:
    values = [*sequence(option.get("enum")), *([option["const"]] if "const" in option else [])]
    return {"enum": [*sequence(found.get("enum")), *values]} if values else {}


def _target(reference: str, schema: Mapping[str, object]) -> Mapping[str, object]:
    if reference.startswith("#/"):
        place: object = schema
        for part in reference[2:].split("/"):
            place = mapping(place).get(part.replace("~1", "/").replace("~0", "~"))
        return mapping(place)
    return _KNOWN.get(reference.rpartition("/")[2], {})


def _queryable(name: str, raw: Mapping[str, object]) -> Queryable | None:
    known = _KNOWN.get(name, {})
    values = _values(sequence(raw.get("enum") or known.get("enum")))
    if "const" in raw and not values:
        values = _values([raw["const"]])
    kind = _kind_of(raw, values) or _kind_of(known, values)
    if kind is None:
        return None
    return Queryable(
        name=name,
        title=text(raw.get("title"), 100) or text(known.get("title"), 100) or _readable(name),
        type=kind,
        values=values,
        minimum=_limit(raw, known, "minimum", "exclusiveMinimum"),
        maximum=_limit(raw, known, "maximum", "exclusiveMaximum"),
        unit=text(raw.get("unit"), 20) or text(raw.get("x-unit"), 20) or text(known.get("unit"), 20),
    )


def _limit(raw: Mapping[str, object], known: Mapping[str, object], *names: str) -> float | None:
    found = (number(source.get(name)) for source in (raw, known) for name in names)
    return next((each for each in found if each is not None), None)


def _kind_of(raw: Mapping[str, object], values: Sequence[str | float]) -> Kind | None:
    """The control's type; of several types the first that is not null."""
    declared = raw.get("type")
    options = [declared] if isinstance(declared, str) else sequence(declared)[:10]
    kind: Kind | None = next(
        (_KINDS[each] for each in options if isinstance(each, str) and each in _KINDS), None
    )
    if kind == "string" and raw.get("format") in ("date-time", "date"):
        return "datetime"
    if kind is None and values:
        return "string" if all(isinstance(each, str) for each in values) else "number"
    if kind is not None or options:
        return kind
    # A schema that says nothing allows everything: text is what a person can always type.
    return "string" if raw.get("title") or raw.get("description") else None


def _values(raw: Sequence[object]) -> tuple[str | float, ...]:
    found = (text(each, 200) if isinstance(each, str) else number(each) for each in raw[:_MOST_VALUES])
    return tuple(dict.fromkeys(each for each in found if each is not None))


def _learned(name: str, values: Sequence[object]) -> Queryable | None:
    kinds: list[Kind | None] = [_kind_of_value(value) for value in values]
    kind: Kind | None = kinds[0]
    if set(kinds) == {"integer", "number"}:
        kind = "number"
    elif len(set(kinds)) > 1:
        kind = None
    if kind is None:
        return None
    known = _KNOWN.get(name, {})
    texts = sorted({each for value in values if (each := text(value, 200))}) if kind == "string" else []
    return Queryable(
        name=name,
        title=text(known.get("title"), 100) or _readable(name),
        type=kind,
        values=tuple(texts) if len(texts) <= _MOST_LEARNED_VALUES and len(values) > len(texts) else (),
        minimum=number(known.get("minimum")),
        maximum=number(known.get("maximum")),
        unit=text(known.get("unit"), 20),
    )


def _kind_of_value(value: object) -> Kind | None:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "datetime" if "T" in value and instant(value) is not None else "string"
    if isinstance(value, int):
        return "integer"
    if number(value) is not None:
        return "number"
    return "array" if isinstance(value, list) else None


def _readable(name: str) -> str:
    words = name.rpartition(":")[2].replace("_", " ").replace("-", " ").strip()
    return (words[:1].upper() + words[1:])[:100] or name[:100]
