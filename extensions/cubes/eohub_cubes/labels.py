"""The values along a dimension as a person reads them, and the way back from one to its step."""

import math
from typing import Any

import numpy as np
import xarray as xr

from eohub_cubes.contract import Labels

_MOST_VALUES = 2_000
_HALF = np.timedelta64(500, "us")
_EVEN = 1e-3
"""Part of a step by which neighbours may differ and still count as even, beside what rounding explains."""


def labels_of(coordinate: xr.DataArray) -> Labels | None:
    """The labels of a coordinate of one dimension; None where it has other than one."""
    if coordinate.ndim != 1:
        return None
    values = coordinate.values
    told = [label_of(value) for value in (values if values.size <= _MOST_VALUES else values[[0, -1]])]
    return Labels(
        units=_text(coordinate.attrs.get("units")),
        calendar=calendar_of(coordinate),
        first=told[0] if told else None,
        last=told[-1] if told else None,
        step=_step(values),
        values=tuple(told) if values.size <= _MOST_VALUES else None,
        unique=len(np.unique(numbers_of(values))) == values.size,
    )


def label_of(value: object) -> float | str:
    """One value: a finite number, or text; times in ISO 8601, to the second where that is all."""
    match value:
        case np.datetime64():
            # What days with fractions tell lies a little before or after the second.
            return _short(np.datetime_as_string(value + _HALF, unit="ms"))
        case np.timedelta64():
            return float(value / np.timedelta64(1, "s"))
        case np.floating():
            # The shortest text that tells this value in its own width: 0.1, not 0.10000000149.
            return label_of(float(str(value)))
        case np.generic():
            return label_of(value.item())
        case bool():
            return str(value)
        case int() | float():
            return float(value) if math.isfinite(value) else str(value)
        case bytes():
            return value.decode("utf-8", "replace")
        case str():
            return value
        case _ if hasattr(value, "isoformat"):
            return _short(str(value.isoformat()))  # type: ignore[attr-defined]
        case _:
            return str(value)


def calendar_of(coordinate: xr.DataArray) -> str | None:
    """CF calendar of a time coordinate; None for other values."""
    if coordinate.dtype.kind == "O" and coordinate.size:
        return getattr(coordinate.values.flat[0], "calendar", None)
    if coordinate.dtype.kind != "M":
        return None
    return str(coordinate.encoding.get("calendar", "proleptic_gregorian"))


def _short(text: str) -> str:
    return text.removesuffix(".000").removesuffix("T00:00:00")


def _step(values: np.ndarray[Any, Any]) -> float | None:
    """Even distance of neighbours, seconds for times; None for one value or uneven ones."""
    numbers = numbers_of(values)
    if numbers.size < 2 or numbers.dtype.kind not in "iuf":
        return None
    precision = np.finfo(numbers.dtype).eps if numbers.dtype.kind == "f" else 0.0
    rounding = 4 * float(precision) * float(np.abs(numbers).max())
    steps = np.diff(numbers.astype(np.float64))
    mean = float(steps.mean())
    if not mean or not math.isfinite(mean):
        return None
    return mean if float(np.abs(steps - mean).max()) <= max(abs(mean) * _EVEN, rounding) else None


def numbers_of(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Values that can be subtracted: seconds for times of any calendar; text as it is."""
    if values.dtype.kind == "M":
        return (
            (values - values[:1]).astype("timedelta64[ms]").astype(np.float64) / 1000
            if values.size
            else values
        )
    if values.dtype.kind == "m":
        return values.astype("timedelta64[ms]").astype(np.float64) / 1000
    if values.dtype.kind == "O" and values.size and hasattr(values.flat[0], "calendar"):
        return np.array([(each - values.flat[0]).total_seconds() for each in values.flat])
    if values.dtype.kind == "O":
        return np.array([str(each) for each in values.flat])
    return values


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
