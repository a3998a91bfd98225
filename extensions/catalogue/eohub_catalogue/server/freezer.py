"""The port Freezer: searches being frozen by this server, and what a killed one left."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel

from eohub_catalogue.contract import FreezeQuery, FrozenList, FrozenState, NewCatalogue
from eohub_catalogue.index.placing import clean
from eohub_catalogue.naming import distinct, slug_of
from eohub_catalogue.server.catalogues import Catalogues
from eohub_catalogue.server.home import Home
from eohub_catalogue.server.keeping import KeptFile
from eohub_catalogue.server.packing import room_of
from eohub_catalogue.server.web import Web
from eohub_toolkit.errors import Conflict, EohubError, NotFound, TooMany

if TYPE_CHECKING:
    from eohub_catalogue.server.freezing import Freezing

MOST_AT_ONCE = 3
_MOST_REMEMBERED = 50


class Rooms(BaseModel):
    """Where searches are being frozen, so that what a killed server leaves is found."""

    rooms: tuple[str, ...] = ()


class _Job:
    """One search that is being frozen or was."""

    def __init__(self, identifier: str, query: FreezeQuery, shown: str, freezing: "Freezing") -> None:
        self.identifier = identifier
        self.title = query.title
        self.shown = shown
        self.freezing = freezing
        self.task: asyncio.Task[None] | None = None
        self.state: Literal["freezing", "ready", "stopped", "failed"] = "freezing"

    def told(self) -> FrozenState:
        """How far it is."""
        count = self.freezing.count
        return FrozenState(
            id=self.identifier,
            title=self.title,
            path=self.shown,
            state=self.state,
            items=count.items,
            assets=count.assets,
            bytes=count.bytes,
            problem=" ".join(count.problems)[:1000] or None,
        )


class FileFreezer:
    """Freezes into new folders and .zip files below the home folder; each becomes a catalogue of its own."""

    def __init__(
        self,
        catalogues: Catalogues,
        web: Callable[[], Web],
        home: Home,
        unfinished: Path,
        clock: Callable[[], datetime],
    ) -> None:
        self._catalogues = catalogues
        self._web = web
        self._home = home
        self._unfinished = KeptFile(unfinished, Rooms(), "The list of what is being frozen")
        self._clock = clock
        self._jobs: dict[str, _Job] = {}
        self._taking: set[Path] = set()
        self._cleaned = False

    async def freeze(self, query: FreezeQuery) -> FrozenState:
        """Begin; returns at once. Raises Invalid or Conflict for a path that cannot be taken."""
        await self._clean()
        target = await asyncio.to_thread(self._home.new, query.path)
        if target in self._taking:
            raise Conflict(f"{self._home.shown(target)} is being written already.")
        if len(self._taking) >= MOST_AT_ONCE:
            raise TooMany(
                f"{MOST_AT_ONCE} searches are being frozen already.", hint="Wait for one of them, or stop it."
            )
        self._taking.add(target)
        try:
            asked = [
                (
                    search,
                    await self._catalogues.source(search.catalogue),
                    await self._catalogues.get(search.catalogue),
                )
                for search in query.searches
            ]
            await self._unfinished.change(
                lambda before: Rooms(rooms=(*before.rooms, self._home.kept(room_of(target))))
            )
        except BaseException:
            self._taking.discard(target)
            raise
        identifier = distinct(slug_of(query.title), self._jobs)
        # What writes items takes long to import, and few searches are frozen.
        from eohub_catalogue.server.freezing import Freezing

        freezing = Freezing(query, asked, target, self._web, self._clock)
        job = _Job(identifier, query, self._home.shown(target), freezing)
        self._forget_the_oldest()
        self._jobs[identifier] = job
        job.task = asyncio.create_task(self._run(job, target))
        # A task that is stopped before it began would not even know that it was stopped.
        await asyncio.sleep(0)
        return job.told()

    async def frozen(self) -> FrozenList:
        """Return all of this server's, newest first."""
        await self._clean()
        return FrozenList(frozen=tuple(job.told() for job in reversed(self._jobs.values())))

    async def stop(self, identifier: str) -> FrozenState:
        """Stop one and leave nothing of it behind; raises NotFound."""
        job = self._jobs.get(identifier)
        if job is None or job.task is None:
            raise NotFound("This search is not being frozen.", hint="Reload the panel.")
        job.task.cancel()
        await asyncio.gather(job.task, return_exceptions=True)
        return job.told()

    async def wait(self, identifier: str) -> None:
        """Wait until one has ended; nothing happens where there is none."""
        job = self._jobs.get(identifier)
        if job is not None and job.task is not None:
            await asyncio.wait([job.task])

    async def _run(self, job: _Job, target: Path) -> None:
        count = job.freezing.count
        try:
            await job.freezing.run()
            await self._add_to_catalogues(job)
            job.state = "ready"
        except EohubError as error:
            job.state = "failed"
            count.problems = [error.detail]
        except asyncio.CancelledError:
            job.state = "stopped"
        finally:
            if job.state == "freezing":
                # Our own fault: the log has it, and the panel must not wait for ever.
                job.state = "failed"
                count.problems = ["Something went wrong on our side."]
            self._taking.discard(target)
            room = self._home.kept(room_of(target))
            await asyncio.shield(
                self._unfinished.change(lambda old: Rooms(rooms=tuple(r for r in old.rooms if r != room)))
            )

    async def _add_to_catalogues(self, job: _Job) -> None:
        try:
            await self._catalogues.add(NewCatalogue(address=job.shown, title=job.title))
        except EohubError as error:
            job.freezing.count.problems.append(f"It is not in the list of catalogues: {error.detail}")

    async def _clean(self) -> None:
        """Remove what a killed server has left; once, when the first is asked for."""
        if self._cleaned:
            return
        self._cleaned = True
        rooms = (await self._unfinished.read()).content.rooms
        if not rooms:
            return
        gone = [room for room in rooms if await asyncio.to_thread(self._is_cleaned, room)]
        await self._unfinished.change(
            lambda before: Rooms(rooms=tuple(room for room in before.rooms if room not in gone))
        )

    def _is_cleaned(self, room: str) -> bool:
        try:
            return clean(self._home.path_of(room, trusted=False))
        except EohubError:
            # It lies outside of the home folder, so it is none of ours.
            return True

    def _forget_the_oldest(self) -> None:
        over = len(self._jobs) - _MOST_REMEMBERED + 1
        ended = [each for each, job in self._jobs.items() if job.state != "freezing"]
        for identifier in ended[: max(0, over)]:
            del self._jobs[identifier]
