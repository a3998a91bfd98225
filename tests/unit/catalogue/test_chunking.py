"""The two chunkings of one cube: told by its name, explained; the other is found in the same catalogue."""

from typing import Any

import pytest
from fakes.stac_catalogue import MemoryCatalogue
from fakes.stac_documents import cube_item

from eohub_catalogue.chunking import chunking_of, sister_of
from eohub_catalogue.contract import CatalogueSource
from eohub_catalogue.item_contract import ItemKey
from eohub_catalogue.server.catalogues import Catalogues
from eohub_catalogue.server.routes import item as asked
from eohub_catalogue.server.settings import ServerSettings
from eohub_catalogue.summary import summary_of

MAPS = "ICON-SSP3-7.0-sfc-hourly-high-maps-v0"
SERIES = "ICON-SSP3-7.0-sfc-hourly-high-timeseries-v0"
STORE = "https://api.earthdatahub.example.org/climate-dt-2"


def at(href: str, own_id: str = "cube") -> dict[str, Any]:
    return cube_item(id=own_id, assets={"data": {"href": href, "type": "application/vnd.zarr"}})


@pytest.mark.parametrize(
    ("item", "best_for"),
    [
        (cube_item(id=MAPS), "maps"),
        (cube_item(id=SERIES), "series"),
        (cube_item(id="era5-timeseries"), "series"),
        (at(f"{STORE}/{MAPS}.zarr"), "maps"),
        (at(f"{STORE}/{SERIES}.zarr/"), "series"),
        (at(f"{STORE}/x.zarr", SERIES), "series"),
    ],
)
def test_a_name_tells_the_chunking(item: dict[str, Any], best_for: str) -> None:
    chunking = summary_of(item, "edh").chunking
    assert chunking is not None
    assert chunking.best_for == best_for
    assert "slow" in chunking.told


@pytest.mark.parametrize(
    "item",
    [
        cube_item(),
        cube_item(id="maps"),
        cube_item(id="roadmaps-2026"),
        cube_item(id="a-mapset-v0"),
        cube_item(id=7, assets=None),
        cube_item(id=None, assets={"data": "text"}),
    ],
)
def test_what_only_sounds_like_it_tells_nothing(item: dict[str, Any]) -> None:
    assert chunking_of(item) is None
    assert sister_of(item) is None


def test_the_sister_has_the_other_name() -> None:
    assert sister_of({"id": MAPS}) == SERIES
    assert sister_of({"id": SERIES}) == MAPS
    assert sister_of(at(f"{STORE}/{MAPS}.zarr")) is None


@pytest.mark.parametrize(("names", "found"), [([MAPS, SERIES], SERIES), ([MAPS], None)])
async def test_a_page_leads_to_the_sister_that_the_catalogue_has(names: list[str], found: str | None) -> None:
    source = CatalogueSource(id="edh", title="Earth Data Hub", path="edh", kind="earthdatahub")
    held = MemoryCatalogue([cube_item(id=name) for name in names])
    catalogues = Catalogues(lambda: ServerSettings(catalogues=(source,)), lambda _: held)
    collection = cube_item()["collection"]
    detail = await asked(ItemKey(catalogue="edh", collection=collection, item=MAPS), catalogues)
    expected = None if found is None else ItemKey(catalogue="edh", collection=collection, item=found)
    assert detail.sister == expected
