"""Answers the question for code: what has to be looked up for it, beside the opened data itself."""

import json
from collections.abc import Sequence
from typing import Any

from pyproj import CRS

from eohub_cubes.code import Place, code_of
from eohub_cubes.contract import CodeQuery, DataAsset, NotebookCode
from eohub_cubes.estimating import check_selection
from eohub_cubes.ports import OpenCube, Traffic
from eohub_cubes.projection import AssetGrid, grid_of, on_grid_of
from eohub_cubes.reading.opening import reader_of
from eohub_cubes.server.desk import Desk
from eohub_toolkit.errors import EohubError

_LARGEST_ITEM = 4 * 2**20
_MOST_BANDS = 20


def code(query: CodeQuery, desk: Desk, traffic: Traffic) -> NotebookCode:
    """Write the cell that opens some data."""
    asset, cube = desk.cube(query)
    if query.selection is not None:
        check_selection(query.selection, cube)
    place = Place(asset, query.group, *_scene_of(query, asset, cube))
    return code_of(place, cube, query.selection)


def _scene_of(query: CodeQuery, asset: DataAsset, cube: OpenCube) -> tuple[str | None, Sequence[str]]:
    """The address of an item that odc-stac can load this asset by, cell for cell; None where it cannot.

    With it the bands to load: where no file and no part of it was chosen, all that lie on the same grid.
    """
    place = query.source.item
    is_within_reach = not asset.href.startswith("s3://") and query.group is None
    if cube.kind != "geotiff" or place is None or place.href is None or not is_within_reach:
        return None, ()
    if cube.dataset.sizes.get("band") != 1 or "x" not in cube.dataset.coords:
        return None, ()
    item = _document(place.href)
    grid = grid_of(item, asset.key)
    if not (isinstance(grid, AssetGrid) and grid.complete and CRS(grid.crs).is_projected):
        return None, ()
    if query.asset is not None or query.selection is not None:
        return place.href, (asset.key,)
    within_reach = [
        each.key
        for each in query.source.assets
        if each.kind == "geotiff" and not each.href.startswith("s3://")
    ]
    return place.href, on_grid_of(item, asset.key, within_reach)[:_MOST_BANDS]


def _document(address: str) -> dict[str, Any]:
    """The JSON at an address, or an empty object: without it the data is opened by its own address."""
    try:
        reader = reader_of(DataAsset(key="item", href=address))
        found = json.loads(reader.get_now("", most=_LARGEST_ITEM) or b"{}")
    except (EohubError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
