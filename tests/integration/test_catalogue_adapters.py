"""The adapter for STAC APIs before two real ones: the service beside the hub, and pgstac on PostgreSQL."""

import json
from collections.abc import Generator
from typing import Any

import pytest
from fakes.pgstac_service import pgstac_service
from fakes.stac_documents import cube_item
from fakes.stac_service import catalogue_service

from eohub_catalogue.contract import CatalogueSource, CollectionQuery, SearchQuery
from eohub_catalogue.errors import ItemNotFound
from eohub_catalogue.server.stac_api import StacApi
from eohub_catalogue.server.web import Web


def scene(identifier: str, west: float, east: float, **properties: Any) -> dict[str, Any]:
    ring = [[west, 0], [east, 0], [east, 1], [west, 1], [west, 0]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    box = [west, 0, east, 1]
    return cube_item(
        id=identifier, collection="optical", geometry=shape, bbox=box, assets={}, properties=properties
    )


def number_of(number: int) -> dict[str, Any]:
    told = {"eo:cloud_cover": number * 4.0, "platform": "s2a" if number % 2 else "s2b"}
    when = f"2020-01-{number + 1:02d}T00:00:00Z"
    return scene(f"scene-{number}", number, number + 1, datetime=when, **told)


EAST = [scene(f"east-{n}", 175, 176 + n / 10, datetime="2021-01-01T00:00:00Z") for n in range(7)]
WEST = [scene(f"west-{n}", -176 - n / 10, -175, datetime="2021-01-01T00:00:00Z") for n in range(7)]
SPAN = {"datetime": None, "start_datetime": "2018-01-01T00:00:00Z", "end_datetime": "2019-01-01T00:00:00Z"}
ITEMS = [*(number_of(number) for number in range(25)), *EAST, *WEST, scene("span", 50, 51, **SPAN)]
COLLECTION = {
    "type": "Collection", "stac_version": "1.0.0", "id": "optical", "title": "Optical things",
    "description": "Optical scenes", "license": "CC-BY-4.0", "links": [],
    "extent": {"spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [[None, None]]}},
}  # fmt: skip
SQUARE = {"type": "Polygon", "coordinates": [[[2.5, 0], [6.5, 0], [6.5, 1], [2.5, 1], [2.5, 0]]]}
ACROSS = {f"{side}-{number}" for side in ("east", "west") for number in range(7)}


def scenes(*numbers: int) -> set[str]:
    return {f"scene-{number}" for number in numbers}


SEARCHES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "everything": ({"collections": ["optical"]}, {item["id"] for item in ITEMS}),
    "ids": ({"ids": ["scene-3", "scene-4"]}, scenes(3, 4)),
    "time": ({"start": "2020-01-02", "end": "2020-01-03"}, scenes(1, 2)),
    "a span": ({"start": "2018-06-01", "end": "2018-06-02"}, {"span"}),
    "box": ({"area": {"bbox": [2.5, 0.2, 3.5, 0.8]}}, scenes(2, 3)),
    "shape": ({"area": {"geometry": SQUARE}}, scenes(2, 3, 4, 5, 6)),
    "across 180": ({"area": {"bbox": [170, -10, -170, 10]}}, ACROSS),
    "beyond 180": ({"area": {"bbox": [170, -10, 190, 10]}}, ACROSS),
    "words": ({"words": "scene-3"}, scenes(3)),
    "cloud": ({"properties": [{"property": "eo:cloud_cover", "op": "<=", "value": 8}]}, scenes(0, 1, 2)),
    "one of": (
        {"properties": [{"property": "platform", "op": "in", "value": ["s2a"]}]},
        scenes(*range(1, 25, 2)),
    ),
    "like": (
        {
            "properties": [{"property": "platform", "op": "like", "value": "s2%"}],
            "cql2": "eo:cloud_cover > 90",
        },
        scenes(23, 24),
    ),
    "after a day": ({"properties": [{"property": "datetime", "op": ">=", "value": "2021-01-01"}]}, ACROSS),
    "cql2": ({"cql2": "eo:cloud_cover BETWEEN 10 AND 18 OR id = 'span'"}, {*scenes(3, 4), "span"}),
    "all": ({"cql2": "platform = 's2a'", "area": {"geometry": SQUARE}, "end": "2020-01-05"}, scenes(3)),
    "nothing": ({"cql2": "platform = 's3'"}, set()),
}


@pytest.fixture(scope="module", params=["service", "pgstac"])
def root(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "pgstac":
        with pgstac_service(folder, collections=[COLLECTION]) as pgstac:
            assert pgstac.load_items(ITEMS) == []
            yield pgstac.root
        return
    documents = folder / "documents.ndjson"
    documents.write_text("\n".join(json.dumps(each) for each in (COLLECTION, *ITEMS)), "utf-8")
    with catalogue_service(folder) as service:
        assert service.store(documents).returncode == 0
        yield service.root


@pytest.fixture
def catalogue(root: str) -> StacApi:
    source = CatalogueSource(id="real", title="Real", url=root)
    return StacApi(Web.guarded([], {}, 20), source)


@pytest.mark.parametrize("limit", [4, 100])
@pytest.mark.parametrize("name", SEARCHES)
async def test_a_search_finds_each_item_once(catalogue: StacApi, name: str, limit: int) -> None:
    fields, expected = SEARCHES[name]
    asked = SearchQuery.model_validate({"catalogue": "real", "limit": limit, **fields})
    found: list[str] = []
    page = await catalogue.search(asked)
    for _ in range(50):
        found += [str(item["id"]) for item in page.features if isinstance(item, dict)]
        if page.next is None:
            break
        page = await catalogue.search(asked.model_copy(update={"page": page.next}))
    assert page.next is None
    assert sorted(found) == sorted(expected)


async def test_collections_queryables_and_items_are_told(catalogue: StacApi) -> None:
    listed = await catalogue.collections(CollectionQuery(words="things"))
    assert [each.id for each in listed.collections] == ["optical"]
    told = await catalogue.queryables("optical")
    assert {"eo:cloud_cover", "platform"} <= {each.name for each in told.queryables}
    item = await catalogue.item("optical", "scene-3")
    assert isinstance(item, dict)
    assert item["id"] == "scene-3"
    with pytest.raises(ItemNotFound):
        await catalogue.item("optical", "scene-99")
