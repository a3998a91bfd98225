"""Requests to DestinE's digital twins: what can be chosen after what, as code and as a search.

A constraints document is a list of combinations, each an object of keys with the values that go together, as
the providers of DestinE's and ECMWF's data publish them.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from eohub_catalogue.code import literal
from eohub_catalogue.contract import Criteria, PropertyFilter
from eohub_catalogue.reading import mapping, number, sequence, text
from eohub_catalogue.twin_contract import MOST_VALUES, TwinField, TwinForm, TwinQuery, TwinSource, TwinValue

type Combination = Mapping[str, tuple[str, ...]]

_KEYS: Final = {
    "class": "class", "dataset": "dataset", "activity": "activity", "experiment": "experiment",
    "generation": "generation", "model": "model", "realization": "realization", "resolution": "resolution",
    "expver": "version of the experiment", "stream": "stream", "type": "type", "levtype": "kind of level",
    "levelist": "levels", "param": "parameters", "time": "times", "step": "steps",
}  # fmt: skip
_SEVERAL: Final = frozenset({"levelist", "param", "time", "step"})
# Days are typed, and a place is no part of what a combination allows.
_NOT_CHOSEN: Final = frozenset({"date", "feature", "area", "grid"})
_LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    "stream": {"clte": "climate, hourly", "clmn": "climate, monthly", "oper": "atmosphere", "wave": "waves"},
    "levtype": {
        "sfc": "surface", "pl": "pressure levels", "hl": "height levels", "sol": "soil and snow layers",
        "o2d": "ocean surface", "o3d": "ocean levels",
    },
    # https://codes.ecmwf.int/grib/param-db
    "param": {
        "31": "sea ice area fraction", "34": "sea surface temperature", "129": "geopotential",
        "130": "temperature", "131": "wind u", "132": "wind v", "133": "specific humidity",
        "134": "surface pressure", "141": "snow depth", "144": "snowfall", "151": "mean sea level pressure",
        "157": "relative humidity", "164": "total cloud cover", "165": "10 m wind u", "166": "10 m wind v",
        "167": "2 m temperature", "168": "2 m dewpoint", "228": "total precipitation",
        "235": "skin temperature",
    },
}  # fmt: skip
_MOST_COMBINATIONS: Final = 20_000
_LINE: Final = 100


def combinations_of(document: object) -> tuple[Combination, ...]:
    """What a constraints document allows; what is none of its form is left out."""
    read = (_combination(mapping(each)) for each in sequence(document)[:_MOST_COMBINATIONS])
    return tuple(each for each in read if each)


def _combination(given: Mapping[str, object]) -> Combination:
    found: dict[str, tuple[str, ...]] = {}
    for key, value in given.items():
        values = sequence(value) if isinstance(value, list) else (value,)
        words = dict.fromkeys(word for each in values[:MOST_VALUES] if (word := _word(each)) is not None)
        if words and key not in _NOT_CHOSEN and len(key) <= 40 and key.isidentifier():
            found[key] = tuple(words)
    return found


def _word(value: object) -> str | None:
    told = number(value)
    return f"{told:.15g}" if told is not None else text(value, 100)


def form_of(
    sources: Sequence[TwinSource], source: TwinSource | None, allowed: Sequence[Combination], query: TwinQuery
) -> TwinForm:
    """The choices after those that were made; one that does not go with those before it is undone."""
    fields = _fields(allowed, query.chosen)
    missing = next((field.label for field in fields if not field.chosen), None)
    if missing is None and query.start is None:
        missing = "first day"
    is_complete = source is not None and fields and missing is None
    return TwinForm(
        twins=tuple(each.title for each in sources),
        twin=source.title if source is not None else None,
        fields=fields,
        missing=missing if fields else None,
        code=_code(fields, source, query) if is_complete and source is not None else None,
        search=_search(fields, query) if is_complete else None,
    )


def _fields(allowed: Sequence[Combination], chosen: Mapping[str, Sequence[str]]) -> tuple[TwinField, ...]:
    left, fields = list(allowed), list[TwinField]()
    named = {key for each in allowed for key in each}
    for key in [*(key for key in _KEYS if key in named), *sorted(named - _KEYS.keys())]:
        values = sorted({value for each in left for value in each.get(key, ())}, key=_in_order)
        if not values:
            continue
        several = key in _SEVERAL
        wanted = [value for value in chosen.get(key, ()) if value in values][: None if several else 1]
        if len(values) == 1:
            wanted = values
        narrowed = [each for each in left if {*wanted} <= {*each.get(key, ())}] if wanted else left
        if not narrowed:
            # No combination has all of them, so the first stands for the rest.
            wanted = wanted[:1]
            narrowed = [each for each in left if wanted[0] in each.get(key, ())]
        left = narrowed
        told = tuple(_value(key, value) for value in values[:MOST_VALUES])
        fields.append(
            TwinField(key=key, label=_KEYS.get(key, key), values=told, chosen=tuple(wanted), several=several)
        )
    return tuple(fields)


def _value(key: str, value: str) -> TwinValue:
    label = _LABELS.get(key, {}).get(value)
    return TwinValue(value=value, label=f"{value} ({label})" if label else value)


def _in_order(value: str) -> tuple[bool, float, str]:
    is_number = value.isascii() and value.isdigit()
    return (not is_number, float(value) if is_number else 0.0, value)


def _code(fields: Sequence[TwinField], source: TwinSource, query: TwinQuery) -> str:
    """At most eight lines, without a token: Polytope's client finds that by itself."""
    request: dict[str, object] = {field.key: "/".join(field.chosen) for field in fields}
    first, last = (f"{day:%Y%m%d}" for day in (query.start, query.end or query.start) if day is not None)
    request["date"] = first if first == last else f"{first}/to/{last}"
    request.setdefault("time", "0000/to/2300")
    feature = _feature(query, is_forecast="step" in request)
    if feature is not None:
        request["feature"] = feature
    opened = f'ekd.from_source("polytope", "destination-earth", request, address={literal(source.polytope)}'
    lines = [
        "import earthkit.data as ekd  # needs a login: DestinE's token in ~/.polytopeapirc",
        "request = {",
        *_packed([f"{literal(key)}: {literal(value)}" for key, value in request.items()]),
        "}",
        f"data = {opened}, stream=False)",
        "ds = data.to_xarray()",
    ]
    return "\n".join(lines)


