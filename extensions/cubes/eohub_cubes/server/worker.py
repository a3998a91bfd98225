"""The process that reads data: lines of JSON in, lines of JSON out, each question in a thread of its own."""

import logging
import os
import resource
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import BinaryIO

from eohub_cubes.errors import Cancelled, NotReadable
from eohub_cubes.ports import Traffic
from eohub_cubes.reading.addresses import AllowedHosts
from eohub_cubes.reading.guard import Guard
from eohub_cubes.reading.memory import ServerMemory
from eohub_cubes.reading.opening import home_doors, use_doors
from eohub_cubes.reading.speeds import RememberedBandwidth, speeds_file
from eohub_cubes.reading.traffic import counted
from eohub_cubes.server.desk import Desk
from eohub_cubes.server.messages import Answer, Ask, Message, Stop, failure_of
from eohub_cubes.server.operations import OPERATIONS, Operation
from eohub_cubes.server.settings import ServerSettings
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
    ) -> None:
        self._desk = desk
        self._write = write
        self._operations = operations
        self._writing = Lock()
        self._asked: dict[int, Traffic] = {}
        self._threads = ThreadPoolExecutor(_AT_ONCE)

    def serve(self, lines: BinaryIO) -> None:
        """Answer what comes; returns when no more can come."""
        for line in lines:
            match Message.validate_json(line):
                case Stop(number=number):
                    if number in self._asked:
                        self._asked[number].cancelled = True
                case Ask() as ask:
                    self._asked[ask.number] = Traffic()
                    self._threads.submit(self._answer, ask)
        for traffic in [*self._asked.values()]:
            traffic.cancelled = True
        self._threads.shutdown()

    def _answer(self, ask: Ask) -> None:
        traffic = self._asked[ask.number]
        try:
            operation = self._operations[ask.what]
            with counted(traffic):
                given = operation.answer(operation.query.model_validate(ask.query), self._desk, traffic)
            self._say(Answer(number=ask.number, answer=given.model_dump(mode="json")))
        except Cancelled:
            # Nobody reads it, but it tells that this question has ended.
            self._say(Answer(number=ask.number))
        except MemoryError:
            error = NotReadable(
                "This takes more memory than reading is given.", hint="Take a smaller part of the data."
            )
            self._say(Answer(number=ask.number, error=failure_of(error)))
        except EohubError as error:
            self._say(Answer(number=ask.number, error=failure_of(error)))
        except Exception:
            log.exception("A question about data failed")
            error = Internal("This data could not be read, by a fault of ours.", hint="The log tells more.")
            self._say(Answer(number=ask.number, error=failure_of(error)))
        finally:
            del self._asked[ask.number]

    def _say(self, answer: Answer) -> None:
        with self._writing:
            self._write(answer.model_dump_json().encode() + b"\n")


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
    # What a damaged or hostile file says of its size ends here, and not in the memory of the kernels.
    most = settings.reader_memory_bytes
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    speeds = RememberedBandwidth(speeds_file(environ))
    use_doors(home_doors(environ, Guard(AllowedHosts.of(settings.allowed_hosts)), speeds))
    desk = Desk(ServerMemory(os.getppid(), settings.memory_bytes), speeds)
    Worker(desk, write).serve(sys.stdin.buffer)


if __name__ == "__main__":
    main()
