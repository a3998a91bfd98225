"""The process that reads data, seen from the Jupyter server: asked over pipes, stopped, started again.

Data is read outside of the Jupyter server because the libraries that do so block, take memory, and can end a
process on damaged input; whatever happens there, the server and its kernels stay.
"""

import asyncio
import itertools
from collections.abc import Callable, Mapping
from contextlib import suppress

from pydantic import BaseModel

from eohub_cubes.errors import ReaderStopped, StoreDown
from eohub_cubes.server.messages import Answer, Ask, Stop, error_of
from eohub_cubes.server.processes import started
from eohub_cubes.server.settings import ServerSettings

_STUCK_SECONDS = 10.0
"""A question that nobody waits for ends with its next read; one that goes on has to be ended from outside."""
_STOPPED = "The reader of data ended before it was done."
_STOPPED_HINT = "Ask again; where it happens again, the data may be damaged or too large for this server."


class ReaderProcess:
    """One process at a time, started with the first question and ended when nobody asks for a while."""

    def __init__(self, settings: Callable[[], ServerSettings], environ: Mapping[str, str]) -> None:
        self._settings = settings
        self._environ = environ
        self._process: asyncio.subprocess.Process | None = None
        self._starting = asyncio.Lock()
        self._waiting: dict[int, tuple[asyncio.subprocess.Process, asyncio.Future[Answer]]] = {}
        self._given_up: dict[int, asyncio.TimerHandle] = {}
        self._numbers = itertools.count(1)
        self._listening: asyncio.Task[None] | None = None
        self._idle: asyncio.TimerHandle | None = None

    async def ask[T: BaseModel](self, what: str, query: BaseModel, returns: type[T]) -> T:
        """Have a question answered; cancelled with its caller, and then its reads stop.

        Raises what the reader raised, ReaderStopped where it ended, StoreDown after the deadline.
        """
        process = await self._running()
        number = next(self._numbers)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[number] = (process, answer)
        self._stay()
        try:
            self._tell(process, Ask(number=number, what=what, query=query.model_dump(mode="json")))
            async with asyncio.timeout(self._settings().deadline_seconds):
                given = await answer
        except TimeoutError:
            raise StoreDown(
                "The data did not come in time.", hint="Try a smaller selection, or try again later."
            ) from None
        finally:
            del self._waiting[number]
            if not answer.done() or answer.cancelled():
                self._give_up(process, number)
            self._leave_later()
        if given.error is not None:
            raise error_of(given.error)
        return returns.model_validate(given.answer)

    async def close(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if self._idle is not None:
            self._idle.cancel()
        if process is not None:
            _end(process)
            await process.wait()
        if self._listening is not None:
            await self._listening

    async def _running(self) -> asyncio.subprocess.Process:
        async with self._starting:
            if self._process is None or self._process.returncode is not None:
                self._process = await started("worker", self._environ)
                self._listening = asyncio.create_task(self._listen(self._process))
            return self._process

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        try:
            while line := await process.stdout.readline():
                given = Answer.model_validate_json(line)
                if (timer := self._given_up.pop(given.number, None)) is not None:
                    timer.cancel()
                _, waiting = self._waiting.get(given.number, (None, None))
                if waiting is not None and not waiting.done():
                    waiting.set_result(given)
        except ValueError:
            # A line that is too long or no answer: nothing after it can be trusted.
            _end(process)
        await process.wait()
        for asked, waiting in self._waiting.values():
            if asked is process and not waiting.done():
                waiting.set_exception(ReaderStopped(_STOPPED, hint=_STOPPED_HINT))

    def _give_up(self, process: asyncio.subprocess.Process, number: int) -> None:
        if process.returncode is None:
            self._tell(process, Stop(number=number))
            later = asyncio.get_running_loop().call_later(_STUCK_SECONDS, _end, process)
            self._given_up[number] = later

    def _tell(self, process: asyncio.subprocess.Process, message: Ask | Stop) -> None:
        assert process.stdin is not None
        if process.returncode is None and not process.stdin.is_closing():
            process.stdin.write(message.model_dump_json().encode() + b"\n")

    def _stay(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _leave_later(self) -> None:
        if not self._waiting:
            self._stay()
            self._idle = asyncio.get_running_loop().call_later(self._settings().idle_seconds, self._leave)

    def _leave(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            # The end of its input is how it is told to go.
            process.stdin.close()


def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
