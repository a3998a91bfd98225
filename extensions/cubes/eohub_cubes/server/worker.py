"""The process that reads data: lines of JSON in, lines of JSON out, each question in a thread of its own."""

import logging
import os
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Lock
from typing import BinaryIO

from eohub_cubes.contract import SourceQuery
from eohub_cubes.errors import Cancelled, DataChanged, DataDamaged, NotReadable
from eohub_cubes.ports import Traffic
from eohub_cubes.reading.addresses import AllowedHosts
from eohub_cubes.reading.guard import Guard
from eohub_cubes.reading.memory import ServerMemory
from eohub_cubes.reading.opening import home_doors, use_doors
from eohub_cubes.reading.speeds import RememberedBandwidth, speeds_file
from eohub_cubes.reading.traffic import counted
from eohub_cubes.server.desk import Desk
from eohub_cubes.server.limits import limit_memory
from eohub_cubes.server.messages import LARGEST_MESSAGE, Answer, Ask, Message, Stop, failure_of, line_of
from eohub_cubes.server.operations import OPERATIONS, Operation
from eohub_cubes.server.settings import ServerSettings
from eohub_cubes.wire import Wire
from eohub_toolkit.errors import EohubError, Internal
from eohub_toolkit.settings import load

_AT_ONCE = 4
log = logging.getLogger("eohub.cubes")


class Worker:
    """Answers questions until its input ends."""

    def __init__(
        self,
        desk: Desk,
        write: Callable[[bytes], None],
        operations: Mapping[str, Operation] = OPERATIONS,
        stuck_seconds: float = 10.0,
    ) -> None:
        self._desk = desk
        self._write = write
        self._operations = operations
        self._stuck_seconds = stuck_seconds
        self._ending = Lock()
        self._asked: dict[int, tuple[Traffic, Future[None]]] = {}
        self._threads = ThreadPoolExecutor(_AT_ONCE)

    def serve(self, lines: BinaryIO) -> None:
        """Answer what comes; returns when no more can come, also where something is stuck."""
        for line in lines:
            match Message.validate_json(line):
                case Stop(number=number):
                    self._stop(number)
                case Ask() as ask:
                    traffic = Traffic()
                    with self._ending:
                        running = self._threads.submit(self._answer, ask, traffic)
                        self._asked[ask.number] = (traffic, running)
        with self._ending:
            left = {number: running for number, (_, running) in self._asked.items()}
        for number in left:
            self._stop(number)
        wait(left.values(), self._stuck_seconds)
        self._threads.shutdown(wait=False)

    def _stop(self, number: int) -> None:
        traffic, running = self._asked.get(number, (Traffic(), None))
        traffic.cancelled = True
        if running is not None and running.cancel():
            # It was still in the queue, so it ends here.
            self._end(number, line_of(Answer(number=number)))

    def _answer(self, ask: Ask, traffic: Traffic) -> None:
        try:
            with counted(traffic):
                given = self._answered(ask, traffic)
            line = line_of(Answer(number=ask.number, answer=given.model_dump(mode="json")))
            if len(line) > LARGEST_MESSAGE:
                raise NotReadable("The names and notes in this data are too long to be shown.")
        except Cancelled:
            # Nobody reads it, but it tells that this question has ended.
            line = line_of(Answer(number=ask.number))
        except MemoryError:
            error = NotReadable(
                "This takes more memory than reading is given.", hint="Take a smaller part of the data."
            )
            line = line_of(Answer(number=ask.number, error=failure_of(error)))
        except EohubError as error:
            line = line_of(Answer(number=ask.number, error=failure_of(error)))
        except Exception:
            log.exception("A question about data failed")
            error = Internal("This data could not be read, by a fault of ours.", hint="The log tells more.")
            line = line_of(Answer(number=ask.number, error=failure_of(error)))
        self._end(ask.number, line)

    def _answered(self, ask: Ask, traffic: Traffic) -> Wire:
        operation = self._operations[ask.what]
        query = operation.query.model_validate(ask.query)
        try:
            return operation.answer(query, self._desk, traffic)
        except (DataChanged, DataDamaged):
            if isinstance(query, SourceQuery):
                self._desk.forget(query)
            raise

    def _end(self, number: int, line: bytes) -> None:
        with self._ending:
            self._asked.pop(number, None)
            if not self._asked:
                self._desk.tidy()
            self._write(line)


def main() -> None:
    """Serve the process that started this one; nothing but answers may stand in its output."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def write(line: bytes) -> None:
        out.write(line)
        out.flush()

    # This is the entry point of the process: nothing else in it reads the environment.
    environ = dict(os.environ)  # noqa: TID251
    settings = load(ServerSettings, environ)
    limit_memory(settings.reader_memory_bytes)
    speeds = RememberedBandwidth(speeds_file(environ))
    use_doors(home_doors(environ, Guard(AllowedHosts.of(settings.allowed_hosts)), speeds))
    desk = Desk(ServerMemory(os.getppid(), settings.memory_bytes), speeds)
    Worker(desk, write).serve(sys.stdin.buffer)
    # What is stuck holds nobody up: it would go on for ever, without the server that asked.
    os._exit(0)


if __name__ == "__main__":
    main()
