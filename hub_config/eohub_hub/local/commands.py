"""Runs a command to its end: bounded in time, its lines handed on, its last words kept."""

import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from eohub_hub.local.errors import ToolMissing

_KEPT_CHARACTERS = 10_000
_LONGEST_LINE = 300


@dataclass(frozen=True)
class Ended:
    """How a command ended: whether in time and well, and the last line of what it said on standard error."""

    succeeded: bool
    last_line: str


def run_to_end(
    command: Sequence[str],
    *,
    seconds: float,
    environment: Mapping[str, str] | None = None,
    report: Callable[[str], None] | None = None,
) -> Ended:
    """Run `command` for at most `seconds` and hand each line of its output to `report`.

    Without `environment` it gets the caller's. It ends with all that it started, also when the caller is
    told to stop. Raises ToolMissing where there is no such program.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        process = _started(command, environment, said.fileno())
        late = threading.Event()
        watch = threading.Timer(seconds, _end, [process, late])
        watch.start()
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if report is not None and line.strip():
                    report(line.strip()[:_LONGEST_LINE])
            # Not reaped yet: until then nobody else can get its number, which is killed below.
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        finally:
            watch.cancel()
            watch.join()
            _end(process)
            code = process.wait()
        said.seek(0, os.SEEK_END)
        said.seek(max(0, said.tell() - _KEPT_CHARACTERS))
        words = f"It took longer than {seconds:g} s." if late.is_set() else _last_line(said.read())
    return Ended(code == 0 and not late.is_set(), words)


def _started(
    command: Sequence[str], environment: Mapping[str, str] | None, errors: int
) -> "subprocess.Popen[str]":
    try:
        return subprocess.Popen(
            command, env=None if environment is None else dict(environment), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=errors, text=True, encoding="utf-8", errors="replace",
            start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        sentence = f"{command[0]} cannot be run: {error.strerror or error}."
        raise ToolMissing(sentence, hint="Run `make build`, which installs it.") from error


def _end(process: "subprocess.Popen[str]", late: threading.Event | None = None) -> None:
    if late is not None:
        late.set()
    # The whole session: a child that holds the pipe open would keep its reader waiting.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _last_line(text: str) -> str:
    lines = (line.strip() for line in reversed(text.splitlines()))
    return next((line for line in lines if line), "no reason given")[:_LONGEST_LINE]
