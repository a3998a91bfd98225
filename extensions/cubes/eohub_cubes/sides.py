"""The sides of a picture whose rows and columns are latitudes and longitudes: their order and outer edges."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_SAME = 0.01
"""Part of a cell within which two columns are the same place: 0 and 360 degrees."""
_GAP = 1.5
"""Of a cell; a circle of longitudes without a wider gap goes all around."""
LONE = 1.0
"""Width of a place that stands alone, and whose bounds are not told: a degree, or a metre."""


@dataclass(frozen=True)
class Side:
    """One side of a picture: which of the given steps each row or column shows, and its outer edges."""

    order: IntArray
    first: float
    last: float


def rows_of(latitudes: FloatArray, cell: float, most: int) -> Side:
    """Rows from north to south of latitudes in any order; `first` is the southern edge."""
    order, centres = _ascending(latitudes, cell)
    edges = np.clip(edges_of(centres, cell), -90.0, 90.0)
    shown = _evenly(centres, edges, most)
    return Side(order[shown][::-1], float(edges[0]), float(edges[-1]))


def columns_of(longitudes: FloatArray, cell: float, most: int) -> Side:
    """Columns from west to east of longitudes in any order, 0 to 360 or wrapped.

    Those that go all around begin at 180 degrees west; others at their own west, and where that is more than
    the east they cross the antimeridian.
    """
    start, around = window_of(longitudes, cell)
    order, centres = _ascending(np.mod(longitudes - start + 1e-6, 360.0) - 1e-6 + start, cell)
    edges = edges_of(centres, cell)
    if around:
        edges[-1] = edges[0] + 360.0
    shown = _evenly(centres, edges, most)
    west, east = float(edges[0]), float(edges[-1])
    return Side(order[shown], *((west, east) if around else turned(west, east)))


def window_of(longitudes: FloatArray, cell: float) -> tuple[float, bool]:
    """Where a picture of longitudes begins: its most western place, and whether they go all around."""
    places = np.unique(np.round(np.mod(longitudes[np.isfinite(longitudes)], 360.0), 6))
    if places.size < 2:
        return float(places[0]) if places.size else 0.0, False
    gaps = np.diff(places, append=places[0] + 360.0)
    widest = int(np.argmax(gaps))
    if gaps[widest] <= _GAP * max(cell, float(np.median(gaps))):
        return float(np.min(np.mod(places + 180.0, 360.0) - 180.0)), True
    return float(places[(widest + 1) % places.size]), False


def turned(west: float, east: float) -> tuple[float, float]:
    """The same edges between -180 and 180; west is more than east where they cross the antimeridian."""
    span = east - west
    west = (west + 180.0) % 360.0 - 180.0
    if span >= 360.0:
        return -180.0, 180.0
    east = west + span
    return west, east if east <= 180.0 else east - 360.0


def cell_of(coordinate: FloatArray, bounds: FloatArray | None = None) -> float:
    """Typical distance of neighbours; of a lone step the width that its bounds tell, else one degree."""
    if coordinate.size > 1:
        steps = np.abs(np.diff(coordinate))
        steps = np.minimum(steps, np.abs(360.0 - steps))
        found = float(np.median(steps))
    else:
        found = 0.0 if bounds is None else float(np.ptp(bounds))
    return found if np.isfinite(found) and found > 0 else LONE


def degrees_of(coordinate: xr.DataArray) -> FloatArray:
    """Values of a coordinate in degrees, which may be stored in radians."""
    values = coordinate.values.astype(np.float64)
    radians = str(coordinate.attrs.get("units", "")).lower() in ("radian", "radians", "rad")
    return np.degrees(values) if radians else values


def edges_of(centres: FloatArray, cell: float) -> FloatArray:
    """Edges half way between neighbours that ascend; the outer ones as far out as the next inner ones."""
    if centres.size == 1:
        return np.array([centres[0] - cell / 2, centres[0] + cell / 2])
    between = (centres[1:] + centres[:-1]) / 2
    return np.concatenate([[2 * centres[0] - between[0]], between, [2 * centres[-1] - between[-1]]])


def _ascending(values: FloatArray, cell: float) -> tuple[IntArray, FloatArray]:
    """Finite values in ascending order, each place once, and where they stood."""
    order = np.argsort(values, kind="stable")
    order = order[np.isfinite(values[order])]
    fresh = np.diff(values[order], prepend=-np.inf) > _SAME * cell
    order = order[fresh]
    return order, values[order]


def _evenly(centres: FloatArray, edges: FloatArray, most: int) -> IntArray:
    """The steps as they are where they are even enough to draw so, else the nearest at even distances."""
    count = centres.size
    places = _middles(edges, count)
    if np.all(np.abs(places - centres) <= np.diff(edges) / 2 + 1e-9):
        return np.arange(count)
    finest = float(np.median(np.diff(edges)))
    places = _middles(edges, min(most, max(count, round((edges[-1] - edges[0]) / finest))))
    return np.clip(np.searchsorted(edges, places, side="right") - 1, 0, count - 1)


def _middles(edges: FloatArray, count: int) -> FloatArray:
    return edges[0] + (np.arange(count) + 0.5) * (edges[-1] - edges[0]) / count
