"""Who is who: issuer and subject make a person; the hub user name and the number are given once and kept."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    Row,
    Table,
    Text,
    UniqueConstraint,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError

from eohub_hub.people.names import first_free, slug, stem
from eohub_toolkit.db import open_engine, transaction, upgrade
from eohub_toolkit.errors import Conflict, Invalid

_MIGRATIONS = Path(__file__).parent / "migrations"
_ATTEMPTS = 50
_MOST_REMEMBERED = 20_000
# OpenID Connect Core 1.0, section 2: a subject has at most 255 ASCII characters.
_LONGEST_SUBJECT = 255
# The audit log names what nobody in particular did.
_RESERVED = frozenset({"system"})

metadata = MetaData()

people = Table(
    "people",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("name", Text, nullable=False, unique=True),
    UniqueConstraint("issuer", "subject"),
    # A number becomes a user id on one machine, so it must never be given twice.
    sqlite_autoincrement=True,
    sqlite_strict=True,
)


@dataclass(frozen=True)
class Person:
    """One account of one issuer; `name` is the hub user name, `number` counts from 1."""

    number: int
    issuer: str
    subject: str
    name: str


class People:
    """The registry of persons, in SQLite or PostgreSQL. Its methods block: call them in a thread.

    What is given once and kept may be remembered: every form and every start asks for a name.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._remembered: dict[str, Person] = {}

    @classmethod
    def open(cls, url: str) -> Self:
        """Open the registry at a SQLAlchemy URL and bring its schema up to date."""
        engine = open_engine(url)
        upgrade(engine, _MIGRATIONS)
        return cls(engine)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def enrol(self, issuer: str, subject: str, preferred_name: str) -> Person:
        """The person behind an account, made at the first call; a later `preferred_name` changes nothing."""
        usable = 0 < len(subject) <= _LONGEST_SUBJECT and subject.isascii() and subject.isprintable()
        if not usable or not 0 < len(issuer) <= 255:
            raise Invalid("The identity provider sent no usable subject for your account.")
        for _ in range(_ATTEMPTS):
            known = self._find(people.c.issuer == issuer, people.c.subject == subject)
            if known is not None:
                return known
            try:
                self._add(issuer, subject, slug(preferred_name))
            except IntegrityError:
                # Somebody else took the name, or this account was enrolled beside us: look again.
                continue
        raise Conflict("No free user name was found for your account.", hint="Try again in a moment.")

    def named(self, name: str) -> Person | None:
        """The person with this hub user name, or None for a name that was never given."""
        known = self._remembered.get(name) or self._find(people.c.name == name)
        if known is not None:
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[name] = known
        return known

    def _find(self, *conditions: object) -> Person | None:
        with transaction(self._engine) as connection:
            row = connection.execute(select(people).where(*conditions)).one_or_none()  # pyright: ignore[reportArgumentType]
        return None if row is None else _person(row)

    def _add(self, issuer: str, subject: str, base: str) -> None:
        with transaction(self._engine) as connection:
            name = first_free(base, _RESERVED | _names_like(connection, stem(base)))
            connection.execute(insert(people).values(issuer=issuer, subject=subject, name=name))


def _names_like(connection: Connection, prefix: str) -> frozenset[str]:
    names = connection.scalars(select(people.c.name).where(people.c.name.startswith(prefix, autoescape=True)))
    return frozenset(names)


def _person(row: Row[tuple[int, str, str, str]]) -> Person:
    return Person(number=row.number, issuer=row.issuer, subject=row.subject, name=row.name)
