"""One way to open a database, SQLite on one machine and PostgreSQL beyond it."""

import sqlite3
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import OperationalError

from eohub_toolkit.errors import Unavailable

# Durable and safe for one writer and many readers at once: https://sqlite.org/wal.html
_PRAGMAS = ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
_BUSY_SECONDS = 10.0


def open_engine(url: str, *, pool_size: int = 5) -> Engine:
    """Open `url`; an SQLite file gets WAL, full synchronisation, foreign keys and a 10 s busy timeout."""
    engine = create_engine(url, pool_pre_ping=True, pool_size=pool_size)
    if make_url(url).get_backend_name() == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    return engine


@contextmanager
def transaction(engine: Engine) -> Generator[Connection]:
    """One transaction: committed at the end, rolled back on any error; a dead database is Unavailable."""
    try:
        with engine.begin() as connection:
            yield connection
    except OperationalError as error:
        if "disk is full" in str(error.orig):
            raise Unavailable("The database's disk is full.", hint="Free some space, try again.") from error
        raise Unavailable("The database cannot be used now.", hint="Try again in a moment.") from error


def upgrade(engine: Engine, migrations: Path) -> None:
    """Bring the schema to the newest revision in the folder `migrations` (Alembic), in one transaction."""
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _prepare_sqlite(connection: Any, _: object) -> None:
    cursor = connection.cursor()
    until = time.monotonic() + _BUSY_SECONDS
    for pragma in _PRAGMAS:
        while not _is_set(cursor, pragma):
            if time.monotonic() > until:
                raise sqlite3.OperationalError("database is locked")
            time.sleep(0.02)
    cursor.close()


def _is_set(cursor: Any, pragma: str) -> bool:
    """Set a pragma; False where others are at it, for whom SQLite does not wait when the journal changes."""
    try:
        cursor.execute(f"PRAGMA {pragma}")
    except sqlite3.OperationalError as error:
        # The lower byte of https://sqlite.org/rescode.html says what, the rest why.
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True
