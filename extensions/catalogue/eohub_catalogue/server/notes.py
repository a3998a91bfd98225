"""What a local index remembers of the documents it was made from, so that they are not read in vain again."""

import json
import threading
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.exc import DatabaseError

from eohub_catalogue.index.schema import change_tables
from eohub_toolkit.db import open_engine, transaction
from eohub_toolkit.errors import EohubError, Unavailable

type Key = tuple[str, str]
"""Collection (empty for none) and id of an item."""

_MIGRATIONS = Path(__file__).parent / "migrations"
_OTHER_ITEM = "SELECT address FROM item WHERE collection = ? AND id = ? AND address <> ?"
_OTHER_COLLECTION = "SELECT address FROM collection WHERE id = ? AND address <> ?"
_DOCUMENTS = "SELECT address, stamp, links, round, problem FROM document"
_ITEMS_OF = "SELECT collection, id FROM item WHERE address = ?"
_COUNTS = """
SELECT (SELECT count(*) FROM document), (SELECT count(*) FROM (SELECT DISTINCT collection, id FROM item))
"""


@dataclass(frozen=True)
class Noted:
    """One document as it was met: `stamp` tells whether it has changed since, `links` lead on from it."""

    stamp: str | None
    links: tuple[str, ...]
    round: int
    problem: str | None = None


@dataclass(frozen=True)
class Held:
    """The items and collections that came from a document."""

    items: frozenset[Key] = frozenset()
    collections: frozenset[str] = frozenset()

    def __or__(self, other: "Held") -> "Held":
        """What is in either."""
        return Held(self.items | other.items, self.collections | other.collections)

    def __sub__(self, other: "Held") -> "Held":
        """What is only in the first."""
        return Held(self.items - other.items, self.collections - other.collections)


class Notes:
    """Notes in one SQLite file. A round is one reading of all documents, which may be done in several parts.

    Everything blocks and raises Unavailable where the file cannot be used; opening it raises Conflict where
    a newer version has made it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._engine = open_engine(f"sqlite:///{path}", pool_size=1)
        event.listen(self._engine, "connect", _relax)
        try:
            change_tables(self._engine, _MIGRATIONS)
        except EohubError:
            self._engine.dispose()
            raise

    def facts(self) -> Mapping[str, str]:
        """What was kept with `state`."""
        with self._using() as connection:
            return {row[0]: row[1] for row in connection.exec_driver_sql("SELECT name, value FROM fact")}

    def state(self, **facts: str) -> None:
        """Keep facts by name, in place of those of before."""
        with self._using() as connection:
            _each(connection, "INSERT OR REPLACE INTO fact VALUES (?, ?)", list(facts.items()))

    def all(self) -> dict[str, Noted]:
        """All documents by address."""
        with self._using() as connection:
            rows = connection.exec_driver_sql(_DOCUMENTS).all()
        return {row[0]: Noted(row[1], tuple(json.loads(row[2])), row[3], row[4]) for row in rows}

    def keep(self, notes: Mapping[str, Noted]) -> None:
        """Keep documents, all or nothing."""
        rows = [
            (address, noted.stamp, json.dumps(noted.links), noted.problem, noted.round)
            for address, noted in notes.items()
        ]
        with self._using() as connection:
            _each(connection, "INSERT OR REPLACE INTO document VALUES (?, ?, ?, ?, ?)", rows)

    def hold(self, held_by: Mapping[str, Held]) -> None:
        """Keep that items and collections came from documents, as the last that said so."""
        items = [(*key, address) for address, held in held_by.items() for key in held.items]
        collections = [(each, address) for address, held in held_by.items() for each in held.collections]
        with self._using() as connection:
            _each(connection, "INSERT OR REPLACE INTO item VALUES (?, ?, ?)", items)
            _each(connection, "INSERT OR REPLACE INTO collection VALUES (?, ?)", collections)

    def held(self, address: str) -> Held:
        """What came from a document."""
        with self._using() as connection:
            items = connection.exec_driver_sql(
                "SELECT collection, id FROM item WHERE address = ?", (address,)
            )
            keys = frozenset((row[0], row[1]) for row in items)
            ids = connection.exec_driver_sql("SELECT id FROM collection WHERE address = ?", (address,))
            return Held(keys, frozenset(row[0] for row in ids))

    def alone(self, address: str, held: Held) -> Held:
        """Those of a document that no other document holds.

        The documents that hold the rest too are read again in the next round: theirs may differ.
        """
        with self._using() as connection:
            items = {key for key in held.items if not _others(connection, _OTHER_ITEM, (*key, address))}
            collections = {
                each
                for each in held.collections
                if not _others(connection, _OTHER_COLLECTION, (each, address))
            }
        return Held(frozenset(items), frozenset(collections))

    def release(self, address: str, held: Held) -> None:
        """Forget that these came from a document."""
        items = [(*key, address) for key in held.items]
        collections = [(each, address) for each in held.collections]
        with self._using() as connection:
            _each(connection, "DELETE FROM item WHERE (collection, id, address) = (?, ?, ?)", items)
            _each(connection, "DELETE FROM collection WHERE (id, address) = (?, ?)", collections)

    def forget(self, addresses: Iterable[str]) -> None:
        """Forget documents."""
        with self._using() as connection:
            _each(connection, "DELETE FROM document WHERE address = ?", [(each,) for each in addresses])

    def addresses_of(self, keys: Sequence[Key]) -> Mapping[Key, str]:
        """Which document each item came from, the last that held it."""
        asked = "SELECT address FROM item WHERE collection = ? AND id = ? ORDER BY rowid DESC LIMIT 1"
        with self._using() as connection:
            rows = [(key, connection.exec_driver_sql(asked, key).fetchone()) for key in keys]
        return {key: row[0] for key, row in rows if row is not None}

    def address_of_collection(self, collection: str) -> str | None:
        """Which document a collection came from, the last that held it."""
        asked = "SELECT address FROM collection WHERE id = ? ORDER BY rowid DESC LIMIT 1"
        with self._using() as connection:
            found = connection.exec_driver_sql(asked, (collection,)).fetchone()
        return None if found is None else found[0]

    def collections_named(self) -> list[str]:
        """The collections that items name."""
        with self._using() as connection:
            rows = connection.exec_driver_sql(
                "SELECT DISTINCT collection FROM item WHERE collection <> ''"
            ).all()
        return [row[0] for row in rows]

    def counts(self) -> tuple[int, int]:
        """How many documents and items there are."""
        with self._using() as connection:
            documents, items = connection.exec_driver_sql(_COUNTS).one()
        return documents, items

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._engine.dispose()

    @contextmanager
    def _using(self) -> Generator[Connection]:
        with self._lock, transaction(self._engine) as connection, _in_words():
            yield connection


def _relax(connection: Any, _: object) -> None:
    # What a power cut takes is read again; waiting for the disk would take most of a round's time.
    connection.execute("PRAGMA synchronous=NORMAL")


def _each(connection: Connection, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
    if rows:
        connection.exec_driver_sql(statement, list(rows))


def _others(connection: Connection, asked: str, given: tuple[str, ...]) -> bool:
    """Whether other documents hold the same, which are to be read anew."""
    others = [(row[0],) for row in connection.exec_driver_sql(asked, given)]
    _each(connection, "UPDATE document SET stamp = NULL WHERE address = ?", others)
    return bool(others)


@contextmanager
def _in_words() -> Generator[None]:
    try:
        yield
    except DatabaseError as error:
        raise Unavailable(
            "The local index cannot be used now.",
            hint="Look whether your home folder is full; the index can be built anew.",
        ) from error
