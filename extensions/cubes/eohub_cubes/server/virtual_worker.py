"""The process that makes one virtual cube: its question on the first line in, how far it is in lines out.

It ends with the end of its input, also in the middle: the server that asked is gone then.
"""

import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from types import FrameType

from eohub_cubes.contract import VirtualQuery
from eohub_cubes.errors import NotJoinable, NotReadable
from eohub_cubes.reading.addresses import AllowedHosts
from eohub_cubes.reading.guard import Guard
from eohub_cubes.reading.opening import home_doors, use_doors
from eohub_cubes.server.limits import limit_memory
from eohub_cubes.server.messages import VirtualStep, failure_of, line_of
from eohub_cubes.server.settings import ServerSettings
from eohub_toolkit.errors import EohubError, Internal
from eohub_toolkit.settings import load

CLEARING_SECONDS = 10.0
"""What one that is cancelled is given to take away what it has written."""
log = logging.getLogger("eohub.cubes")


def answer(query: VirtualQuery, say: Callable[[VirtualStep], None]) -> None:
    """Make the cube, and say how far it is and how it ended."""
    read = 0

    def progress(files: int, _: int) -> None:
        nonlocal read
        read = files
        say(VirtualStep(files_read=read))

    try:
        # An extra, which only those need who make such cubes.
        from eohub_cubes.virtualizing.building import build

        build(query.addresses, query.target, query.join, progress)
        say(VirtualStep(files_read=read, ended=True))
    except NotJoinable as error:
        step = VirtualStep(files_read=read, ended=True, error=failure_of(error))
        say(step.model_copy(update={"refusals": tuple(error.refusals), "refusal_count": error.count}))
    except ModuleNotFoundError as error:
        missing = NotReadable(
            f"A virtual cube needs the Python package {error.name}, which this server does not have.",
            hint='Install it with: pip install "eohub-cubes[virtual]"',
        )
        say(VirtualStep(files_read=read, ended=True, error=failure_of(missing)))
    except EohubError as error:
        say(VirtualStep(files_read=read, ended=True, error=failure_of(error)))
    except MemoryError:
        told = NotReadable("These files take more memory than reading is given.", hint="Join fewer of them.")
        say(VirtualStep(files_read=read, ended=True, error=failure_of(told)))
    except Exception:
        log.exception("A virtual cube could not be made")
        fault = Internal(
            "The virtual cube could not be made, by a fault of ours.", hint="The log tells more."
        )
        say(VirtualStep(files_read=read, ended=True, error=failure_of(fault)))


def main() -> None:
    """Serve the process that started this one; nothing but steps may stand in its output."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def say(step: VirtualStep) -> None:
        with suppress(BrokenPipeError):
            out.write(line_of(step))
            out.flush()

    # This is the entry point of the process: nothing else in it reads the environment.
    environ = dict(os.environ)  # noqa: TID251
    settings = load(ServerSettings, environ)
    limit_memory(settings.reader_memory_bytes)
    use_doors(home_doors(environ, Guard(AllowedHosts.of(settings.allowed_hosts))))
    signal.signal(signal.SIGTERM, _cancelled)
    query = VirtualQuery.model_validate_json(sys.stdin.buffer.readline())
    Thread(target=_leave_with_input, daemon=True).start()
    try:
        answer(query, say)
    finally:
        # Threads that still read hold nobody up.
        os._exit(0)


def _cancelled(number: int, frame: FrameType | None) -> None:
    # What it clears away is not broken off by a second one.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(1)


def _leave_with_input() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(CLEARING_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    main()
