"""Every file of the shared STAC data goes through import, lint, panel row and item page."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import shapely
from fakes.real_inputs import Result, name_of, real_files, result_of, table_of

from eohub_catalogue.index.store import SqliteStore
from eohub_catalogue.item_contract import ItemDetail
from eohub_catalogue.outline import MOST_POSITIONS

REFUSALS = (
    "It is neither an item nor a collection.",
    "The item has no usable id.",
    "It is not a JSON object.",
    "It is not JSON:",
)
LARGEST_PAGE = 1_000_000


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore.open(f"sqlite:///{tmp_path / 'catalogue.sqlite'}")
    yield store
    await store.close()


@pytest.mark.parametrize("path", real_files(), ids=name_of)
async def test_a_real_file_is_imported_checked_and_shown(path: Path, store: SqliteStore) -> None:
    result = await result_of(path, store)
    assert result.documents == result.items + result.collections + len(result.refused)
    assert all(reason.startswith(REFUSALS) for reason in result.refused), result.refused
    for page in result.shown:
        is_shown_whole(page)
        if page.raw.get("type") == "Feature" and page.summary.id:
            stored = await store.item(page.summary.collection or "", page.summary.id)
            assert stored is not None, "what is shown can be asked for again"


def is_shown_whole(page: ItemDetail) -> None:
    """A page that can be sent, whose footprint a map can draw and whose defects are sentences."""
    assert len(page.model_dump_json().encode()) < LARGEST_PAGE
    row = page.summary
    assert row.title
    assert all(defect.message.endswith(".") for defect in row.defects)
    if row.footprint is not None:
        shape = shapely.from_geojson(json.dumps(row.footprint))
        assert shape.is_valid
        assert shapely.get_num_coordinates(shape) <= MOST_POSITIONS
        assert row.bbox is not None
    keys = list(page.raw.get("assets", {}) or {})  # type: ignore[call-overload]
    assert [asset.key for asset in page.assets] == keys[:500]


def test_the_table_has_a_row_for_each_file_and_their_sum() -> None:
    results = [Result("a.json", 2, 1, 0, ("It is not JSON: x | y.",), ()), Result("b.json", 1, 0, 1, (), ())]
    lines = table_of(results).splitlines()
    assert lines[2] == "| a.json | 2 | 1 | 0 | 1 x It is not JSON: x \\| y. | 0 |  |"
    assert lines[-1] == "| **2 files** | 3 | 1 | 1 | 1 | 0 |  |"
