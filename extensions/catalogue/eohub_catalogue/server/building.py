"""Building a local index: one round over all documents, bounded, and continued where it was stopped."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from eohub_catalogue.errors import CatalogueBusy
from eohub_catalogue.index.ports import StacStore
from eohub_catalogue.server.documents import MOST_LINKED, Contents, Documents, Read, contents_of
from eohub_catalogue.server.intake import Intake
from eohub_catalogue.server.notes import Noted, Notes
from eohub_toolkit.errors import EohubError, NotFound, Unavailable

_AT_ONCE = 8
_MOST_FAULTS_IN_A_ROW = 20
_PROBLEMS_NAMED = 200
_LONGEST_PAUSE_SECONDS = 60.0

type _Arrived = tuple[str, int, Read]
"""Address, depth and what was read there."""


@dataclass(frozen=True)
class Limits:
    """How much of a catalogue an index takes in: documents, steps from the root, bytes read, and links.

    What leads on from its documents is counted in characters.
    """

    documents: int = 200_000
    depth: int = 32
    bytes: int = 4 * 1024**3
    linked: int = MOST_LINKED


@dataclass
class Tally:
    """How far a round is, and what could not be read in it."""

    done: int = 0
    known: int = 0
    bytes: int = 0
    unread: int = 0
    named: list[str] = field(default_factory=list[str])
    cut: str | None = None

    def complain(self, where: str, reason: str) -> None:
        """Count a document that could not be read, and name it, up to some hundred of them."""
        self.unread += 1
        if len(self.named) < _PROBLEMS_NAMED:
            self.named.append(f"{where[:120]}: {reason[:200]}")

    def sentence(self) -> str | None:
        """What the person should know, or None."""
        said = [self.cut] if self.cut else []
        if self.unread:
            more = ["and more"] if self.unread > len(self.named) else []
            said.append("\n".join([f"{self.unread} could not be read:", *self.named, *more]))
        return " ".join(said) or None


class Round:
    """One reading of all documents into a store. `tally` may be read at any time."""

    def __init__(
        self,
        documents: Documents,
        store: StacStore,
        notes: Notes,
        limits: Limits,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._documents = documents
        self._notes = notes
        self._intake = Intake(store, notes)
        self._limits = limits
        self._pause = pause
        self._number = 1
        self._before: dict[str, Noted] = {}
        self._waiting: deque[tuple[str, int]] = deque()
        self._met: set[str] = set()
        self._gone: set[str] = set()
        self._root: str | None = None
        self._faults = 0
        self._linked = 0
        self.tally = Tally()

    async def run(self) -> None:
        """Read everything that has not been read yet in this round; raises where that cannot go on."""
        self._number = int((await asyncio.to_thread(self._notes.facts)).get("round", "1"))
        self._before = await asyncio.to_thread(self._notes.all)
        beginning = await self._documents.beginning()
        self._root = beginning[0] if len(beginning) == 1 else None
        self._lead_on(beginning, -1)
        try:
            await self._read_all()
        finally:
            # Also where it is stopped: what was read need not be read again.
            await asyncio.shield(self._intake.flush())
        if self.tally.cut is None:
            for address in self._before:
                if address not in self._met or address in self._gone:
                    await self._intake.forget(address)
        await asyncio.to_thread(lambda: self._notes.state(round=str(self._number + 1)))

    async def _read_all(self) -> None:
        running: dict[asyncio.Task[Read | None], tuple[str, int]] = {}
        try:
            while self._waiting or running:
                while self._waiting and len(running) < _AT_ONCE:
                    address, depth = self._waiting.popleft()
                    if not self._was_read(address, depth):
                        running[asyncio.create_task(self._read(address))] = address, depth
                if running:
                    done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                    arrived: list[_Arrived] = []
                    for task in [each for each in running if each in done]:
                        address, depth = running.pop(task)
                        read = await self._finish(task, address, depth)
                        if read is not None:
                            arrived.append((address, depth, read))
                    await self._take_in(arrived)
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    def _was_read(self, address: str, depth: int) -> bool:
        """Whether a document was read in this round, before it was stopped, or is known to be unchanged."""
        before = self._before.get(address)
        if before is None:
            return False
        is_same = before.stamp is not None and before.stamp == self._documents.stamp(address)
        if before.round != self._number and not is_same:
            return False
        self.tally.done += 1
        if before.problem is not None:
            self.tally.complain(self._documents.shown(address), before.problem)
        self._lead_on(before.links, depth)
        return True

    async def _read(self, address: str) -> Read | None:
        before = self._before.get(address)
        return await self._documents.read(address, before.stamp if before else None)

    async def _finish(self, task: asyncio.Task[Read | None], address: str, depth: int) -> Read | None:
        """What was read and is to be taken in, None where there is nothing new."""
        before = self._before.get(address)
        try:
            read = task.result()
        except CatalogueBusy as error:
            self._count_fault(error)
            await self._pause(min(error.seconds, _LONGEST_PAUSE_SECONDS))
            self._waiting.append((address, depth))
            return None
        except EohubError as error:
            self._fail(address, depth, error)
        else:
            self._faults = 0
            if read is not None:
                return read
            if before is not None:
                await self._keep(address, depth, before)
        self.tally.done += 1
        return None

    def _fail(self, address: str, depth: int, error: EohubError) -> None:
        if address == self._root:
            raise error
        if isinstance(error, Unavailable):
            self._count_fault(error)
        before = self._before.get(address)
        if isinstance(error, NotFound) and before is not None:
            self._gone.add(address)
            return
        self.tally.complain(self._documents.shown(address), error.detail)
        if before is not None:
            # A host that is away or at fault has not lost its documents.
            self._lead_on(before.links, depth)

    def _count_fault(self, error: EohubError) -> None:
        self._faults += 1
        if self._faults > _MOST_FAULTS_IN_A_ROW:
            raise error

    async def _keep(self, address: str, depth: int, noted: Noted) -> None:
        """Note a document as met in this round and go on from it."""
        await self._intake.finish(address, replace(noted, round=self._number))
        if noted.problem is not None:
            self.tally.complain(self._documents.shown(address), noted.problem)
        self._lead_on(noted.links, depth)

    def _lead_on(self, addresses: Sequence[str], depth: int) -> None:
        self._linked += sum(map(len, addresses))
        for address in addresses:
            if address in self._met:
                continue
            if depth >= self._limits.depth:
                self.tally.cut = f"Only {self._limits.depth} steps from its root are in the index."
            elif len(self._met) >= self._limits.documents:
                self.tally.cut = f"Only its first {self._limits.documents} files are in the index."
                break
            else:
                self._met.add(address)
                self._waiting.append((address, depth + 1))
        self.tally.known = len(self._met)

    async def _take_in(self, arrived: Iterable[_Arrived]) -> None:
        """Take in what came together: to walk each file in a thread of its own costs more than the walk."""
        taken = [each for each in arrived if self._fits(each[2])]
        parts = [contents_of(self._documents, address, read.readings) for address, _, read in taken]
        firsts = await asyncio.to_thread(lambda: [next(each) for each in parts])
        for (address, depth, read), rest, first in zip(taken, parts, firsts, strict=True):
            await self._take_in_one(address, depth, read, first, rest)
            self.tally.done += 1

    def _fits(self, read: Read) -> bool:
        self.tally.bytes += read.bytes
        if self.tally.bytes <= self._limits.bytes:
            return True
        self.tally.cut = f"Only the first {self._limits.bytes // 2**20} MiB of it are in the index."
        self._waiting.clear()
        self.tally.done += 1
        return False

    async def _take_in_one(
        self, address: str, depth: int, read: Read, part: Contents, rest: Iterator[Contents]
    ) -> None:
        links, problems = list[str](), list[str]()
        while True:
            await self._intake.add(address, part)
            links += part.links
            problems += part.problems[:1]
            if part.last:
                break
            part = await asyncio.to_thread(next, rest)
        problem = problems[0] if problems else None
        followed = self._followed(links)
        # What is not followed to its end is read again, so that it is told again.
        stamp = read.stamp if len(followed) == len(links) else None
        await self._keep(address, depth, Noted(stamp, followed, self._number, problem))

    def _followed(self, links: Sequence[str]) -> tuple[str, ...]:
        left = self._limits.linked - self._linked
        for number, link in enumerate(links):
            left -= len(link)
            if left < 0:
                self.tally.cut = "It has more links than are followed for an index."
                return tuple(links[:number])
        return tuple(links)
