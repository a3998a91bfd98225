"""Finding and ending the processes of one stack, with real processes: its own, and never any other."""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import psutil
import pytest

from eohub_hub.local.part import part_states
from eohub_hub.local.processes import Member, end, members

SLEEP = "import time; print('ready', flush=True); time.sleep(600)"
POLITE = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(print('goodbye'))); " + SLEEP
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEP
PARENT = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEP!r}], env={{}}); " + SLEEP

Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def instance() -> str:
    return secrets.token_hex(8)


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[subprocess.Popen[bytes]] = []

    def begin(code: str, **environ: str) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen([sys.executable, "-c", code], env=environ, stdout=subprocess.PIPE)
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def test_only_processes_with_this_stack_s_mark_are_found(start: Start, instance: str) -> None:
    ours = start(SLEEP, EOHUB_INSTANCE=instance)
    start(SLEEP, EOHUB_INSTANCE=secrets.token_hex(8))
    start(SLEEP)
    assert [member.pid for member in members(instance)] == [ours.pid]


def test_parts_are_named_and_users_servers_told_apart(start: Start, instance: str) -> None:
    start(SLEEP, EOHUB_INSTANCE=instance)
    start(SLEEP, EOHUB_INSTANCE=instance, JUPYTERHUB_SERVICE_NAME="catalogue")
    start(SLEEP, EOHUB_INSTANCE=instance, JUPYTERHUB_USER="demo", JUPYTERHUB_SERVICE_NAME="")
    start(SLEEP, EOHUB_INSTANCE=instance, EOHUB_SERVER="other")
    found = {(member.name, member.of_user) for member in members(instance)}
    assert found == {("hub", False), ("catalogue", False), ("server demo", True), ("server other", True)}


def test_a_child_that_dropped_the_mark_is_found_through_its_parent(start: Start, instance: str) -> None:
    parent = start(PARENT, EOHUB_INSTANCE=instance, JUPYTERHUB_USER="demo")
    found = members(instance)
    assert len(found) == 2
    assert {member.of_user for member in found} == {True}
    assert end(found, grace_seconds=5) == []
    assert parent.poll() is not None
    assert not any(psutil.pid_exists(member.pid) and member.process.is_running() for member in found)


def test_an_excluded_process_is_left_out(start: Start, instance: str) -> None:
    ours = start(SLEEP, EOHUB_INSTANCE=instance)
    assert members(instance, excluding=[ours.pid]) == []


def test_ending_asks_first(start: Start, instance: str) -> None:
    process = start(POLITE, EOHUB_INSTANCE=instance)
    assert end(members(instance), grace_seconds=5) == []
    assert process.stdout is not None
    assert process.stdout.read() == b"goodbye\n"


def test_what_does_not_listen_is_killed_after_the_grace(start: Start, instance: str) -> None:
    process = start(STUBBORN, EOHUB_INSTANCE=instance)
    began = time.monotonic()
    assert end(members(instance), grace_seconds=0.3) == []
    assert process.poll() is not None
    assert 0.3 <= time.monotonic() - began < 5


def test_a_process_id_that_now_belongs_to_another_is_not_signalled(start: Start, instance: str) -> None:
    process = start(SLEEP, EOHUB_INSTANCE=instance)
    # What psutil remembers of an older process with this id.
    former = psutil.Process(process.pid)
    former._ident = (process.pid, former.create_time() - 1000.0)  # pyright: ignore[reportPrivateUsage]
    end([Member(former, "former", False)], grace_seconds=0.2)
    assert process.poll() is None


def test_ending_nothing_is_no_error() -> None:
    assert end([], grace_seconds=0) == []


def test_a_process_that_ended_meanwhile_is_no_error(start: Start, instance: str) -> None:
    process = start(SLEEP, EOHUB_INSTANCE=instance)
    found = members(instance)
    process.kill()
    process.wait()
    assert end(found, grace_seconds=1) == []


def test_we_are_not_a_member_of_any_stack(instance: str) -> None:
    assert os.getpid() not in {member.pid for member in members(instance)}


def test_memory_is_added_up_by_part(start: Start, instance: str) -> None:
    start(SLEEP, EOHUB_INSTANCE=instance, JUPYTERHUB_SERVICE_NAME="s3")
    start(SLEEP, EOHUB_INSTANCE=instance, JUPYTERHUB_SERVICE_NAME="s3")
    (part,) = part_states(members(instance), [])
    assert (part.name, part.processes, part.answers) == ("s3", 2, None)
    assert part.resident_bytes > 2 * 1024**2
