"""What is looked up before code is written: whether odc-stac can load an asset by its item."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from fakes.cubes_desk import desk
from fakes.cubes_open import CubeInMemory

from eohub_cubes.contract import CodeQuery, DataAsset, DataSource, ItemPlace, Range, Selection
from eohub_cubes.errors import BadSelection
from eohub_cubes.ports import Traffic
from eohub_cubes.server.writing import code

GRID = {
    "proj:code": "EPSG:32632",
    "proj:shape": [4, 4],
    "proj:transform": [10, 0, 500_000, 0, -10, 5_000_000],
}
EXTENSION = "https://stac-extensions.github.io/projection/v2.0.0/schema.json"


def scene(**sizes: int) -> CubeInMemory:
    """A raster of one band, or of more."""
    shape = {"band": 1, "y": 4, "x": 4} | sizes
    values = np.zeros(tuple(shape.values()))
    return CubeInMemory(
        xr.Dataset({"band_data": (tuple(shape), values)}, {"x": np.arange(4.0)}), {}, kind="geotiff"
    )


def query(item: Path | None, **changes: Any) -> CodeQuery:
    """Code for an asset of an item."""
    place = None if item is None else ItemPlace(catalogue="c", collection="c", item="i", href=str(item))
    asset = DataAsset(key="B04", href=changes.pop("href", "https://example.org/B04.tif"), kind="geotiff")
    return CodeQuery(source=DataSource(title="", assets=(asset,), item=place), **changes)


def written(tmp_path: Path, told: dict[str, Any], cube: CubeInMemory | None = None, **changes: Any) -> str:
    """The first line of the cell for an item that tells this of its asset."""
    item = tmp_path / "item.json"
    item.write_text(json.dumps({"stac_extensions": [EXTENSION], "assets": {"B04": told}}), "utf-8")
    return code(query(item, **changes), desk(lambda *_: cube or scene()), Traffic()).source.splitlines()[0]


def test_an_item_that_tells_its_grid_is_loaded_by_odc_stac(tmp_path: Path) -> None:
    assert written(tmp_path, GRID) == "import odc.stac"


@pytest.mark.parametrize("left_out", sorted(GRID))
def test_an_item_that_tells_less_is_opened_by_its_address(tmp_path: Path, left_out: str) -> None:
    told = {name: value for name, value in GRID.items() if name != left_out}
    assert written(tmp_path, told) == "from eohub_cubes import open_item"


def test_what_odc_stac_would_read_otherwise_is_opened_by_its_address(tmp_path: Path) -> None:
    own = "from eohub_cubes import open_item"
    assert written(tmp_path, GRID, scene(band=3)) == own
    assert written(tmp_path, GRID, group="1:4") == own
    assert written(tmp_path, GRID, href="s3://bucket/B04.tif") == own
    assert written(tmp_path, GRID | {"proj:code": "EPSG:4326"}) == own
    absent = query(tmp_path / "absent.json")
    assert code(absent, desk(lambda *_: scene()), Traffic()).source.splitlines()[0] == own


def test_a_selection_of_what_is_not_there_is_refused() -> None:
    asked = query(None, selection=Selection(variables=("none",), ranges={"x": Range(start=0, stop=1)}))
    with pytest.raises(BadSelection):
        code(asked, desk(lambda *_: scene()), Traffic())
