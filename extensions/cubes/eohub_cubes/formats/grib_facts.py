"""What ecCodes says of a field, and its values."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt

from eohub_cubes.errors import DataDamaged, NotReadable

try:
    import eccodes
except RuntimeError as error:  # the package is there, its library is not
    raise NotReadable(
        "GRIB needs the library ecCodes, which this server does not have.",
        hint='Install it with: pip install "eohub-cubes[grib]"',
    ) from error

_ECCODES: Final = Lock()
"""Its library is not always built for threads."""
_MISSING = 1e36
_LINES: Final = ("regular_ll", "regular_gg", "mercator")
"""Grids whose rows and columns each have one latitude or longitude."""


@dataclass(frozen=True)
class FieldFacts:
    """What one field is."""

    name: str
    long_name: str
    standard_name: str | None
    units: str
    level_type: str
    level: float
    time: datetime | None
    step: timedelta
    """From the start of the forecast to the end of what the field is of."""
    period: timedelta
    """Length of what the field is of; none for one moment."""
    step_type: str
    number: int | None
    grid: str
    """Equal for fields on the same grid."""
    grid_type: str
    columns: int | None
    rows: int | None
    points: int

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows and columns, or points in a row."""
        return (self.points,) if self.rows is None or self.columns is None else (self.rows, self.columns)

    @property
    def has_lines(self) -> bool:
        """Whether rows and columns have coordinates of their own."""
        return self.grid_type in _LINES


def facts_of(message: bytes) -> FieldFacts:
    """What a message is; raises DataDamaged where ecCodes cannot tell."""
    with _opened(message) as handle:
        columns, rows = (_told(handle, key, int) for key in ("Ni", "Nj"))
        points = int(_told(handle, "numberOfPoints", int) or 0)
        if rows is None or columns is None or rows * columns != points:
            columns = rows = None
            if _told(handle, "PLPresent", int):
                points = points or int(_numbers(handle, "pl").sum())
        step, period = _step(handle)
        name = _known(handle, "cfVarName") or _known(handle, "shortName")
        return FieldFacts(
            name=name or f"param{_told(handle, 'paramId', int)}",
            long_name=_told(handle, "name", str) or "",
            standard_name=_known(handle, "cfName"),
            units=_told(handle, "units", str) or "",
            level_type=_known(handle, "typeOfLevel") or "level",
            level=_told(handle, "level", float) or 0.0,
            time=_time(handle),
            step=step,
            period=period,
            step_type=_told(handle, "stepType", str) or "instant",
            number=_told(handle, "number", int),
            grid=_told(handle, "md5GridSection", str) or "",
            grid_type=_told(handle, "gridType", str) or "unknown",
            columns=columns,
            rows=rows,
            points=points,
        )


def values_of(message: bytes) -> npt.NDArray[np.float32]:
    """The values in the order of the grid, rows as they lie; NaN where one is missing."""
    with _opened(message) as handle:
        eccodes.codes_set(handle, "missingValue", _MISSING)
        found = eccodes.codes_get_values(handle)
        values = np.where(found == _MISSING, np.nan, found).astype(np.float32)
        return _in_rows(handle, values)


def places_of(message: bytes) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Latitudes and longitudes of each value; raises NotReadable where the grid is not told."""
    try:
        with _opened(message) as handle:
            return tuple(  # pyright: ignore[reportReturnType]
                _in_rows(handle, _numbers(handle, key)) for key in ("latitudes", "longitudes")
            )
    except DataDamaged as error:
        raise NotReadable(f"The grid's places are not told: {error.detail}") from None


def _in_rows(handle: int, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Undo the order in which some grids are scanned: by columns, or each second row backwards."""
    columns, rows = (_told(handle, key, int) or 0 for key in ("Ni", "Nj"))
    if columns * rows != values.size:
        return values
    by_columns = bool(_told(handle, "jPointsAreConsecutive", int))
    table = values.reshape((columns, rows) if by_columns else (rows, columns))
    if _told(handle, "alternativeRowScanning", int):
        table = table.copy()
        table[1::2] = table[1::2, ::-1]
    return (table.T if by_columns else table).reshape(-1)


@contextmanager
def _opened(message: bytes) -> Generator[int]:
    with _ECCODES:
        try:
            handle = eccodes.codes_new_from_message(message)
            try:
                yield handle
            finally:
                eccodes.codes_release(handle)
        except eccodes.CodesInternalError as error:
            raise DataDamaged(f"ecCodes cannot read it: {error}.") from None


def _told[T](handle: int, key: str, kind: type[T]) -> T | None:
    try:
        missing = eccodes.codes_is_missing(handle, key)
        return None if missing else cast(T, eccodes.codes_get(handle, key, kind))
    except eccodes.CodesInternalError:
        return None


def _numbers(handle: int, key: str) -> npt.NDArray[Any]:
    return np.asarray(eccodes.codes_get_array(handle, key))


def _known(handle: int, key: str) -> str | None:
    found = _told(handle, key, str)
    return found if found and found not in ("unknown", "~") else None


def _time(handle: int) -> datetime | None:
    """When a forecast began, or an analysis is for; None for a date that is none."""
    date, clock = (_told(handle, key, int) or 0 for key in ("dataDate", "dataTime"))
    try:
        return datetime(date // 10_000, date // 100 % 100, date % 100, clock // 100, clock % 100)
    except ValueError:
        return None


def _step(handle: int) -> tuple[timedelta, timedelta]:
    """The end of what a field is of, after the forecast began, and how long that is."""
    try:
        eccodes.codes_set(handle, "stepUnits", "s")
    except eccodes.CodesInternalError:
        return timedelta(), timedelta()
    start, end = (
        timedelta(seconds=float(str(_told(handle, key, str) or "0").rstrip("smhD") or 0))
        for key in ("startStep", "endStep")
    )
    return end, end - start
