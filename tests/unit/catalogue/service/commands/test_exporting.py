"""`export` in this process: what is written is what `import` reads."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from eohub_catalogue.service.command import run
from eohub_catalogue.service.commands.terminal import DONE, FOUND_FAULTS
from eohub_catalogue.service.settings import CatalogueSettings
from eohub_toolkit.errors import Conflict, Invalid, NotFound, Unavailable

COLLECTION = {"type": "Collection", "stac_version": "1.1.0", "id": "a", "extent": {}, "links": []}


def item(identity: str, collection: str, day: int, west: float, **more: Any) -> dict[str, Any]:
    ring = [[west, 0], [west + 1, 0], [west + 1, 1], [west, 1], [west, 0]]
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "id": identity,
        "collection": collection,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "bbox": [west, 0, west + 1, 1],
        "properties": {"datetime": f"2024-01-{day:02}T00:00:00Z", "eo:cloud_cover": day},
        "assets": {"data": {"href": f"{identity}.tif"}},
        "links": [{"rel": "license", "href": "https://example.org/l"}],
        **more,
    }


ITEMS = [item("1", "a", 1, 0), item("2", "a", 2, 50), item("3", "b", 3, 0)]


@pytest.fixture
def settings(tmp_path: Path) -> CatalogueSettings:
    settings = CatalogueSettings(database_url=f"sqlite:///{tmp_path / 'catalogue.sqlite'}")
    file = tmp_path / "in.json"
    file.write_text(json.dumps([COLLECTION, *ITEMS]))
    assert run(["import", str(file)], settings) == DONE
    return settings


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_ndjson_has_the_collections_and_then_the_items(settings: CatalogueSettings, tmp_path: Path) -> None:
    target = tmp_path / "out.ndjson"
    assert run(["export", str(target)], settings) == DONE
    assert lines(target) == [COLLECTION, *reversed(ITEMS)]


@pytest.mark.parametrize("name", ["out.ndjson", "out.parquet", "out"])
def test_every_format_can_be_imported_again_and_is_the_same(
    settings: CatalogueSettings, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["export", str(tmp_path / name)], settings) == DONE
    assert "3 items; left out: 0" in capsys.readouterr().err
    source = tmp_path / name / "catalog.json" if name == "out" else tmp_path / name
    assert run(["import", str(source)], settings) == DONE
    said = capsys.readouterr().err
    # Parquet has one type of number and its own order of names: equal, but another text.
    changed = 3 if name == "out.parquet" else 0
    assert f"items: 0 new, {changed} changed, {3 - changed} unchanged; collections: 0 new" in said
    again = tmp_path / "again.ndjson"
    run(["export", str(again)], settings)
    assert lines(again) == [COLLECTION, *reversed(ITEMS)]


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        (["--collection", "a"], ["a", "2", "1"]),
        (["--bbox=-10,-10,10,10"], ["a", "3", "1"]),
        (["--bbox", "-10,-10,10,10"], ["a", "3", "1"]),
        (["--datetime", "2024-01-02T00:00:00Z/.."], ["a", "3", "2"]),
        (["--filter", "\"eo:cloud_cover\" < 2 OR id = '3'"], ["a", "3", "1"]),
        (["--bbox=-10,-10,10,10", "--collection", "a", "--datetime", "../2024-01-01T00:00:00Z"], ["a", "1"]),
    ],
)
def test_a_part_can_be_chosen(
    settings: CatalogueSettings, tmp_path: Path, words: list[str], ids: list[str]
) -> None:
    target = tmp_path / "out.ndjson"
    assert run(["export", str(target), *words], settings) == DONE
    assert [one["id"] for one in lines(target)] == ids


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["--bbox", "1,2"], Invalid),
        (["--filter", "cloud <"], Invalid),
        (["--datetime", "yesterday"], Invalid),
        (["--collection", "missing"], NotFound),
    ],
)
def test_a_wrong_choice_leaves_no_file(
    settings: CatalogueSettings, tmp_path: Path, words: list[str], error: type[Exception]
) -> None:
    before = sorted(tmp_path.iterdir())
    with pytest.raises(error):
        run(["export", str(tmp_path / "out.ndjson"), *words], settings)
    assert [path for path in sorted(tmp_path.iterdir()) if "catalogue.sqlite" not in path.name] == [
        path for path in before if "catalogue.sqlite" not in path.name
    ]


def test_what_is_there_is_only_replaced_with_force(settings: CatalogueSettings, tmp_path: Path) -> None:
    target = tmp_path / "out.ndjson"
    target.write_text("mine")
    with pytest.raises(Conflict, match="exists"):
        run(["export", str(target)], settings)
    assert target.read_text() == "mine"
    assert run(["export", str(target), "--force"], settings) == DONE
    assert len(lines(target)) == 4


def test_a_json_file_is_no_format(settings: CatalogueSettings, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="neither NDJSON"):
        run(["export", str(tmp_path / "out.json")], settings)


def test_an_item_that_parquet_cannot_hold_is_named_and_left_out(
    settings: CatalogueSettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = tmp_path / "odd.json"
    odd.write_text(
        json.dumps([ITEMS[0] | {"id": "odd", "bbox": [[0, 0, 1, 1]]}, ITEMS[0] | {"id": "half\udc00"}])
    )
    run(["import", str(odd)], settings)
    target = tmp_path / "out.parquet"
    assert run(["export", str(target)], settings) == FOUND_FAULTS
    said = capsys.readouterr().err
    assert "a/odd: Its bounding box is not four or six numbers." in said
    assert "3 items; left out: 1" in said
    assert pq.read_metadata(target).num_rows == 3


def test_a_folder_that_cannot_be_written_to_is_a_sentence(
    settings: CatalogueSettings, tmp_path: Path
) -> None:
    for name in ("out.ndjson", "out.parquet", "out"):
        with pytest.raises(Unavailable, match="cannot be written"):
            run(["export", str(tmp_path / "missing" / name)], settings)
