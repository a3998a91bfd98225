"""A catalogue without a search of its own, searched through an index on this machine."""

import asyncio
import fcntl
import logging
import os
import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from eohub_catalogue.contract import IndexState
from eohub_catalogue.index.store import SqliteStore
from eohub_catalogue.server.building import Limits, Round, Tally
from eohub_catalogue.server.documents import Documents
from eohub_catalogue.server.notes import Notes
from eohub_toolkit.errors import Conflict, EohubError, Unavailable

_LOG = logging.getLogger(__name__)

type State = Literal["none", "building", "ready", "stopped", "failed"]


@dataclass(frozen=True)
class Opened:
    """The two files of an index that is in use."""

    store: SqliteStore
    notes: Notes


class LocalIndex:
    """The index of one catalogue in a folder of its own; nothing is opened before it is asked for.

    `fresh_for` is how long it is used before the documents are looked through again, None for until asked.
    """

    def __init__(
        self,
        folder: Path,
        documents: Documents,
        clock: Callable[[], datetime],
        fresh_for: timedelta | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.documents = documents
        self._folder = folder
        self._clock = clock
        self._fresh_for = fresh_for
        self._limits = limits or Limits()
        self._opening = asyncio.Lock()
        self._opened: Opened | None = None
        self._building: asyncio.Task[None] | None = None
        self._tally = Tally()
        self.fault: EohubError | None = None

    async def opened(self) -> Opened:
        """Its files, made where they are missing; raises Unavailable."""
        async with self._opening:
            if self._opened is None:
                self._opened = await asyncio.to_thread(self._open)
            return self._opened

    @property
    def is_building(self) -> bool:
        """Whether documents are being read."""
        return self._building is not None and not self._building.done()

    async def state(self) -> IndexState:
        """How far it is."""
        notes = (await self.opened()).notes
        facts = await asyncio.to_thread(notes.facts)
        documents, items = await asyncio.to_thread(notes.counts)
        state, problem = _state_of(facts.get("state")), facts.get("problem") or None
        total: int | None = documents
        if self.is_building:
            state, problem = "building", self._tally.sentence()
            documents, total = self._tally.done, self._tally.known or None
        elif state == "building":
            # This server has not begun it: another one is at it, or one has ended in the middle.
            state = "building" if await asyncio.to_thread(self._is_locked) else "stopped"
            total = None
        if self.fault is not None and state in ("none", "stopped"):
            state, problem = "failed", self.fault.detail
        built = facts.get("built")
        return IndexState(
            state=state,
            documents=documents,
            items=items,
            total=total,
            built=datetime.fromisoformat(built) if built else None,
            problem=problem,
        )

    async def freshen(self, patience_seconds: float) -> IndexState:
        """Begin to look the documents through where that is due, and wait a little for it."""
        if not self.is_building and await self._is_due():
            await self.build()
        if self._building is not None and patience_seconds > 0:
            await asyncio.wait([self._building], timeout=patience_seconds)
        return await self.state()

    async def build(self) -> IndexState:
        """Begin to build, or to look for what has changed; returns at once."""
        if not self.is_building:
            opened = await self.opened()
            self._tally = Tally()
            self.fault = None
            self._building = asyncio.create_task(self._build(opened))
            # So that the state says so as soon as this returns.
            await asyncio.sleep(0)
        return await self.state()

    async def stop(self) -> IndexState:
        """Stop building; what has been read stays."""
        await self._end()
        return await self.state()

    async def remove(self) -> None:
        """Stop and delete it, also where it cannot be opened."""
        await self._end()
        async with self._opening:
            if self._opened is not None:
                await self._opened.store.close()
                self._opened.notes.close()
                self._opened = None
            await self.documents.close()
            await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    def _open(self) -> Opened:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        notes: Notes | None = None
        try:
            notes = Notes(self._folder / "documents.sqlite")
            return Opened(SqliteStore.open(f"sqlite:///{self._folder / 'items.sqlite'}"), notes)
        except (Conflict, Unavailable) as error:
            if notes is not None:
                notes.close()
            # The person's own copy of what can be read again.
            hint = f"{error.hint or ''} Or delete the folder {self._folder}: its index is built anew then."
            raise type(error)(error.detail, hint=hint.strip()) from error

    async def _end(self) -> None:
        if self._building is not None:
            self._building.cancel()
            await asyncio.gather(self._building, return_exceptions=True)

    async def _is_due(self) -> bool:
        facts = await asyncio.to_thread((await self.opened()).notes.facts)
        state, built = _state_of(facts.get("state")), facts.get("built")
        if state == "building" and await asyncio.to_thread(self._is_locked):
            return False
        if built is None or state != "ready":
            return True
        age = self._clock() - datetime.fromisoformat(built)
        return self._fresh_for is not None and age >= self._fresh_for

    async def _build(self, opened: Opened) -> None:
        notes = opened.notes
        with self._lock() as mine:
            if not mine:
                return
            reading = Round(self.documents, opened.store, notes, self._limits)
            self._tally = reading.tally
            outcome: State = "failed"
            try:
                await asyncio.to_thread(lambda: notes.state(state="building", problem=""))
                await reading.run()
                outcome = "ready"
            except asyncio.CancelledError:
                outcome = "stopped"
                raise
            except EohubError as error:
                self.fault = error
            except Exception:
                # Our own fault: no search takes what is there for the whole.
                _LOG.exception("An index could not be built.")
                self.fault = Unavailable("Something went wrong on our side.")
            finally:
                if self.fault is not None:
                    reading.tally.cut = self.fault.detail
                await asyncio.shield(asyncio.to_thread(self._conclude, notes, outcome))

    def _conclude(self, notes: Notes, outcome: State) -> None:
        built = {"built": self._clock().isoformat()} if outcome == "ready" else {}
        try:
            notes.state(state=outcome, problem=self._tally.sentence() or "", **built)
        except Unavailable as error:
            # A disk that is full takes no note of that either.
            self.fault = self.fault or error

    @contextmanager
    def _lock(self) -> Generator[bool]:
        """Whether this server may build: two at once would read everything twice."""
        descriptor = os.open(self._folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
        finally:
            os.close(descriptor)

    def _is_locked(self) -> bool:
        with self._lock() as mine:
            return not mine


def _state_of(kept: str | None) -> State:
    match kept:
        case "building" | "ready" | "stopped" | "failed":
            return kept
        case _:
            return "none"
