"""Places that lie anywhere, drawn on a regular grid of longitudes and latitudes by the nearest of them.

Distances are chords of the unit sphere, so that the antimeridian and the poles are places like any other.
Each place first takes the cell of the picture that it lies in; then the cells left over take the nearest
place of their neighbours, again and again, as far as a place reaches: to the edge of its own cell, so that
what is a hole in the data stays one. That needs no tree and no library but numpy, and costs less than
building a tree for a picture that is drawn once.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eohub_cubes.sides import turned, window_of

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

SLACK = 1.2
"""By which a place reaches beyond half the way to its neighbours: no grid is quite even."""
_SHARED = 4
"""Places of a grid that more cells than these share are none: a model's land that was never computed."""


_NEIGHBOURS = tuple((down, across) for down in (-1, 0, 1) for across in (-1, 0, 1) if down or across)


@dataclass(frozen=True)
class Canvas:
    """A regular grid of longitudes and latitudes; `around` where its ends meet."""

    west: float
    south: float
    span: float
    north: float
    width: int
    height: int
    around: bool

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Outer edges; west is more than east where it crosses the antimeridian."""
        west, east = turned(self.west, self.west + self.span)
        return west, self.south, east, self.north

    def longitudes(self) -> FloatArray:
        """Of the middles of the columns, from west to east."""
        return self.west + (np.arange(self.width) + 0.5) * self.span / self.width

    def latitudes(self) -> FloatArray:
        """Of the middles of the rows, from north to south."""
        return self.north - (np.arange(self.height) + 0.5) * (self.north - self.south) / self.height


def canvas_of(
    longitude: FloatArray, latitude: FloatArray, cell: float, width: int, height: int
) -> Canvas | None:
    """A canvas around places, with cells of about their distance in degrees; None where there is no place."""
    known = np.isfinite(longitude) & np.isfinite(latitude)
    if not known.any():
        return None
    east, north = longitude[known], latitude[known]
    start, around = window_of(east, cell)
    span = 360.0 if around else float(np.max(np.mod(east - start + 1e-6, 360.0))) + cell
    top = min(float(north.max()) + cell / 2, 90.0)
    bottom = max(float(north.min()) - cell / 2, -90.0)
    return Canvas(
        west=-180.0 if around else start - cell / 2,
        south=bottom,
        span=min(span, 360.0),
        north=top,
        width=max(1, min(width, round(span / cell))),
        height=max(1, min(height, round((top - bottom) / cell))),
        around=around,
    )


def nearest(
    canvas: Canvas,
    longitude: FloatArray,
    latitude: FloatArray,
    reach: FloatArray,
    missing: npt.NDArray[np.bool_],
) -> IntArray:
    """Which place each cell of a canvas shows, -1 for none; all arguments flat.

    `reach` is how far a place is drawn, a chord of the unit sphere; of places that are equally near one that
    is not `missing` is taken.
    """
    points = vectors(longitude, latitude)
    middles = vectors(*np.meshgrid(canvas.longitudes(), canvas.latitudes()))
    found = _own_cells(canvas, longitude, latitude, points, middles, missing)
    _spread(canvas, found, points, middles, reach)
    return found


def vectors(longitude: FloatArray, latitude: FloatArray) -> FloatArray:
    """Places as points of the unit sphere, in a first dimension of three."""
    east, north = np.radians(longitude), np.radians(latitude)
    flat = np.cos(north)
    return np.stack([flat * np.cos(east), flat * np.sin(east), np.sin(north)])


def reach_on_grid(longitude: FloatArray, latitude: FloatArray) -> FloatArray:
    """How far the cells of a two-dimensional grid of places reach: half of their diagonals.

    Towards each side the nearer of both neighbours counts, so that a seam or a fold does not reach across.
    """
    points = vectors(longitude, latitude)
    sides = [side for axis in (0, 1) if (side := _to_neighbours(points, axis)) is not None]
    if not sides:
        return np.full(longitude.shape, np.radians(0.5))
    if len(sides) == 1:
        sides *= 2
    return np.hypot(*sides) / 2 * SLACK


def spacing_of_points(longitude: FloatArray, latitude: FloatArray) -> float:
    """Distance of places without an order, in radians: the side of the area that each has on average."""
    known = np.isfinite(longitude) & np.isfinite(latitude)
    count = int(known.sum())
    if count < 2:
        return float(np.radians(1.0))
    start, around = window_of(longitude[known], 0.0)
    span = 360.0 if around else float(np.max(np.mod(longitude[known] - start + 1e-6, 360.0)))
    heights = np.sin(np.radians([latitude[known].min(), latitude[known].max()]))
    area = np.radians(max(span, 1e-3)) * max(float(np.ptp(heights)), 1e-6)
    return float(np.sqrt(area / count))


def without_shared(longitude: FloatArray, latitude: FloatArray) -> FloatArray:
    """Longitudes of a grid, NaN where many of its cells claim one place."""
    with np.errstate(invalid="ignore"):
        keys = np.nan_to_num(np.round(longitude * 1e5)) * 4e7 + np.nan_to_num(np.round(latitude * 1e5))
    _, which, counts = np.unique(keys.astype(np.int64), return_inverse=True, return_counts=True)
    shared = (counts[which] > _SHARED).reshape(longitude.shape)
    return np.where(shared & (np.abs(latitude) < 89.9), np.nan, longitude)


def _to_neighbours(points: FloatArray, axis: int) -> FloatArray | None:
    if points.shape[axis + 1] < 2:
        return None
    steps = np.sqrt(np.sum(np.diff(points, axis=axis + 1) ** 2, axis=0))
    steps[~(steps > 0)] = np.inf
    edge = np.full_like(np.take(steps, [0], axis=axis), np.inf)
    nearer = np.minimum(np.concatenate([edge, steps], axis), np.concatenate([steps, edge], axis))
    return np.where(np.isfinite(nearer), nearer, 0.0)


def _own_cells(
    canvas: Canvas,
    longitude: FloatArray,
    latitude: FloatArray,
    points: FloatArray,
    middles: FloatArray,
    missing: npt.NDArray[np.bool_],
) -> IntArray:
    """The nearest place inside each cell; -1 where none is."""
    found = np.full((canvas.height, canvas.width), -1, np.int64)
    with np.errstate(invalid="ignore"):
        across = np.mod(longitude - canvas.west, 360.0) * canvas.width / canvas.span
        down = (canvas.north - latitude) * canvas.height / (canvas.north - canvas.south)
        inside = (across < canvas.width) & (down >= 0) & (down <= canvas.height)
    which = np.flatnonzero(inside)
    column = across[which].astype(np.int64)
    row = np.minimum(down[which].astype(np.int64), canvas.height - 1)
    away = _distance(points[:, which], middles[:, row, column]) + 1e-12 * missing[which]
    # The last of those that are written to one cell stays in it: the nearest.
    order = np.argsort(-away, kind="stable")
    found[row[order], column[order]] = which[order]
    return found


def _spread(
    canvas: Canvas, found: IntArray, points: FloatArray, middles: FloatArray, reach: FloatArray
) -> None:
    """Give cells without a place the nearest of their neighbours', until none is nearer and reaches them."""
    free = found < 0
    away = np.full(found.shape, np.inf)
    fresh = ~free
    while fresh.any():
        rows, columns = np.nonzero(free & _beside(fresh, canvas.around))
        own, best, taken = middles[:, rows, columns], away[rows, columns], found[rows, columns]
        for down, across in _NEIGHBOURS:
            row, column = rows + down, columns + across
            if canvas.around:
                column = column % canvas.width
            inside = (row >= 0) & (row < canvas.height) & (column >= 0) & (column < canvas.width)
            some = np.flatnonzero(inside)
            some = some[fresh[row[some], column[some]]]
            which = found[row[some], column[some]]
            distance = _distance(points[:, which], own[:, some])
            nearer = (distance < best[some]) & (distance <= reach[which])
            best[some[nearer]], taken[some[nearer]] = distance[nearer], which[nearer]
        changed = taken != found[rows, columns]
        found[rows, columns], away[rows, columns] = taken, best
        fresh = np.zeros_like(fresh)
        fresh[rows[changed], columns[changed]] = True


def _beside(cells: npt.NDArray[np.bool_], around: bool) -> npt.NDArray[np.bool_]:
    """Cells that have one of these beside them."""
    wide = np.pad(cells, ((0, 0), (1, 1)), mode="wrap" if around else "constant")
    wide = wide[:, :-2] | wide[:, 1:-1] | wide[:, 2:]
    tall = np.pad(wide, ((1, 1), (0, 0)))
    return tall[:-2] | tall[1:-1] | tall[2:]


def _distance(points: FloatArray, middles: FloatArray) -> FloatArray:
    x, y, z = points - middles
    return np.sqrt(x * x + y * y + z * z)