def _packed(parts: Sequence[str]) -> list[str]:
    """The parts on three lines of about the same length, or fewer."""
    most = max(_LINE, sum(len(part) + 2 for part in parts) // 3 + max(map(len, parts)))
    lines = [""]
    for part in parts:
        if lines[-1] and len(lines[-1]) + len(part) > most and len(lines) < 3:
            lines.append("")
        lines[-1] += f"{part}, "
    return [f"    {line.rstrip()}" for line in lines]


def _feature(query: TwinQuery, *, is_forecast: bool) -> dict[str, object] | None:
    if query.point is not None:
        lon, lat = query.point
        axis = "step" if is_forecast else "date"
        return {"type": "timeseries", "points": [[lat, lon]], "time_axis": axis}
    if query.bbox is not None:
        west, south, east, north = query.bbox
        return {"type": "boundingbox", "points": [[north, west], [south, east]]}
    return None


def _search(fields: Sequence[TwinField], query: TwinQuery) -> Criteria | None:
    """The search for the same in the Data Lake, which knows no places in a twin's data."""
    chosen = {field.key: field.chosen for field in fields}
    collection = _collection({key: values[0] for key, values in chosen.items()})
    if collection is None or query.point is not None or query.bbox is not None or query.start is None:
        return None
    properties = tuple(
        PropertyFilter(property=f"ecmwf:{key}", op="in", value=chosen[key])
        if len(chosen[key]) > 1
        else PropertyFilter(property=f"ecmwf:{key}", op="=", value=chosen[key][0])
        for key in ("resolution", "stream", "levtype", "levelist", "time", "step", "param")
        if key in chosen
    )
    return Criteria(
        collections=(collection,),
        start=query.start.isoformat(),
        end=(query.end or query.start).isoformat(),
        properties=properties,
    )


def _collection(chosen: Mapping[str, str]) -> str | None:
    """Its name in the Data Lake: class, generation, activity, experiment, model and realization."""
    if chosen.get("dataset") == "extremes-dt":
        return "EO.ECMWF.DAT.DT_EXTREMES"
    names = ("generation", "activity", "experiment", "model", "realization")
    if chosen.get("dataset") != "climate-dt" or not all(name in chosen for name in names):
        return None
    generation, activity, experiment, model, realization = (chosen[name] for name in names)
    what = f"{activity}_{experiment}_{model}".upper()
    return f"EO.ECMWF.DAT.D1.DT_CLIMATE.G{generation}.{what}.R{realization}"
