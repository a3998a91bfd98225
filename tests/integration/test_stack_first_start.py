"""A first start that is broken off while the users' environment is made: quick, quiet, and mended later."""

import signal
import time
from pathlib import Path

import psutil
import pytest
from integration.local_stack import LocalStack

from eohub_hub.local.environment import MARKER
from eohub_hub.local.state import StateFolder


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_while_the_environment_is_made_takes_seconds(tmp_path: Path, number: signal.Signals) -> None:
    stack = LocalStack(StateFolder(tmp_path / "state"))
    stack.begin()
    try:
        stack.wait_for_output("Making the environment for notebooks", 60)
        time.sleep(1)
        began = time.monotonic()
        stack.send(number)
        assert stack.ended() == 0
        assert time.monotonic() - began < 15
        assert not (stack.state.environment / MARKER).exists()
        assert stack.members() == []
        assert stack.output.rstrip().endswith("EOHub has stopped.")
    finally:
        stack.close()


def test_a_killed_first_start_holds_nobody_up(tmp_path: Path) -> None:
    stack = LocalStack(StateFolder(tmp_path / "state"))
    stack.begin()
    try:
        stack.wait_for_output("locked packages", 60)
        installing = programs_of(stack)
        stack.send(signal.SIGKILL)
        stack.ended()
        stack.begin()
        stack.wait_for_output("Making the environment for notebooks", 60)
        # They would write into the folder that is being emptied.
        assert [process for process in installing if is_alive(process)] == []
        stack.wait_for_output("locked packages", 60)
        stack.send(signal.SIGINT)
        assert stack.ended() == 0
    finally:
        stack.close()


def programs_of(stack: LocalStack) -> list[psutil.Process]:
    """What `eohub up` has started, as soon as it has."""
    assert stack.keeper is not None
    keeper = psutil.Process(stack.keeper.pid)
    while not (found := keeper.children(recursive=True)):
        assert stack.keeper.poll() is None, stack.output
        time.sleep(0.01)
    return found


def is_alive(process: psutil.Process) -> bool:
    """Whether it runs; one that has ended may still wait to be told of."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
