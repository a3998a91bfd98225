"""Each kind of catalogue is made by its source, and nothing is opened or asked by that."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.catalogue_documents import an_item
from fakes.catalogue_web import open_web
from fakes.frozen_searches import NoNetwork

from eohub_catalogue.contract import CatalogueSource, SearchQuery
from eohub_catalogue.ports import IndexedCatalogue
from eohub_catalogue.server.home import Home
from eohub_catalogue.server.opening import Opener
from eohub_toolkit.errors import Invalid, Unavailable

URL = "https://stac.example.org/catalog.json"


def opener(folder: Path, network: NoNetwork) -> Opener:
    (folder / "home").mkdir(exist_ok=True)
    web = open_web(network)
    return Opener(
        lambda: web, Home(folder / "home"), folder / "cache", lambda: datetime(2026, 3, 1, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("fields", "indexed"),
    [
        ({"url": URL}, False),
        ({"url": "https://hda.data.destination-earth.eu/stac/v2", "kind": "destine"}, False),
        ({"url": URL, "kind": "static"}, True),
        ({"path": "stac", "kind": "folder"}, True),
        ({"path": "edh", "kind": "earthdatahub"}, True),
        ({"path": "frozen.zip", "kind": "frozen"}, True),
    ],
)
def test_a_kind_has_its_adapter(tmp_path: Path, fields: dict[str, str], indexed: bool) -> None:
    network = NoNetwork()
    source = CatalogueSource.model_validate({"id": "a", "title": "A", **fields})
    made = opener(tmp_path, network).open(source)
    assert isinstance(made, IndexedCatalogue) is indexed
    assert network.asked == 0
    assert os.listdir(tmp_path) == ["home"]


async def test_a_folder_that_is_gone_is_said_by_its_search(tmp_path: Path) -> None:
    source = CatalogueSource(id="a", title="A", path="moved", kind="folder", own=True)
    made = opener(tmp_path, NoNetwork()).open(source)
    with pytest.raises(Unavailable, match="not there any more"):
        await made.search(SearchQuery(catalogue="a"))


def test_only_the_site_names_a_place_outside_of_the_home_folder(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    fields = {"id": "a", "title": "A", "kind": "folder", "path": str(tmp_path / "shared")}
    assert opener(tmp_path, NoNetwork()).open(CatalogueSource.model_validate(fields))
    with pytest.raises(Invalid):
        opener(tmp_path, NoNetwork()).open(CatalogueSource.model_validate({**fields, "own": True}))


async def test_a_folder_is_walked_once_for_all_requests_of_a_search(tmp_path: Path) -> None:
    now = [datetime(2026, 3, 1, tzinfo=UTC)]
    (tmp_path / "home" / "stac").mkdir(parents=True)
    made = Opener(
        lambda: open_web(NoNetwork()), Home(tmp_path / "home"), tmp_path / "cache", lambda: now[0]
    ).open(CatalogueSource(id="a", title="A", path="stac", kind="folder", own=True))
    found: list[int] = []
    for seconds in (0, 4, 1):
        now[0] += timedelta(seconds=seconds)
        found.append(len((await made.search(SearchQuery(catalogue="a"))).features))
        (tmp_path / "home" / "stac" / "one.json").write_text(json.dumps(an_item("one")))
    assert found == [0, 0, 1]


async def test_two_places_never_share_an_index(tmp_path: Path) -> None:
    made = opener(tmp_path, NoNetwork())
    for path in ("one", "other"):
        (tmp_path / "home").mkdir(exist_ok=True)
        (tmp_path / "home" / path).mkdir()
        catalogue = made.open(CatalogueSource(id="same", title="A", path=path, kind="folder", own=True))
        assert (await catalogue.search(SearchQuery(catalogue="same"))).features == []
    assert len(os.listdir(tmp_path / "cache")) == 2
