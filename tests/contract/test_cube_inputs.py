"""Every real file of data is described, estimated, read with the values of another library, and drawn."""

import json
from pathlib import Path

import pytest
from fakes.cube_cases import opened
from fakes.cube_inputs import Row, name_of, real_inputs, row_of, table_of
from fakes.stac_documents import SHARED
from pyproj import CRS

from eohub_cubes.projection import AssetGrid, grid_of

REFUSED = {
    "empty_file.grib": "The file is empty: it has 0 bytes.",
    "points.covjson": "This is a JSON document",
    "time_series.covjson": "This is a JSON document",
    "example_1.nc.gz": "This is a gzip archive",
    "hrrr.wrfsfcf.subset.json": "This is a list of",
    "hrrr.wrfsubhf.subset.json": "This is a list of",
    "zarrita.zr3": "This store follows a draft of zarr 3",
    "test-repo-v1": "The virtual cube",
    "test-repo-v2": "The virtual cube",
}
"""What is no data that can be read, or leads to a store that is not there."""


@pytest.mark.parametrize("path", real_inputs(), ids=name_of)
def test_a_real_file_is_opened_estimated_read_and_drawn(path: Path) -> None:
    row = row_of(path)
    if path.name in REFUSED:
        assert row.opened.startswith(REFUSED[path.name])
        assert row.opened.endswith(".")
        return
    assert row.compared == row.variables > 0
    assert row.picture
    if row.kind != "table":
        assert row.estimated_bytes == pytest.approx(row.read_bytes, rel=0.1, abs=1_000)


def test_the_table_has_a_line_for_each_file_and_their_sum() -> None:
    rows = [Row("a.tif", "geotiff", "1 B, 1 requests"), Row("b.grib", "grib", "The file is empty.")]
    assert len(table_of(rows).splitlines()) == 5


def items_of_files() -> list[tuple[Path, str, Path]]:
    """The assets of real items whose file is there."""
    files = {path.name: path for path in (SHARED / "arrays").rglob("*.tif")}
    documents = sorted(path for path in (SHARED / "stac").rglob("*.json") if path.is_file())
    return [
        (path, key, files[Path(asset.get("href", "")).name])
        for path in documents
        if isinstance(item := json.loads(path.read_text()), dict) and item.get("type") == "Feature"
        for key, asset in item.get("assets", {}).items()
        if Path(asset.get("href", "")).name in files
    ]


@pytest.mark.parametrize(
    ("item", "key", "file"), items_of_files(), ids=lambda each: getattr(each, "name", each)
)
def test_an_asset_whose_file_is_there_lies_where_its_file_says_or_is_refused(
    item: Path, key: str, file: Path
) -> None:
    grid = grid_of(json.loads(item.read_text()), key)
    dataset = opened(file).dataset
    if isinstance(grid, AssetGrid):
        assert CRS(grid.crs).is_exact_same(CRS.from_wkt(dataset.spatial_ref.attrs["crs_wkt"])), grid
    else:
        assert grid.reason.endswith(".")
