"""From a value along a dimension to its nearest step: a number, or a time in the calendar of the data."""

import math
import re
from typing import Any

import cftime
import numpy as np
import numpy.typing as npt
import xarray as xr

from eohub_cubes.axes import coordinate_of, is_degrees, kind_of_dimension
from eohub_cubes.contract import Located, LocateQuery
from eohub_cubes.errors import BadSelection
from eohub_cubes.labels import calendar_of, label_of
from eohub_cubes.scaling import numbers_of

_TIME = re.compile(
    r"(?P<year>[+-]?\d{1,6})(-(?P<month>\d{1,2})(-(?P<day>\d{1,2})"
    r"([T ](?P<hour>\d{1,2})(:(?P<minute>\d{2})(:(?P<second>\d{2})(?P<fraction>\.\d{1,9})?)?)?)?)?)?"
    r"\s*(Z|UTC|[+-]00:?00)?",
    re.IGNORECASE,
)


def located(query: LocateQuery, dataset: xr.Dataset) -> Located:
    """The step of a dimension that is nearest to a label, or the label of a step.

    Longitudes are found in any turn. Raises BadSelection for a dimension or step that is not there, and for a
    label that no value of the coordinate could have.
    """
    name = query.dimension
    if name not in dataset.sizes:
        raise BadSelection(
            f"This data has no dimension {name}.", hint=f"It has {', '.join(map(str, dataset.sizes))}."
        )
    size = dataset.sizes[name]
    if size == 0:
        raise BadSelection(f"The dimension {name} has no steps.")
    coordinate = coordinate_of(dataset, name)
    values: npt.NDArray[Any] = np.arange(float(size)) if coordinate is None else coordinate.values
    if query.index is not None:
        if query.index >= size:
            raise BadSelection(f"{name} has {size} steps, 0 to {size - 1}; there is no step {query.index}.")
        return Located(index=query.index, label=label_of(values[query.index]))
    if query.label is None:
        raise BadSelection(f"Neither a value nor a step of {name} is told.", hint=_example(values))
    away = _away(dataset, name, coordinate, values, query.label)
    if np.isnan(away).all():
        raise BadSelection(f"No step of {name} has a value.")
    at = int(np.nanargmin(away))
    return Located(index=at, label=label_of(values[at]))


def _away(
    dataset: xr.Dataset,
    name: str,
    coordinate: xr.DataArray | None,
    values: npt.NDArray[Any],
    label: float | str,
) -> npt.NDArray[np.float64]:
    """How far each step is from a label."""
    if coordinate is not None and (values.dtype.kind == "M" or calendar_of(coordinate) is not None):
        return _away_in_time(name, coordinate, values, label)
    if values.dtype.kind in "iufmb":
        away = np.abs(numbers_of(values) - _number(name, values, label))
        kind = kind_of_dimension(dataset, name)
        turns = coordinate is not None and kind == "x" and is_degrees(coordinate, "x")
        return np.abs((away + 180.0) % 360.0 - 180.0) if turns else away
    texts = [str(label_of(value)) for value in values]
    wanted = str(label).strip()
    for known, asked in ((texts, wanted), ([text.casefold() for text in texts], wanted.casefold())):
        if asked in known:
            return np.array([0.0 if text == asked else 1.0 for text in known])
    raise BadSelection(f"No step of {name} is called {wanted[:100]}.", hint=_example(values))


def _number(name: str, values: npt.NDArray[Any], label: float | str) -> float:
    try:
        found = float(label)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise BadSelection(f"{str(label)[:100]} is no number, as {name} has.", hint=_example(values))
    return found


def _away_in_time(
    name: str, coordinate: xr.DataArray, values: npt.NDArray[Any], label: float | str
) -> npt.NDArray[np.float64]:
    calendar = calendar_of(coordinate) or "standard"
    try:
        wanted = _moment(str(label), "proleptic_gregorian" if values.dtype.kind == "M" else calendar)
    except ValueError:
        raise BadSelection(
            f"{str(label)[:100]} is no time in the calendar of {name} ({calendar}).", hint=_example(values)
        ) from None
    if values.dtype.kind == "M":
        moments = values.astype("datetime64[us]")
        epoch = cftime.datetime(1970, 1, 1, calendar="proleptic_gregorian")
        seconds = (wanted - epoch).total_seconds()
        since = moments.astype(np.int64) / 1e6
        return np.where(np.isnat(moments), np.nan, np.abs(since - seconds))
    return np.array([abs((value - wanted).total_seconds()) for value in values])


def _moment(text: str, calendar: str) -> Any:
    """A time in ISO 8601, in parts or whole; raises ValueError for what is none in the calendar."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    parts = [int(found[name] or least) for name, least in _PARTS]
    micro = round(float(found["fraction"] or 0) * 1e6)
    return cftime.datetime(*parts, min(micro, 999_999), calendar=calendar)


_PARTS = (("year", 1), ("month", 1), ("day", 1), ("hour", 0), ("minute", 0), ("second", 0))


def _example(values: npt.NDArray[Any]) -> str:
    label = label_of(values[0])
    return f"An example: {f'{label:g}' if isinstance(label, float) else label}."
