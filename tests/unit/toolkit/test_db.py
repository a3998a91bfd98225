from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import text

from eohub_toolkit.db import open_engine, transaction
from eohub_toolkit.errors import Unavailable


def test_sqlite_is_durable_and_checks_foreign_keys(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'a.sqlite'}")
    with transaction(engine) as connection:
        pragmas = {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in PRAGMAS}
    assert pragmas == PRAGMAS


PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'a.sqlite'}")
    with transaction(engine) as connection:
        connection.execute(text("CREATE TABLE cube (name TEXT) STRICT"))

    def insert_and_fail() -> None:
        with transaction(engine) as connection:
            connection.execute(text("INSERT INTO cube VALUES ('a')"))
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        insert_and_fail()
    with transaction(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM cube")).scalar() == 0


def test_a_database_that_cannot_be_opened_is_unavailable(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'missing' / 'a.sqlite'}")
    with pytest.raises(Unavailable, match="database cannot be used"), transaction(engine):
        pass


def test_many_may_open_a_new_database_at_the_same_moment(tmp_path: Path) -> None:
    def opened(url: str, together: Barrier) -> str:
        together.wait()
        engine = open_engine(url)
        with engine.connect() as connection:
            mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
        engine.dispose()
        return mode

    for number in range(25):
        url, together = f"sqlite:///{tmp_path}/{number}.sqlite", Barrier(4)
        with ThreadPoolExecutor(4) as threads:
            modes = list(threads.map(opened, [url] * 4, [together] * 4))
        assert modes == ["wal"] * 4


def test_a_full_disk_is_called_one(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'a.sqlite'}")
    with transaction(engine) as connection:
        connection.execute(text("CREATE TABLE cube (name TEXT) STRICT"))
        # To SQLite a file that may not grow is a full disk.
        connection.execute(text("PRAGMA max_page_count = 2"))
    with pytest.raises(Unavailable, match="disk is full"), transaction(engine) as connection:
        connection.execute(text("INSERT INTO cube VALUES (:name)"), {"name": "x" * 100_000})
