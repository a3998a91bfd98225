"""A database of JupyterHub 5 becomes one of today's, with a copy of what it was."""

import sqlite3
from contextlib import closing
from pathlib import Path

import alembic.command
import pytest
from alembic.config import Config
from jupyterhub.dbutil import write_alembic_ini
from jupyterhub.orm import Base
from sqlalchemy import create_engine

from eohub_hub.local.errors import BrokenState
from eohub_hub.local.state import StateFolder
from eohub_hub.local.tools import find_tools
from eohub_hub.local.upgrade import newest_revision, revision_of, upgrade_database

OF_JUPYTERHUB_5 = "4621fec11365"


def quiet(_: str) -> None:
    """Nobody watches."""


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    """A state folder whose hub was last run by JupyterHub 5, with a person in its database."""
    state = StateFolder(tmp_path / "state")
    state.prepare()
    database = state.root / "hub" / "jupyterhub.sqlite"
    engine = create_engine(f"sqlite:///{database}")
    Base.metadata.create_all(engine)
    engine.dispose()
    write_alembic_ini(str(tmp_path / "alembic.ini"), f"sqlite:///{database}")
    configuration = Config(str(tmp_path / "alembic.ini"))
    alembic.command.stamp(configuration, "head")
    alembic.command.downgrade(configuration, OF_JUPYTERHUB_5)
    with closing(sqlite3.connect(database)) as writing:
        writing.execute("INSERT INTO users (name, admin, cookie_id) VALUES ('demo', 0, 'x')")
        writing.commit()
    return state


def names(database: Path) -> list[tuple[str]]:
    with closing(sqlite3.connect(database)) as reading:
        return reading.execute("SELECT name FROM users").fetchall()


def spoil(database: Path) -> None:
    """Make the last of the revisions fail: a column that it wants to make is there."""
    with closing(sqlite3.connect(database)) as writing:
        writing.execute("ALTER TABLE spawners ADD COLUMN display_name TEXT")
        writing.commit()


def test_an_older_database_is_copied_and_brought_up_to_date_with_its_people(state: StateFolder) -> None:
    database = state.root / "hub" / "jupyterhub.sqlite"
    copy = upgrade_database(state, find_tools(), quiet)
    assert copy is not None
    assert revision_of(database) == newest_revision()
    assert revision_of(copy) == OF_JUPYTERHUB_5
    assert names(database) == names(copy) == [("demo",)]
    assert copy.stat().st_mode & 0o777 == 0o600
    assert upgrade_database(state, find_tools(), quiet) is None, "and only once"


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(state: StateFolder) -> None:
    database = state.root / "hub" / "jupyterhub.sqlite"
    spoil(database)
    with pytest.raises(BrokenState, match="could not be brought up to date"):
        upgrade_database(state, find_tools(), quiet)
    assert revision_of(database) == OF_JUPYTERHUB_5
    assert names(database) == [("demo",)]


def test_the_copy_of_an_earlier_upgrade_is_never_put_back_for_this_one(state: StateFolder) -> None:
    database = state.root / "hub" / "jupyterhub.sqlite"
    outdated = database.read_bytes()
    upgrade_database(state, find_tools(), quiet)
    database.write_bytes(outdated)
    with closing(sqlite3.connect(database)) as writing:
        writing.execute("INSERT INTO users (name, admin, cookie_id) VALUES ('since', 0, 'y')")
        writing.commit()
    spoil(database)
    with pytest.raises(BrokenState, match="could not be brought up to date"):
        upgrade_database(state, find_tools(), quiet)
    assert names(database) == [("demo",), ("since",)]


def test_what_a_killed_try_had_copied_is_what_a_failure_goes_back_to(state: StateFolder) -> None:
    database = state.root / "hub" / "jupyterhub.sqlite"
    spoil(database)
    database.with_name(f"{database.name}.upgrading").write_bytes(database.read_bytes())
    with closing(sqlite3.connect(database)) as writing:
        writing.execute("DELETE FROM users")
        writing.commit()
    with pytest.raises(BrokenState):
        upgrade_database(state, find_tools(), quiet)
    assert names(database) == [("demo",)]
    assert not database.with_name(f"{database.name}.upgrading").exists()
