"""Which schema a database has, and whether JupyterHub here knows it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from eohub_hub.local.errors import BrokenState, NewerState
from eohub_hub.local.upgrade import newest_revision, outdated_revision, revision_of

OF_JUPYTERHUB_5 = "4621fec11365"


def stamped(path: Path, revision: str) -> Path:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        database.execute("INSERT INTO alembic_version VALUES (?)", [revision])
        database.commit()
    return path


def test_a_database_that_is_not_there_or_new_has_nothing_to_bring_up_to_date(tmp_path: Path) -> None:
    assert outdated_revision(tmp_path / "absent") is None
    assert not (tmp_path / "absent").exists()
    (tmp_path / "empty").touch()
    assert outdated_revision(tmp_path / "empty") is None


def test_a_database_of_this_jupyterhub_is_left_alone(tmp_path: Path) -> None:
    assert outdated_revision(stamped(tmp_path / "hub.sqlite", newest_revision())) is None


def test_a_database_of_jupyterhub_5_is_outdated(tmp_path: Path) -> None:
    path = stamped(tmp_path / "hub.sqlite", OF_JUPYTERHUB_5)
    assert revision_of(path) == OF_JUPYTERHUB_5 != newest_revision()
    assert outdated_revision(path) == OF_JUPYTERHUB_5


def test_a_database_of_a_newer_jupyterhub_is_refused_by_that_name(tmp_path: Path) -> None:
    with pytest.raises(NewerState, match="newer JupyterHub"):
        outdated_revision(stamped(tmp_path / "hub.sqlite", "ffffffffffff"))


def test_what_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "hub.sqlite").write_bytes(b"scribble" * 200)
    with pytest.raises(BrokenState, match="is no database"):
        outdated_revision(tmp_path / "hub.sqlite")
