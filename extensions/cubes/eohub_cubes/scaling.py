"""Numbers of a slice as they are drawn: float32, missing values, and the fair ends of a colour scale."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

_OUTLIERS = (2.0, 98.0)
_SQUASHED = 0.5
"""Part of the whole scale; where all but the outliers lie within less of it, they alone make the scale."""


@dataclass(frozen=True)
class Scale:
    """Smallest and greatest value, and fair ends for colours; all None where every value is missing."""

    least: float | None
    greatest: float | None
    low: float | None
    high: float | None


def numbers_of(values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Values of any numeric type with NaN for what is missing.

    Lengths of time become seconds, and complex numbers their magnitude.
    """
    if values.dtype.kind == "m":
        seconds = values.astype("timedelta64[ms]").astype(np.float64) / 1000
        return np.where(np.isnat(values), np.nan, seconds)
    return (np.abs(values) if values.dtype.kind == "c" else values).astype(np.float64)


def drawable(values: npt.NDArray[Any]) -> tuple[FloatArray, tuple[str, ...]]:
    """The same as float32 without what is infinite, and what a person should know of it."""
    notes: list[str] = []
    if values.dtype.kind == "c":
        notes.append("The numbers are complex; their magnitude is drawn.")
    if values.dtype.kind in "mc":
        values = numbers_of(values)
    with np.errstate(over="ignore"):
        drawn = np.ascontiguousarray(values, dtype="<f4")
    infinite = np.isinf(drawn)
    if infinite.any():
        drawn = np.where(infinite, np.float32(np.nan), drawn)
        notes.append(f"{int(infinite.sum()):,} cells are infinite or too large to draw, and left out.")
    return drawn, tuple(notes)


def scale_of(values: FloatArray, centre: float | None = None) -> Scale:
    """Ends of a colour scale: the whole of it, without the outer 2 % where those would squash the rest.

    With a centre both ends lie equally far from it.
    """
    known = values[np.isfinite(values)]
    if known.size == 0:
        return Scale(None, None, None, None)
    least, greatest = float(known.min()), float(known.max())
    low, high = least, greatest
    inner_low, inner_high = (float(each) for each in np.percentile(known, _OUTLIERS))
    if 0 < inner_high - inner_low < _SQUASHED * (greatest - least):
        low, high = inner_low, inner_high
    if centre is not None:
        reach = max(abs(low - centre), abs(high - centre))
        low, high = centre - reach, centre + reach
    return Scale(least, greatest, low, high)
