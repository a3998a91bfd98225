"""The grid of an asset by its item, and whether odc-stac then loads it."""

import copy
import json
from pathlib import Path
from typing import Any

import odc.stac
import pystac
import pytest
from fakes.stac_documents import SHARED
from pyproj import CRS

from eohub_cubes.projection import AssetGrid, NoGrid, grid_of

FOLDER = SHARED / "stac/odc-stac"
LANDSAT = json.loads((FOLDER / "LC08_L2SP_028030_20200114_20200824_02_T1_SR.json").read_text())
SHAPE, TRANSFORM = [8041, 7931], [30, 0, 173085, 0, -30, 4904715]
CODE: dict[str, Any] = {"proj:code": "EPSG:32615"}
CELLS: dict[str, Any] = {"proj:shape": SHAPE, "proj:transform": TRANSFORM}
EXTENSION = "https://stac-extensions.github.io/projection/v2.0.0/schema.json"


def item(
    properties: dict[str, Any], asset: dict[str, Any], extension: str | None = EXTENSION
) -> dict[str, Any]:
    """A Landsat item whose projection fields are these alone."""
    made = copy.deepcopy(LANDSAT)
    kept = {name: value for name, value in made["properties"].items() if not name.startswith("proj:")}
    made["properties"] = {**kept, **properties}
    made["assets"] = {"red": {**made["assets"]["red"], **asset}}
    made["stac_extensions"] = [] if extension is None else [extension]
    return made


def loads(document: dict[str, Any], **explicit: Any) -> bool:
    """Whether odc-stac makes a lazy cube of it."""
    try:
        odc.stac.load([pystac.Item.from_dict(copy.deepcopy(document))], bands=["red"], chunks={}, **explicit)
    except (ValueError, RuntimeError):
        return False
    return True


@pytest.mark.parametrize(
    ("properties", "asset"),
    [
        (CODE | CELLS, {}),
        ({}, CODE | CELLS),
        (CELLS, CODE),
        ({"proj:epsg": 32615} | CELLS, {}),
        ({"proj:wkt2": CRS(32615).to_wkt()} | CELLS, {}),
        ({"proj:code": "EPSG:4326"} | CELLS, CODE),
        (CODE | {"proj:shape": SHAPE, "proj:transform": [*TRANSFORM, 0, 0, 1]}, {}),
    ],
)
def test_what_an_item_tells_in_full_is_loaded_with_nothing_given(
    properties: dict[str, Any], asset: dict[str, Any]
) -> None:
    document = item(properties, asset)
    grid = grid_of(document, "red")
    assert isinstance(grid, AssetGrid)
    assert grid.complete
    assert (CRS(grid.crs).to_epsg(), grid.resolution) == (32615, 30)
    assert loads(document)


@pytest.mark.parametrize(
    ("properties", "asset", "extension"),
    [
        (CODE | {"proj:shape": SHAPE, "proj:bbox": [173085, 4663485, 411015, 4904715]}, {}, EXTENSION),
        (CODE | {"proj:shape": SHAPE, "gsd": 30}, {}, EXTENSION),
        (CODE | {"gsd": 15}, {"gsd": 30}, EXTENSION),
        (CODE, {"raster:bands": [{"spatial_resolution": 30}]}, EXTENSION),
        (CODE, {"bands": [{"raster:spatial_resolution": 30}]}, EXTENSION),
        (CODE | {"proj:transform": TRANSFORM}, {}, EXTENSION),
        (CODE | CELLS, {}, None),
    ],
)
def test_what_an_item_tells_in_part_is_loaded_with_crs_and_resolution_given(
    properties: dict[str, Any], asset: dict[str, Any], extension: str | None
) -> None:
    document = item(properties, asset, extension)
    grid = grid_of(document, "red")
    assert grid == AssetGrid("EPSG:32615", 30.0, complete=False)
    assert isinstance(grid, AssetGrid)
    assert not loads(document)
    assert loads(document, crs=grid.crs, resolution=grid.resolution)


@pytest.mark.parametrize(
    ("properties", "says"),
    [
        ({"proj:code": "EPSG:None"} | CELLS, "EPSG:None"),
        ({"proj:code": "EPSG:None", "proj:epsg": 32615} | CELLS, "EPSG:None"),
        ({"proj:code": None} | CELLS, "does not tell the coordinate reference system"),
        ({"proj:epsg": None} | CELLS, "does not tell the coordinate reference system"),
        ({"gsd": None}, "does not tell the coordinate reference system"),
        (CODE | {"gsd": None}, "neither its shape and transform nor its resolution"),
        (CODE | {"proj:shape": [8041], "proj:transform": TRANSFORM}, "proj:shape"),
        (CODE | {"proj:shape": SHAPE, "proj:transform": [30, 0, 1]}, "proj:transform"),
        (CODE | {"proj:shape": SHAPE, "proj:transform": [0, 0, 1, 0, 0, 1]}, "proj:transform"),
    ],
)
def test_what_cannot_be_placed_is_refused_with_the_reason(properties: dict[str, Any], says: str) -> None:
    document = item(properties, {})
    grid = grid_of(document, "red")
    assert isinstance(grid, NoGrid)
    assert says in grid.reason
    assert grid.reason.endswith(".")
    if says != "proj:transform":
        assert not loads(document)


def test_a_distance_in_metres_is_no_resolution_in_degrees() -> None:
    grid = grid_of(item({"proj:code": "EPSG:4326", "gsd": 30}, {}), "red")
    assert isinstance(grid, NoGrid)


@pytest.mark.parametrize("document", [{}, {"properties": [], "assets": 3}, {"assets": {"red": None}}])
def test_what_is_no_item_is_refused(document: dict[str, Any]) -> None:
    assert isinstance(grid_of(document, "red"), NoGrid)


def real_items() -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    for path in sorted(FOLDER.iterdir()):
        document = json.loads(path.read_text())
        items = document.get("features", [document])
        found += [(f"{Path(path).name[:20]}-{each['id'][:40]}", each) for each in items if "assets" in each]
    return [(name, each) for name, each in found if each["type"] == "Feature"]


@pytest.mark.parametrize(
    ("name", "document"), real_items(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_each_raster_of_a_real_item_is_opened_or_refused_as_odc_stac_would(
    name: str, document: dict[str, Any]
) -> None:
    rasters = [key for key, asset in document["assets"].items() if "tiff" in str(asset.get("type"))]
    assert rasters, name
    for key in rasters:
        grid = grid_of(document, key)
        asset = pystac.Item.from_dict(copy.deepcopy(document)).assets[key]
        if isinstance(grid, NoGrid) or not grid.complete:
            with pytest.raises(ValueError, match="shape, transform"):
                odc.stac._mdtools.asset_geobox(asset)
            continue
        geobox = odc.stac._mdtools.asset_geobox(asset)
        assert geobox.crs is not None
        assert (geobox.crs.to_epsg(), abs(geobox.resolution.x)) == (CRS(grid.crs).to_epsg(), grid.resolution)


def test_every_asset_of_every_real_item_is_placed_or_refused() -> None:
    asked = 0
    for path in sorted((SHARED / "stac").rglob("*.*json")):
        document = json.loads(path.read_text())
        listed = document if isinstance(document, list) else document.get("features", [document])
        for each in (each for each in listed if isinstance(each, dict)):
            for key in each.get("assets", {}):
                grid = grid_of(each, key)
                assert isinstance(grid, NoGrid) or grid.resolution > 0, (path.name, key)
                asked += 1
    assert asked > 1_000
