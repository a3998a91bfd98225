"""The commands of the first start: whatever they do, they end in time and leave one sentence."""

import os
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from eohub_hub.local.commands import run_to_end
from eohub_hub.local.errors import ToolMissing

HANGS = {
    "before it says anything": "import time; time.sleep(600)",
    "after it closed its output": "import os, time; os.close(1); os.close(2); time.sleep(600)",
    "in a child that keeps its output open": (
        "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])"
    ),
    "and takes no notice of a signal": (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    ),
    "while it says the same for ever": "while True: print('working', flush=True)",
}


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


@pytest.mark.parametrize("code", HANGS.values(), ids=HANGS.keys())
def test_a_command_that_does_not_end_is_ended_with_what_it_started(code: str, tmp_path: Path) -> None:
    mark = f"EOHUB_TEST_MARK={tmp_path}"
    environment = {**os.environ, "EOHUB_TEST_MARK": str(tmp_path)}
    ended = run_to_end(python(code), seconds=2, environment=environment, report=lambda line: None)
    assert (ended.succeeded, ended.last_line) == (False, "It took longer than 2 s.")
    left = [process for process in psutil.process_iter() if mark in environment_of(process)]
    assert not left


def environment_of(process: psutil.Process) -> list[str]:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return []
        return [f"{name}={value}" for name, value in process.environ().items()]
    except psutil.Error:
        return []


def test_lines_are_handed_on_while_the_command_runs() -> None:
    code = "import time; print('first', flush=True); time.sleep(3); print(); print('second')"
    heard: list[tuple[str, float]] = []
    ended = run_to_end(python(code), seconds=60, report=lambda line: heard.append((line, time.monotonic())))
    assert ended.succeeded
    assert [line for line, _ in heard] == ["first", "second"]
    assert heard[1][1] - heard[0][1] > 2


@pytest.mark.parametrize(
    ("code", "last"),
    [
        ("import sys; sys.exit('no network')", "no network"),
        ("import sys; sys.stderr.write('one\\ntwo\\n\\n'); sys.exit(3)", "two"),
        ("import sys; sys.stderr.buffer.write(b'\\xff' * 100_000); sys.exit(1)", "\ufffd" * 300),
        ("import os; os._exit(1)", "no reason given"),
        ("import os; os.kill(os.getpid(), 9)", "no reason given"),
    ],
)
def test_a_command_that_fails_leaves_its_last_words(code: str, last: str) -> None:
    ended = run_to_end(python(code), seconds=60)
    assert (ended.succeeded, ended.last_line) == (False, last)


@pytest.mark.parametrize("program", ["nothing", "folder", "text"])
def test_a_program_that_cannot_be_run_is_missing(tmp_path: Path, program: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "text").write_text("no program")
    with pytest.raises(ToolMissing, match=program):
        run_to_end([str(tmp_path / program)], seconds=10)


def test_who_is_told_to_stop_takes_the_command_along() -> None:
    heard: list[int] = []

    def stop(line: str) -> None:
        heard.append(int(line))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_to_end(
            python("import os, time; print(os.getpid(), flush=True); time.sleep(600)"),
            seconds=60,
            report=stop,
        )
    assert not psutil.pid_exists(heard[0])
    assert not [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
