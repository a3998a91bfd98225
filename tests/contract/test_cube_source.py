"""What the catalogue tells of an item's data is what the cubes take, though neither knows the other."""

from typing import Any

import pytest
from fakes.stac_documents import cube_item, real_documents, with_asset

from eohub_catalogue.data import source_of
from eohub_catalogue.errors import NothingToOpen
from eohub_catalogue.item_contract import ItemKey
from eohub_catalogue.wire import LONGEST_ID
from eohub_cubes.contract import DataSource

ITEMS = [document for _, document in real_documents()] + [
    cube_item(),
    with_asset(href="s3://bucket/with a space.zarr"),
    with_asset(href="https://example.org/with a space.zarr", title="a" * 5_000, type="application/vnd.zarr"),
    cube_item(assets={"k" * LONGEST_ID: {"href": "s3://b/a.zarr"}}),
    cube_item(assets={f"B{number}": {"href": "s3://b/a.tif"} for number in range(700)}),
]
KEY = ItemKey(catalogue="mine", collection="c" * LONGEST_ID, item="i" * LONGEST_ID)


@pytest.mark.parametrize("item", ITEMS)
def test_a_source_of_the_catalogue_is_one_of_the_cubes(item: Any) -> None:
    try:
        told = source_of(item, KEY).model_dump_json()
    except NothingToOpen:
        return
    assert DataSource.model_validate_json(told).model_dump_json() == told
