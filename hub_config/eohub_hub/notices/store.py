"""Where banner, terms and acceptances are kept: tables in the hub's own database of persons."""

from datetime import datetime
from pathlib import Path
from typing import Any, Self

from sqlalchemy import (
    Column,
    Engine,
    Integer,
    MetaData,
    Row,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError

from eohub_hub.notices.model import Banner, Terms
from eohub_toolkit.db import open_engine, transaction, upgrade
from eohub_toolkit.errors import Conflict

_MIGRATIONS = Path(__file__).parent / "migrations"

metadata = MetaData()

banner_table = Table(
    "banner",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("content", Text, nullable=False),
    sqlite_strict=True,
)
terms_table = Table(
    "terms",
    metadata,
    Column("version", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("published_at", nullable=False),
    Column("published_by", Text, nullable=False),
    sqlite_strict=True,
)
acceptances = Table(
    "terms_acceptances",
    metadata,
    Column("version", Integer, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("accepted_at", nullable=False),
    sqlite_strict=True,
)


class NoticeStore:
    """Banner, terms and acceptances in SQLite or PostgreSQL. Its methods block: call them in a thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str) -> Self:
        """Open the tables at a SQLAlchemy URL and bring their schema up to date."""
        engine = open_engine(url)
        upgrade(engine, _MIGRATIONS)
        return cls(engine)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def banner(self) -> Banner | None:
        """The banner that was put up last, also one that has ended; None after it was taken down."""
        with transaction(self._engine) as connection:
            content = connection.scalar(select(banner_table.c.content))
        return None if content is None else Banner.model_validate_json(content)

    def put_banner(self, banner: Banner | None) -> None:
        """Put a banner in the place of the one before, or take it down."""
        with transaction(self._engine) as connection:
            connection.execute(delete(banner_table))
            if banner is not None:
                connection.execute(insert(banner_table).values(number=1, content=banner.model_dump_json()))

    def terms(self) -> Terms | None:
        """The newest terms of use, None where none were published."""
        newest = select(terms_table).order_by(terms_table.c.version.desc()).limit(1)
        with transaction(self._engine) as connection:
            row = connection.execute(newest).one_or_none()
        return None if row is None else _terms(row)

    def publish(self, text: str, by: str, now: datetime) -> Terms:
        """Publish a new version; raises Conflict when somebody else published at the same moment."""
        current = self.terms()
        version = 1 if current is None else current.version + 1
        row = {"version": version, "text": text, "published_at": now.isoformat(), "published_by": by}
        try:
            with transaction(self._engine) as connection:
                connection.execute(insert(terms_table).values(row))
        except IntegrityError as error:
            raise Conflict(
                f"Version {version} of the terms of use was published a moment ago.",
                hint="Read it, then publish yours again if it is still needed.",
            ) from error
        return Terms(version=version, text=text, published_at=now, published_by=by)

    def accept(self, version: int, name: str, now: datetime) -> None:
        """Note that somebody accepted a version; the first time counts."""
        row = {"version": version, "name": name, "accepted_at": now.isoformat()}
        try:
            with transaction(self._engine) as connection:
                connection.execute(insert(acceptances).values(row))
        except IntegrityError:
            return

    def has_accepted(self, version: int, name: str) -> bool:
        """Tell whether somebody accepted a version."""
        return self._has(acceptances.c.version == version, acceptances.c.name == name)

    def accepted_by(self, version: int) -> int:
        """How many people accepted a version."""
        count = select(func.count()).select_from(acceptances).where(acceptances.c.version == version)
        with transaction(self._engine) as connection:
            return connection.scalar(count) or 0

    def _has(self, *conditions: Any) -> bool:
        with transaction(self._engine) as connection:
            return connection.scalar(select(acceptances.c.version).where(*conditions)) is not None


def _terms(row: Row[Any]) -> Terms:
    published_at = datetime.fromisoformat(row.published_at)
    return Terms(version=row.version, text=row.text, published_at=published_at, published_by=row.published_by)
