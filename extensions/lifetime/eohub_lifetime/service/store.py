"""Keeps what is remembered of servers in a database: the only place with a connection."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from sqlalchemy import Engine, Row, and_, delete, insert, select

from eohub_lifetime.running import Record, ServerKey
from eohub_lifetime.service.tables import servers
from eohub_lifetime.verdict import Cause
from eohub_toolkit.db import open_engine, transaction, upgrade

_MIGRATIONS = Path(__file__).parent / "migrations"


class SqlRecords:
    """Records in SQLite or PostgreSQL. Its methods block: call them in a thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str) -> Self:
        """Open the table at a SQLAlchemy URL and bring its schema up to date."""
        engine = open_engine(url)
        upgrade(engine, _MIGRATIONS)
        return cls(engine)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def load(self) -> Mapping[ServerKey, Record]:
        """Everything that is remembered."""
        with transaction(self._engine) as connection:
            return {
                ServerKey(row.person, row.server): _record(row) for row in connection.execute(select(servers))
            }

    def write(self, changed: Mapping[ServerKey, Record | None]) -> None:
        """Replace what is remembered of these servers, None: forget it; all or nothing."""
        rows = [_row(key, record) for key, record in changed.items() if record is not None]
        with transaction(self._engine) as connection:
            for key in changed:
                its = and_(servers.c.person == key.user, servers.c.server == key.server)
                connection.execute(delete(servers).where(its))
            if rows:
                connection.execute(insert(servers), rows)


def _row(key: ServerKey, record: Record) -> dict[str, Any]:
    return {
        "person": key.user,
        "server": key.server,
        "started_at": record.started_at,
        "active_at": record.active_at,
        "heard_at": record.heard_at,
        "keep_until": record.keep_until,
        "refused_since": record.refused_since,
        "announced": json.dumps({cause.value: since for cause, since in record.announced.items()}),
    }


def _record(row: Row[Any]) -> Record:
    announced = {Cause(cause): float(since) for cause, since in json.loads(row.announced).items()}
    return Record(
        started_at=row.started_at,
        active_at=row.active_at,
        heard_at=row.heard_at,
        keep_until=row.keep_until,
        refused_since=row.refused_since,
        announced=MappingProxyType(announced),
    )
