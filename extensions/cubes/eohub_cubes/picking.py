"""A selection as xarray writes it: by labels where they give exactly these steps, else by numbers."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from eohub_cubes.contract import Range
from eohub_cubes.labels import label_of
from eohub_cubes.literals import arguments, literal

_SEL_TAKES = ("indexers", "method", "tolerance", "drop")
_ISEL_TAKES = ("indexers", "drop", "missing_dims")


def picked(dataset: xr.Dataset, ranges: Mapping[str, Range]) -> str:
    """`.sel(...)` and `.isel(...)` that take these steps of a dataset's dimensions; "" for all of them."""
    by_label: dict[str, str] = {}
    by_number: dict[str, str] = {}
    for name, size in ((str(name), size) for name, size in dataset.sizes.items()):
        steps = ranges.get(name)
        if steps is None or (steps.start == 0 and steps.stop >= size and steps.step == 1):
            continue
        label = _labelled(dataset, name, steps)
        if label is not None:
            by_label[name] = label
        else:
            by_number[name] = _numbered(steps)
    text = f".sel({arguments(by_label, _SEL_TAKES)})" if by_label else ""
    return text + (f".isel({arguments(by_number, _ISEL_TAKES)})" if by_number else "")


def _numbered(steps: Range) -> str:
    ends = f"{steps.start}, {steps.stop}"
    return f"slice({ends}, {steps.step})" if steps.step > 1 else f"slice({ends})"


def _labelled(dataset: xr.Dataset, name: str, steps: Range) -> str | None:
    """A slice by labels; None where it would not take exactly these steps."""
    index = dataset.indexes.get(name)
    coordinate = dataset.coords.get(name)
    stop = min(steps.stop, dataset.sizes[name])
    if index is None or coordinate is None or steps.step > 1 or steps.start >= stop or not index.is_unique:
        return None
    if not (index.is_monotonic_increasing or index.is_monotonic_decreasing):
        return None
    numbers = xr.DataArray(np.arange(index.size), coords={name: coordinate.variable}, dims=name)
    wanted = np.arange(steps.start, stop)
    for write in (_short, _whole):
        ends = write(coordinate.values[steps.start]), write(coordinate.values[stop - 1])
        if None not in ends and _takes(numbers, name, ends, wanted):
            return f"slice({literal(ends[0])}, {literal(ends[1])})"
    return None


def _takes(numbers: xr.DataArray, name: str, ends: tuple[Any, Any], wanted: np.ndarray[Any, Any]) -> bool:
    try:
        return bool(np.array_equal(numbers.sel({name: slice(*ends)}).values, wanted))
    except (KeyError, TypeError, ValueError):
        return False


def _short(value: Any) -> float | int | str | None:
    """A label as a person writes it; it may take more than its own step, which is then found out."""
    if isinstance(value, np.timedelta64):
        return None
    if isinstance(value, np.integer):
        return int(value)
    label = label_of(value)
    return float(f"{label:.6g}") if isinstance(label, float) else label


def _whole(value: Any) -> float | int | str | None:
    """A label with all of its digits."""
    if isinstance(value, np.datetime64):
        return str(np.datetime_as_string(value))
    return float(value) if isinstance(value, np.floating) else _short(value)
