"""Cells of scenes run on real pixels: what odc-stac loads by an item is what rasterio reads of its files."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from fakes.cube_cases import opened
from fakes.cubes_desk import desk
from fakes.stac_documents import SHARED

from eohub_cubes.contract import CodeQuery, DataAsset, DataSource, ItemPlace, Range, Selection
from eohub_cubes.ports import OpenCube, Traffic
from eohub_cubes.server.writing import code

LAND_COVER = {year: SHARED / f"arrays/kerchunk/lcmap_tiny_cog_{year}.tif" for year in ("2019", "2020")}
OTHER = SHARED / "arrays/rio-tiler/cog.tif"
EXTENSION = "https://stac-extensions.github.io/projection/v2.0.0/schema.json"


def grid_of(path: Path) -> dict[str, Any]:
    """What the projection extension tells of a file, in full."""
    with rasterio.open(path) as file:
        crs = (
            {"proj:code": f"EPSG:{file.crs.to_epsg()}"} if file.crs.to_epsg() else {"proj:wkt2": file.crs.wkt}
        )
        return {**crs, "proj:shape": [*file.shape], "proj:transform": [*file.transform][:6]}


def item_at(
    folder: Path, files: dict[str, Path], properties: dict[str, Any], **assets: dict[str, Any]
) -> Path:
    """An item of some files, written as a catalogue has it."""
    document = {
        "type": "Feature",
        "stac_version": "1.1.0",
        "stac_extensions": [EXTENSION],
        "id": "scene",
        "geometry": {"type": "Point", "coordinates": [0, 0]},
        "bbox": [0, 0, 0, 0],
        "properties": {"datetime": "2020-01-01T00:00:00Z", **properties},
        "links": [],
        "assets": {
            name: {"href": str(path), "type": "image/tiff; application=geotiff", **assets.get(name, {})}
            for name, path in files.items()
        },
    }
    path = folder / "scene.json"
    path.write_text(json.dumps(document))
    return path


def cell_of(item: Path, files: dict[str, Path], **asked: Any) -> str:
    """The cell that opens an item's data, as the server writes it."""
    assets = tuple(DataAsset(key=name, href=str(path), kind="geotiff") for name, path in files.items())
    place = ItemPlace(catalogue="c", collection="c", item="scene", href=str(item))
    query = CodeQuery(source=DataSource(title="", assets=assets, item=place), **asked)

    def open_asset(asset: DataAsset, group: str | None, *_: Any) -> OpenCube:
        return opened(Path(asset.href), group)

    return code(query, desk(open_asset), Traffic()).source


def run(source: str) -> dict[str, Any]:
    """What a cell names."""
    names: dict[str, Any] = {}
    exec(source, names)
    return names


def pixels(path: Path) -> np.ndarray[Any, Any]:
    with rasterio.open(path) as file:
        return file.read(1)


def test_all_bands_on_one_grid_are_loaded_in_one_cell(tmp_path: Path) -> None:
    files = {**LAND_COVER, "other": OTHER}
    item = item_at(tmp_path, files, grid_of(LAND_COVER["2019"]), other=grid_of(OTHER))
    source = cell_of(item, files)
    assert 'bands=["2019", "2020"]' in source
    assert len(source.splitlines()) <= 8
    scene = run(source)["ds"]
    assert {*scene.data_vars} == {*LAND_COVER}
    assert all(band.chunks is not None for band in scene.data_vars.values())
    for year, path in LAND_COVER.items():
        np.testing.assert_array_equal(scene[year].values[0], pixels(path))


def test_a_file_that_was_chosen_is_loaded_alone_and_a_part_of_it_is_that_part(tmp_path: Path) -> None:
    item = item_at(tmp_path, LAND_COVER, grid_of(LAND_COVER["2019"]))
    assert {*run(cell_of(item, LAND_COVER, asset="2020"))["ds"].data_vars} == {"2020"}
    ranges = {"y": Range(start=600, stop=900), "x": Range(start=0, stop=1_500, step=2)}
    selection = Selection(variables=("band_data",), ranges=ranges)
    part = run(cell_of(item, LAND_COVER, asset="2020", selection=selection))["part"]
    np.testing.assert_array_equal(part["2020"].values[0], pixels(LAND_COVER["2020"])[600:900, 0:1_500:2])


WHOLE = grid_of(LAND_COVER["2019"])
PARTIAL: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "of the item alone": (WHOLE, {}, "odc.stac"),
    "a code of each asset": (
        {name: each for name, each in WHOLE.items() if name != "proj:wkt2"},
        {"proj:wkt2": WHOLE["proj:wkt2"]},
        "odc.stac",
    ),
    "a shape without a transform": (
        {name: each for name, each in WHOLE.items() if name != "proj:transform"},
        {},
        "open_item",
    ),
    "a code alone": ({"proj:wkt2": WHOLE["proj:wkt2"]}, {}, "open_item"),
    "a code that is none": (WHOLE | {"proj:code": "EPSG:None"}, {}, "open_item"),
    "nothing": ({}, {}, "open_item"),
}


@pytest.mark.parametrize(("properties", "asset", "opener"), PARTIAL.values(), ids=[*PARTIAL])
def test_whatever_an_item_tells_of_its_grid_the_pixels_are_those_of_its_file(
    properties: dict[str, Any], asset: dict[str, Any], opener: str, tmp_path: Path
) -> None:
    file = {"2020": LAND_COVER["2020"]}
    source = cell_of(item_at(tmp_path, file, properties, **{"2020": asset}), file)
    assert opener in source
    scene = run(source)["ds"]
    values = next(iter(scene.data_vars.values())).values.reshape(2_048, 2_048)
    np.testing.assert_array_equal(np.nan_to_num(values), pixels(file["2020"]))
