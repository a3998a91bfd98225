"""The command in this process, on a database of its own: what it prints and how it ends."""

import json
from pathlib import Path

import pytest

from eohub_catalogue.service.command import run
from eohub_catalogue.service.commands.terminal import DONE, FOUND_FAULTS
from eohub_catalogue.service.settings import CatalogueSettings


def item(identity: str | None) -> dict[str, object]:
    return {"type": "Feature", "id": identity, "collection": "c", "geometry": None, "properties": {}}


@pytest.fixture
def settings(tmp_path: Path) -> CatalogueSettings:
    return CatalogueSettings(database_url=f"sqlite:///{tmp_path / 'catalogue.sqlite'}")


def test_it_says_what_was_new_and_what_was_there(
    settings: CatalogueSettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.json"
    file.write_text(json.dumps([item("a"), item("b"), {"type": "Collection", "id": "c"}]))
    assert run(["import", str(file)], settings) == DONE
    assert capsys.readouterr().err == (
        f"Catalogue: {tmp_path / 'catalogue.sqlite'}\n"
        "items: 2 new, 0 changed, 0 unchanged; collections: 1 new, 0 changed, 0 unchanged; refused: 0\n"
    )
    file.write_text(json.dumps([item("a"), item("b") | {"bbox": [0, 0, 1, 1]}]))
    assert run(["import", str(file)], settings) == DONE
    assert "items: 0 new, 1 changed, 1 unchanged" in capsys.readouterr().err


def test_it_names_the_first_refusals_and_counts_the_others(
    settings: CatalogueSettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "[red]a.ndjson"
    file.write_text("".join(json.dumps(item(None)) + "\n" for _ in range(30)))
    assert run(["import", str(file)], settings) == FOUND_FAULTS
    errors = capsys.readouterr().err
    assert errors.count("The item has no usable id.") == 20
    assert f"{file}:20: " in errors
    assert "More documents are refused; they are counted only." in errors
    assert errors.endswith("refused: 30\n")


def test_another_database_can_be_named(settings: CatalogueSettings, tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text(json.dumps(item("a")))
    assert (
        run(["import", str(file), "--database-url", f"sqlite:///{tmp_path / 'other.sqlite'}"], settings)
        == DONE
    )
    assert (tmp_path / "other.sqlite").exists()
    assert not (tmp_path / "catalogue.sqlite").exists()


def test_documents_without_a_type_are_collections_where_that_is_said(
    settings: CatalogueSettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.json"
    file.write_text('{"id": "old"}')
    assert run(["import", str(file)], settings) == FOUND_FAULTS
    assert run(["import", str(file), "--collections"], settings) == DONE
    assert "collections: 1 new" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["import"], ["drop"], ["import", "--unknown", "x"]])
def test_a_wrong_command_line_shows_the_usage(
    settings: CatalogueSettings, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        run(arguments, settings)
    assert end.value.code == 2
    assert "usage: eohub-catalogue" in capsys.readouterr().err
