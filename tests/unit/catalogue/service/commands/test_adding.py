"""`add` in this process, on a database of its own."""

import json
from pathlib import Path

import pytest

from eohub_catalogue.service.command import run
from eohub_catalogue.service.settings import CatalogueSettings
from eohub_toolkit.errors import Conflict, Invalid, NotFound

ITEM: dict[str, object] = {
    "type": "Feature",
    "stac_version": "1.1.0",
    "id": "i",
    "collection": "c",
    "geometry": None,
    "properties": {"datetime": "2024-01-01T00:00:00Z"},
    "assets": {"a": {"href": "x.tif"}},
    "links": [],
}


@pytest.fixture
def settings(tmp_path: Path) -> CatalogueSettings:
    return CatalogueSettings(database_url=f"sqlite:///{tmp_path / 'catalogue.sqlite'}")


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().err.splitlines()[1:]


def test_a_new_collection_and_an_item_for_it(
    settings: CatalogueSettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["add", "--new-collection", "c", "--title", "Test scenes"], settings) == 0
    assert lines(capsys) == ["Collection c: added."]
    file = tmp_path / "i.json"
    file.write_text(json.dumps(ITEM))
    assert run(["add", str(file)], settings) == 0
    said = lines(capsys)
    assert said[0] == "Item i: added."
    assert all(line.startswith("note: ") for line in said[1:])
    assert any("geometry" in line for line in said[1:])
    assert run(["add", str(file)], settings) == 0
    assert lines(capsys)[0] == "Item i: it was there as it is."
    file.write_text(json.dumps(ITEM | {"bbox": [0, 0, 1, 1]}))
    assert run(["add", str(file)], settings) == 0
    assert lines(capsys)[0] == "Item i: changed."


def test_a_collection_that_exists_is_not_made_anew(settings: CatalogueSettings) -> None:
    run(["add", "--new-collection", "c"], settings)
    with pytest.raises(Conflict, match="already"):
        run(["add", "--new-collection", "c"], settings)


def test_a_missing_collection_and_none_are_noted(
    settings: CatalogueSettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "i.json"
    file.write_text(json.dumps(ITEM))
    run(["add", str(file)], settings)
    assert "note: There is no collection 'c' yet; --new-collection makes one." in lines(capsys)
    file.write_text(json.dumps({name: value for name, value in ITEM.items() if name != "collection"}))
    run(["add", str(file)], settings)
    assert any("names no collection" in line for line in lines(capsys))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "It is not JSON"),
        ("[]", "holds 0 documents"),
        (json.dumps([ITEM, ITEM]), "holds 2 documents"),
        ('{"type": "Catalog", "id": "x"}', "neither an item nor a collection"),
        (json.dumps(ITEM | {"id": ""}), "no usable id"),
    ],
)
def test_what_is_no_single_document_is_refused(
    settings: CatalogueSettings, tmp_path: Path, content: str, sentence: str
) -> None:
    file = tmp_path / "x.json"
    file.write_text(content)
    with pytest.raises(Invalid, match=sentence):
        run(["add", str(file)], settings)


def test_a_file_that_is_not_there_is_a_sentence(settings: CatalogueSettings, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="cannot be read: No such file"):
        run(["add", str(tmp_path / "missing.json")], settings)


@pytest.mark.parametrize("arguments", [["add"], ["add", "x.json", "--new-collection", "c"]])
def test_either_a_file_or_a_new_collection(
    settings: CatalogueSettings, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        run(arguments, settings)
    assert "usage: eohub-catalogue" in capsys.readouterr().err
