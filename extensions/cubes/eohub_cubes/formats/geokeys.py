"""The coordinate reference system and the grid that the tags of a GeoTIFF tell (OGC 19-008r4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from pyproj import CRS
from pyproj.crs import GeographicCRS, ProjectedCRS
from pyproj.crs.crs import CoordinateOperation  # pyright: ignore[reportPrivateImportUsage]
from pyproj.exceptions import ProjError

from eohub_cubes.formats.tiff_header import Image

_USER_DEFINED = 32767
_PROJECTIONS: Final[Mapping[int, str]] = {
    1: "tmerc", 7: "merc", 8: "lcc", 9: "lcc", 10: "laea", 11: "aea", 12: "aeqd", 13: "eqdc", 14: "stere",
    15: "stere", 16: "sterea", 17: "eqc", 18: "cass", 19: "gnom", 20: "mill", 21: "ortho", 22: "poly",
    23: "robin", 24: "sinu", 25: "vandg",
}  # fmt: skip
_PARAMETERS: Final[Mapping[str, tuple[int, ...]]] = {
    "lat_1": (3078,), "lat_2": (3079,), "lon_0": (3080, 3084, 3088, 3095), "lat_0": (3081, 3085, 3089),
    "x_0": (3082, 3086, 3090), "y_0": (3083, 3087, 3091), "k_0": (3092, 3093),
}  # fmt: skip
_TRUE_SCALE: Final = ("merc", "eqc")
"""Whose first standard parallel is PROJ's `lat_ts`."""
_UNITS: Final[Mapping[int, str]] = {9001: "m", 9002: "ft", 9003: "us-ft", 9036: "km"}


@dataclass(frozen=True)
class Grid:
    """From a place in columns and rows, counted from the outer corner, to one in the CRS."""

    x: float
    x_by_column: float
    x_by_row: float
    y: float
    y_by_column: float
    y_by_row: float

    @property
    def is_upright(self) -> bool:
        """Whether columns run along x and rows along y, so that each has a coordinate of its own."""
        return self.x_by_row == 0 and self.y_by_column == 0

    def coarser(self, columns: float, rows: float) -> "Grid":
        """The grid of an overview whose cells are so many cells wide and high."""
        return Grid(
            self.x,
            self.x_by_column * columns,
            self.x_by_row * rows,
            self.y,
            self.y_by_column * columns,
            self.y_by_row * rows,
        )

    def centres(self, columns: int, rows: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """The coordinates of the middles of cells, for an upright grid."""
        return (
            self.x + (np.arange(columns) + 0.5) * self.x_by_column,
            self.y + (np.arange(rows) + 0.5) * self.y_by_row,
        )

    def gdal(self) -> str:
        """As GDAL writes it."""
        values = (self.x, self.x_by_column, self.x_by_row, self.y, self.y_by_column, self.y_by_row)
        return " ".join(repr(each) for each in values)


def grid_of(image: Image) -> Grid | None:
    """Where the cells of an image lie; None where it does not say."""
    keys = _keys(image)
    shift = 0.5 if keys.get(1025) == 2 else 0.0
    matrix, scale, tie = (image.numbers(tag).astype(float).tolist() for tag in (34264, 33550, 33922))
    if len(matrix) >= 8:
        found = Grid(matrix[3], matrix[0], matrix[1], matrix[7], matrix[4], matrix[5])
    elif len(scale) >= 2 and len(tie) >= 6:
        found = Grid(tie[3] - tie[0] * scale[0], scale[0], 0.0, tie[4] + tie[1] * scale[1], 0.0, -scale[1])
    else:
        return None
    x = found.x - shift * (found.x_by_column + found.x_by_row)
    y = found.y - shift * (found.y_by_column + found.y_by_row)
    return Grid(x, found.x_by_column, found.x_by_row, y, found.y_by_column, found.y_by_row)


def control_points_of(image: Image) -> int:
    """How many ground control points stand in place of a grid."""
    entry = image.entries.get(33922)
    points = 0 if entry is None else entry.count // 6
    return points if points > 1 and 33550 not in image.entries else 0


def crs_of(image: Image) -> CRS | None:
    """The coordinate reference system; None where none is told, or none that is known."""
    keys = _keys(image)
    try:
        for key in (3072, 2048):
            code = keys.get(key)
            if (
                isinstance(code, int)
                and 0 < code < _USER_DEFINED
                and not (key == 2048 and keys.get(1024) == 1)
            ):
                return CRS.from_epsg(code)
        for key in (3073, 1026, 2049):
            written = str(keys.get(key, "")).partition("ESRI PE String = ")[2]
            if written:
                return CRS.from_wkt(written)
        conversion = keys.get(3074)
        if isinstance(conversion, int) and 0 < conversion < _USER_DEFINED:
            return _of_conversion(conversion, _geographic(keys))
        return _projected(keys) if keys.get(1024) == 1 else _geographic(keys)
    except ProjError:
        return None


def _of_conversion(code: int, base: CRS | None) -> CRS | None:
    conversion = CoordinateOperation.from_epsg(code)
    return None if base is None else ProjectedCRS(conversion=conversion, geodetic_crs=base)


def _projected(keys: Mapping[int, Any]) -> CRS | None:
    name = _PROJECTIONS.get(keys.get(3075, 0))
    base = _geographic(keys)
    if name is None or base is None:
        return None
    told = {
        parameter: next((keys[key] for key in each if key in keys), None)
        for parameter, each in _PARAMETERS.items()
    }
    if name in _TRUE_SCALE:
        told["lat_ts"] = told.pop("lat_1")
    if name == "lcc" and keys[3075] == 9:
        told["lat_1"] = told["lat_0"]
    if keys[3075] == 15:
        told["lat_ts"] = told["lat_0"]
        told["lat_0"] = 90.0 if (told["lat_0"] or 0) > 0 else -90.0
    written = {key: value for key, value in told.items() if value is not None}
    proj = CRS.from_dict({"proj": name, "units": _UNITS.get(keys.get(3076, 9001), "m"), **written})
    return ProjectedCRS(
        conversion=proj.coordinate_operation,  # pyright: ignore[reportArgumentType]
        geodetic_crs=base,
        name=str(keys.get(3073) or keys.get(1026) or "unnamed").split("|")[0],
        cartesian_cs=proj.coordinate_system,
    )


def _geographic(keys: Mapping[int, Any]) -> CRS | None:
    code = keys.get(2048)
    if isinstance(code, int) and 0 < code < _USER_DEFINED:
        return CRS.from_epsg(code)
    major, minor, flattening = keys.get(2057), keys.get(2058), keys.get(2059)
    if not major:
        return None
    shape = {"rf": flattening} if flattening else {"b": minor or major}
    told = CRS.from_dict({"proj": "longlat", "a": major, **shape})
    return GeographicCRS(name="unknown", datum=told.datum)


def _keys(image: Image) -> dict[int, Any]:
    """The GeoKeys with their values."""
    directory = [int(each) for each in image.numbers(34735)]
    doubles = image.numbers(34736)
    text = image.raw(34737).decode("utf-8", "replace")
    found: dict[int, Any] = {}
    for at in range(4, min(len(directory) - 3, 4 + 4 * (directory[3] if len(directory) > 3 else 0)), 4):
        key, place, count, value = directory[at : at + 4]
        match place:
            case 0:
                found[key] = value
            case 34736 if value < len(doubles):
                found[key] = float(doubles[value])
            case 34737:
                found[key] = text[value : value + count].strip("|\0 ")
            case _:
                pass
    return found
