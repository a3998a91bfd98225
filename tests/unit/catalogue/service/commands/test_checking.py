"""`check` in this process: its table and its exit code."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from eohub_catalogue.service.command import run
from eohub_catalogue.service.commands.checking import Finding, Report, lines_of
from eohub_catalogue.service.commands.terminal import DONE, FOUND_FAULTS
from eohub_catalogue.service.settings import CatalogueSettings

COLLECTION: dict[str, Any] = {
    "type": "Collection",
    "stac_version": "1.1.0",
    "id": "c",
    "description": "Scenes",
    "license": "other",
    "extent": {
        "spatial": {"bbox": [[0, 0, 1, 1]]},
        "temporal": {"interval": [["2024-01-01T00:00:00Z", None]]},
    },
    "links": [],
}


def item(identity: str, **more: Any) -> dict[str, Any]:
    ring = [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "stac_extensions": [],
        "id": identity,
        "collection": "c",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "bbox": [0, 0, 1, 1],
        "properties": {"datetime": "2024-01-01T00:00:00Z"},
        "assets": {"data": {"href": "https://example.org/a.tif"}},
        "links": [],
        **more,
    }


@pytest.fixture
def settings(tmp_path: Path) -> CatalogueSettings:
    return CatalogueSettings(database_url=f"sqlite:///{tmp_path / 'catalogue.sqlite'}")


def fill(settings: CatalogueSettings, folder: Path, *documents: dict[str, Any]) -> None:
    file = folder / "in.json"
    file.write_text(json.dumps(documents))
    assert run(["import", str(file)], settings) == DONE


def test_a_catalogue_without_defects_says_so(
    settings: CatalogueSettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(settings, tmp_path, COLLECTION, item("1"), item("2"))
    assert run(["check", "--strict"], settings) == DONE
    assert capsys.readouterr().out.splitlines() == [
        "2 items and 1 collections.",
        "The store is whole: what it is searched by agrees with what it keeps.",
    ]


def test_defects_are_counted_by_kind_with_the_first_ids(
    settings: CatalogueSettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    documents = [item(f"{number}", geometry=None, bbox=None) for number in range(5)]
    away = item("away", collection="other", links=[{"rel": "up", "href": "../x.json"}, {"rel": "no"}])
    bare = {"type": "Collection", "id": "bare", "extent": {}}
    fill(settings, tmp_path, COLLECTION, bare, *documents, away)
    assert run(["check"], settings) == DONE
    out = capsys.readouterr().out
    table = {line.split()[1]: line for line in out.splitlines() if "  " in line}
    assert table["geometry_null"].split()[0] == "5"
    assert "[c/0, c/1, c/2, ...]" in table["geometry_null"]
    assert "[other/away]" in table["collection_missing"]
    assert "[other/away]" in table["link_relative"]
    for code in ("collection_empty", "collection_license", "collection_spatial", "collection_temporal"):
        assert "[bare]" in table[code]
    assert run(["check", "--strict"], settings) == FOUND_FAULTS


def test_a_store_that_contradicts_itself_is_a_fault_and_says_what_to_do(
    settings: CatalogueSettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(settings, tmp_path, COLLECTION, item("1"))
    with sqlite3.connect(tmp_path / "catalogue.sqlite") as database:
        database.execute("UPDATE item SET west = 7")
    assert run(["check"], settings) == FOUND_FAULTS
    out = capsys.readouterr().out
    assert out.startswith("The store:\n        1  columns_differ")
    assert "import that into a new database" in out


def test_an_empty_store_is_whole(settings: CatalogueSettings, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check"], settings) == DONE
    assert "0 items and 0 collections." in capsys.readouterr().out


def test_the_most_frequent_kind_stands_first() -> None:
    report = Report(documents={"a": Finding("A.", 1, ["x"]), "b": Finding("B.", 1_500, ["y" * 3])})
    rows = list(lines_of(report))
    assert rows[1].split()[:2] == ["1,500", "b"]
    assert rows[2].endswith("A.  [x]")
