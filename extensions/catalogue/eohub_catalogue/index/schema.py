"""The tables of an SQLite file, made or brought to the newest version before anything else is asked."""

from pathlib import Path

from alembic.util import CommandError
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DatabaseError

from eohub_toolkit.db import upgrade
from eohub_toolkit.errors import Conflict, Unavailable


def change_tables(engine: Engine, migrations: Path) -> None:
    """Bring a file to the newest of its migrations in one step, which a second process waits for.

    Raises Unavailable where it cannot be opened, Conflict where a newer version has made it; then it stays
    as it is.
    """
    place = engine.url.database or ""
    event.listen(engine, "begin", lock_for_writing)
    try:
        Path(place).parent.mkdir(parents=True, exist_ok=True)
        upgrade(engine, migrations)
    except (OSError, DatabaseError) as error:
        raise Unavailable(
            f"The catalogue's database {place} cannot be opened.",
            hint="Look at its folder's permissions and free space, and that it is a database.",
        ) from error
    except CommandError as error:
        raise Conflict(
            "The catalogue's database was made by a newer version.", hint="Install that version again."
        ) from error
    finally:
        event.remove(engine, "begin", lock_for_writing)


def lock_for_writing(connection: Connection) -> None:
    """Hold the write lock from the first statement of a transaction, so that reads in it stay true."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")
