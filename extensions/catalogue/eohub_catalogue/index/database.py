"""The SQLite file: one writer, readers that are stopped when their time is up, and what SQL can call."""

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count
from pathlib import Path
from threading import Event
from typing import Any

import anyio.to_thread
import shapely
from anyio import CapacityLimiter
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, Engine, event

from eohub_catalogue.index.deriving import is_derived
from eohub_catalogue.index.footprint import box_shape
from eohub_catalogue.index.interval import moment
from eohub_catalogue.index.relations import TURNED, calculated, folded, related, texts_in_relation
from eohub_catalogue.index.schema import change_tables, lock_for_writing
from eohub_catalogue.index.statements import Statement
from eohub_catalogue.index.upgrading import Upgrade, Upgrading
from eohub_toolkit.db import transaction
from eohub_toolkit.errors import Unavailable

MIGRATIONS = Path(__file__).parent / "migrations"
_INSTRUCTIONS_BETWEEN_LOOKS = 10_000
# Eight times SQLite's own: searches by place touch rows all over the file.
_READER_CACHE = "PRAGMA cache_size=-16384"
# Indexes are written all over the file: 64 MiB of cache and of log keep a page from being written many times.
_WRITER_PRAGMAS = ("cache_size=-65536", "wal_autocheckpoint=16384")
_FUNCTIONS: Sequence[tuple[str, int, Callable[..., object]]] = (
    ("cql2_moment", 1, moment),
    ("cql2_fold", 2, folded),
    ("cql2_calculate", 3, calculated),
    ("cql2_lists", 3, texts_in_relation),
)

_UNWANTED: ContextVar[Event | None] = ContextVar("unwanted", default=None)
"""Set when nobody waits for a reading any more."""


class Database:
    """Transactions on one SQLite file, for blocking work in threads."""

    def __init__(
        self,
        engine: Engine,
        *,
        search_seconds: float,
        readers: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.engine = engine
        self._search_seconds = search_seconds
        self._clock = clock
        self._threads = CapacityLimiter(readers)
        self._shapes: dict[int, BaseGeometry] = {}
        self._handles = count(1)
        self._upgrading: Upgrading | None = None
        event.listen(engine, "connect", self._prepare)

    async def in_thread[*Given, Result](self, work: Callable[[*Given], Result], *given: *Given) -> Result:
        """Run blocking work, as much at once as there may be readers; raises BeingUpgraded."""
        self._check()
        return await anyio.to_thread.run_sync(work, *given, limiter=self._threads)

    async def while_wanted[*Given, Result](self, work: Callable[[*Given], Result], *given: *Given) -> Result:
        """The same for work that reads: where its caller is cancelled, its statement is stopped."""
        self._check()
        stop = Event()
        token = _UNWANTED.set(stop)
        try:
            return await anyio.to_thread.run_sync(work, *given, limiter=self._threads, abandon_on_cancel=True)
        finally:
            stop.set()
            _UNWANTED.reset(token)

    def bring_up_to_date(self, how: Upgrade) -> None:
        """Make or change the tables; raises Unavailable where it cannot be, Conflict for a newer version."""
        change_tables(self.engine, MIGRATIONS)
        with transaction(self.engine) as connection:
            if is_derived(connection):
                return
        self._upgrading = Upgrading(self.writing, how)
        self._upgrading.begin()

    def close(self) -> None:
        """Let go of all connections."""
        if self._upgrading is not None:
            self._upgrading.stop()
        self.engine.dispose()

    def _check(self) -> None:
        if self._upgrading is not None:
            self._upgrading.check()

    def deadline(self) -> Callable[[], bool]:
        """Tells from now on whether the time that one answer may take is over."""
        until = self._clock() + self._search_seconds
        return lambda: self._clock() > until

    @contextmanager
    def reading(self) -> Generator[Connection]:
        """A connection on which a statement is stopped when its time is up; then raises Unavailable."""
        is_late = self.deadline()
        # A thread is given the context of who started it.
        unwanted = _UNWANTED.get()

        def is_over() -> bool:
            return is_late() or (unwanted is not None and unwanted.is_set())

        with transaction(self.engine) as connection:
            database: Any = connection.connection.dbapi_connection
            # A connection that has written would keep the cache that writing needs.
            database.execute(_READER_CACHE)
            database.set_progress_handler(is_over, _INSTRUCTIONS_BETWEEN_LOOKS)
            try:
                yield connection
            except Exception as error:
                if is_over():
                    raise Unavailable(
                        f"The search took longer than {self._search_seconds:g} s.",
                        hint="Narrow it by collection, dates or area.",
                    ) from error
                raise
            finally:
                database.set_progress_handler(None, 0)

    @contextmanager
    def writing(self) -> Generator[Connection]:
        """A transaction that holds the write lock from its first statement, so that reads in it stay true."""
        with transaction(self.engine) as connection:
            for pragma in _WRITER_PRAGMAS:
                connection.exec_driver_sql(f"PRAGMA {pragma}")
            lock_for_writing(connection)
            yield connection

    def rows(self, connection: Connection, statement: Statement) -> Sequence[Any]:
        """The rows of a statement; its shapes can be compared with while it runs."""
        handles = {name: next(self._handles) for name in statement.shapes}
        for name, shape in statement.shapes.items():
            shapely.prepare(shape)
            self._shapes[handles[name]] = shape
        try:
            # The driver knows named parameters by itself; SQLAlchemy's own take as long again as the search.
            return connection.exec_driver_sql(statement.sql, statement.parameters | handles).all()
        finally:
            for handle in handles.values():
                del self._shapes[handle]

    def _prepare(self, connection: Any, _: object) -> None:
        connection.create_function("is_related", 7, self._is_related, deterministic=True)
        for name, arguments, function in _FUNCTIONS:
            connection.create_function(name, arguments, function, deterministic=True)
        connection.execute(_READER_CACHE)

    def _is_related(
        self,
        handle: int,
        relation: str,
        shape: bytes | None,
        west: float,
        south: float,
        east: float,
        north: float,
    ) -> bool | None:
        """The SQL function that compares an item's shape, or else its box, with a shape of the query."""
        try:
            mine = shapely.from_wkb(shape) if shape is not None else box_shape(west, south, east, north)
        except ShapelyError:
            return None
        # The query's shape comes first: it is prepared to be compared with many.
        return related(TURNED.get(relation, relation), self._shapes[handle], mine)
