"""The grid of an item's asset by the STAC projection extension, as odc-stac needs it, or why there is none.

An asset's own fields come before its item's. odc-stac 0.5 loads an asset by itself where CRS, shape and
transform are told; told less, it loads with a CRS and a resolution given; it fails on a CRS that is none.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard, cast

from pyproj import CRS
from pyproj.exceptions import CRSError

_NAME = re.compile(r"(projection$|https://stac-extensions\.github\.io/projection/)")
"""The extension, in STAC before version 1 by its short name."""
_CODES = ("proj:code", "proj:epsg", "proj:wkt2", "proj:projjson")


@dataclass(frozen=True)
class AssetGrid:
    """Where an asset's cells lie. `resolution` is in units of the CRS.

    `complete`: the item tells all, so that neither has to be given when it is loaded.
    """

    crs: str
    resolution: float
    complete: bool


@dataclass(frozen=True)
class NoGrid:
    """Why an asset cannot be placed, a sentence."""

    reason: str


def grid_of(item: Mapping[str, Any], asset: str) -> AssetGrid | NoGrid:
    """The grid of one asset of an item, from the JSON of the item alone."""
    told = _told(item, asset)
    crs = _crs(told)
    if isinstance(crs, NoGrid):
        return crs
    shape, transform = told.get("proj:shape"), told.get("proj:transform")
    if shape is not None and not (_numbers(shape, 2) and min(shape) >= 1):
        return NoGrid("proj:shape of the item is not a height and a width.")
    if transform is not None and not _is_affine(transform):
        return NoGrid("proj:transform of the item is not affine.")
    resolution = _resolution(told, shape, transform, CRS(crs))
    if resolution is None:
        return NoGrid(
            "The item tells the CRS of this asset, but neither its shape and transform nor its resolution."
        )
    declared = any(_NAME.match(str(each)) for each in _list(item.get("stac_extensions")))
    return AssetGrid(crs, resolution, declared and shape is not None and transform is not None)


def on_grid_of(item: Mapping[str, Any], asset: str, others: Sequence[str]) -> list[str]:
    """The asset and those of the others that lie on its grid, cell for cell, as the item tells in full."""
    own, grid = _cells(item, asset), grid_of(item, asset)
    found = (each for each in others if each != asset)
    return [
        asset,
        *(each for each in found if grid_of(item, each) == grid and _cells(item, each) == own),
    ]


def _cells(item: Mapping[str, Any], asset: str) -> tuple[Any, Any]:
    told = _told(item, asset)
    return told.get("proj:shape"), told.get("proj:transform")


def _told(item: Mapping[str, Any], asset: str) -> dict[str, Any]:
    return {**_object(item.get("properties")), **_object(_object(item.get("assets")).get(asset))}


def _crs(told: Mapping[str, Any]) -> str | NoGrid:
    """The first CRS that is told; one that is none is not passed over, as odc-stac fails on it."""
    for name in _CODES:
        value = told.get(name)
        if value is None:
            continue
        try:
            crs = CRS.from_user_input(value)
        except (CRSError, TypeError, ValueError):
            return NoGrid(f"{name} of the item is {_short(value)}, which is no coordinate reference system.")
        return value if name == "proj:code" else crs.to_string()
    return NoGrid("The item does not tell the coordinate reference system of this asset.")


def _resolution(told: Mapping[str, Any], shape: Any, transform: Any, crs: CRS) -> float | None:
    """From the transform, the shape over its box, or the distance that a band is sampled at."""
    box = told.get("proj:bbox")
    if transform is not None:
        return math.hypot(transform[0], transform[3])
    if shape is not None and _numbers(box, 4) and box[2] > box[0]:
        return (box[2] - box[0]) / shape[1]
    in_metres = crs.is_projected and crs.axis_info[0].unit_conversion_factor == 1
    bands = [*_list(told.get("raster:bands")), *_list(told.get("bands"))]
    sampled = [told.get("raster:spatial_resolution"), *(_object(band).get(name) for band in bands
               for name in ("spatial_resolution", "raster:spatial_resolution")), told.get("gsd")]  # fmt: skip
    found = next((float(each) for each in sampled if isinstance(each, (int, float)) and each > 0), None)
    return found if in_metres else None


def _is_affine(transform: Any) -> bool:
    if not (_numbers(transform, 6) or _numbers(transform, 9)):
        return False
    return [*transform[6:]] in ([], [0, 0, 1]) and transform[0] * transform[4] != transform[1] * transform[3]


def _numbers(value: Any, count: int) -> TypeGuard[list[float]]:
    return (
        isinstance(value, list)
        and len(cast(Sequence[Any], value)) == count
        and all(isinstance(each, (int, float)) and math.isfinite(each) for each in cast(Sequence[Any], value))
    )


def _object(value: Any) -> Mapping[str, Any]:
    return cast(Mapping[str, Any], value) if isinstance(value, dict) else {}


def _list(value: Any) -> Sequence[Any]:
    return cast(Sequence[Any], value) if isinstance(value, list) else ()


def _short(value: Any) -> str:
    return str(value)[:60]
