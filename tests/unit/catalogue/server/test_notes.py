"""The file of notes: it has a version, and one that this version cannot use is left as it is."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from eohub_catalogue.server.notes import Held, Noted, Notes
from eohub_toolkit.errors import Conflict, Unavailable

_NOTED = {f"a/{number}.json": Noted(f"stamp {number}", ("b.json",), 1) for number in range(500)}
_HELD = {address: Held(frozenset({("c", address)}), frozenset({"c"})) for address in _NOTED}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "index/documents.sqlite"
    notes = Notes(path)
    notes.state(state="ready")
    notes.keep(_NOTED)
    notes.hold(_HELD)
    notes.close()
    return path


def ask(path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(statement).fetchall()


def test_what_was_noted_is_there_for_the_next_server(path: Path) -> None:
    notes = Notes(path)
    assert notes.facts() == {"state": "ready"}
    assert notes.all() == _NOTED
    assert notes.held("a/7.json") == _HELD["a/7.json"]
    assert notes.addresses_of([("c", "a/7.json"), ("c", "gone")]) == {("c", "a/7.json"): "a/7.json"}
    assert notes.counts() == (500, 500)
    notes.close()


def test_nothing_to_keep_changes_nothing(path: Path) -> None:
    notes = Notes(path)
    notes.keep({})
    notes.hold({})
    notes.forget([])
    notes.release("a/7.json", Held())
    assert notes.counts() == (500, 500)
    notes.close()


def test_notes_of_before_there_were_versions_are_taken_over(path: Path) -> None:
    ask(path, "DROP TABLE alembic_version")
    notes = Notes(path)
    assert notes.all() == _NOTED
    notes.close()
    assert ask(path, "SELECT version_num FROM alembic_version") == [("0001",)]


def test_notes_of_a_newer_version_are_refused_and_lose_nothing(path: Path) -> None:
    ask(path, "UPDATE alembic_version SET version_num = '9999'")
    ask(path, "ALTER TABLE document ADD COLUMN later TEXT DEFAULT 'new'")
    before = ask(path, "SELECT * FROM document")
    with pytest.raises(Conflict, match="newer version"):
        Notes(path)
    assert ask(path, "SELECT * FROM document") == before
    assert ask(path, "SELECT version_num FROM alembic_version") == [("9999",)]


@pytest.mark.parametrize("damage", ["no database", "cut", "folder"])
def test_notes_that_are_damaged_are_refused_and_stay_as_they_are(path: Path, damage: str) -> None:
    whole = path.read_bytes()
    path.unlink()
    if damage == "folder":
        path.mkdir()
    else:
        path.write_bytes(b"x" * 5000 if damage == "no database" else whole[:100] + b"\xff" * 4000)
    before = None if damage == "folder" else path.read_bytes()
    with pytest.raises(Unavailable, match="cannot be opened"):
        Notes(path)
    assert (None if damage == "folder" else path.read_bytes()) == before


def test_damage_that_is_met_later_is_a_sentence(path: Path) -> None:
    root = ask(path, "SELECT rootpage FROM sqlite_schema WHERE name = 'document'")[0][0]
    assert isinstance(root, int)
    size = ask(path, "PRAGMA page_size")[0][0]
    assert isinstance(size, int)
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    notes = Notes(path)
    with pytest.raises(Unavailable, match="index cannot be used"):
        notes.all()
    assert notes.facts() == {"state": "ready"}
    notes.close()
