"""A picture from the overview that is enough for it."""

import base64
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes.cube_cases import asset_at, measured, opened
from fakes.stac_documents import SHARED

from eohub_cubes.contract import DataSource, Preview, PreviewQuery, Range
from eohub_cubes.errors import BadSelection
from eohub_cubes.overviews import pictured_coarsely

COG = SHARED / "arrays/rio-tiler/cog.tif"
WORLD = SHARED / "arrays/rio-tiler/cog_uint8_rgb_nodata.tif"


def drawn(path: Path, **more: Any) -> Preview:
    source = DataSource(title="", assets=(asset_at(path),))
    query = PreviewQuery(source=source, variable="band_data", **{"ranges": {}, **more})
    with measured() as traffic:
        cube = opened(path)
        return pictured_coarsely(query, cube, lambda group: opened(path, group), traffic)


def note(picture: Preview) -> str:
    return next((each for each in picture.notes if "overview" in each), "")


def test_a_picture_of_all_is_drawn_from_an_overview_over_the_same_ground() -> None:
    coarse = drawn(COG, width=256, height=256)
    whole = drawn(COG, width=1_024, height=1_024)
    assert "overview 1:8" in note(coarse)
    assert "overview 1:2" in note(whole)
    assert coarse.bytes_read < whole.bytes_read < COG.stat().st_size
    assert coarse.bounds is not None
    assert whole.bounds is not None
    assert coarse.bounds == pytest.approx(whole.bounds, abs=0.2)


@pytest.mark.parametrize(("width", "expected"), [(16, "1:16"), (300, "1:8"), (500, "1:4"), (1_024, "1:2")])
def test_the_coarsest_that_is_enough_is_taken(width: int, expected: str) -> None:
    assert f"overview {expected}" in note(drawn(COG, width=width, height=width))


def test_a_small_part_is_drawn_from_the_whole() -> None:
    part = {"x": Range(start=100, stop=400), "y": Range(start=0, stop=300)}
    assert note(drawn(COG, ranges=part, width=512, height=512)) == ""


def test_a_part_is_the_same_part_of_the_overview() -> None:
    part = {"x": Range(start=64, stop=192), "y": Range(start=128, stop=256)}
    coarse = drawn(WORLD, ranges=part, width=64, height=64)
    whole = drawn(WORLD, ranges=part, width=128, height=128)
    assert "overview 1:2" in note(coarse)
    assert coarse.bounds == whole.bounds
    assert (coarse.width, coarse.height) == (64, 64)
    assert coarse.every == (2, 2)
    values = np.frombuffer(base64.b64decode(coarse.values), "<f4")
    assert set(values[np.isfinite(values)]) <= {1.0}


def test_rows_and_columns_tell_steps_of_the_whole() -> None:
    part = {"x": Range(start=64, stop=192), "y": Range(start=128, stop=256)}
    picture = drawn(WORLD, ranges=part, width=64, height=64)
    assert picture.column_steps is not None
    assert picture.row_steps is not None
    assert (picture.column_steps[0], picture.column_steps[-1]) == (65, 191)
    assert {picture.row_steps[0], picture.row_steps[-1]} == {129, 255}


def test_a_wrong_part_is_refused_as_it_is_without_overviews() -> None:
    with pytest.raises(BadSelection, match="outside"):
        drawn(COG, ranges={"x": Range(start=0, stop=99_999)}, width=16, height=16)


def test_a_picture_of_another_body_lies_on_no_map() -> None:
    assert drawn(SHARED / "arrays/rio-tiler/cog_nonearth.tif", width=512, height=512).bounds is None
