"""A port that is free when it is chosen and taken a moment later: told at once, or another one is used."""

import json
import os
import socket
import threading
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from integration.local_stack import LocalStack, free_ports, fresh_state

from eohub_hub.local.port_watch import PortWatch
from eohub_hub.local.processes import Member
from eohub_hub.local.state import StateFolder

PARTS = ("public", "proxy_api", "hub", "identity", "storage", "catalogue", "s3", "s3_filer")


@dataclass
class Wanted:
    """One port and how somebody else holds it."""

    name: str
    offset: int = 0
    listens: bool = True


class WithoutPorts(LocalStack):
    """A stack of a person who set no port."""

    @property
    def environ(self) -> dict[str, str]:
        return {name: value for name, value in super().environ.items() if not name.endswith("_PORT")}


@contextmanager
def taken_when_chosen(state: StateFolder, wanted: Wanted) -> Generator[None]:
    """Take the port of a part as soon as `eohub up` has written down which one it chose."""
    before = _written(state.ports)
    done = threading.Event()
    with ExitStack() as held:

        def take() -> None:
            while _written(state.ports) == before:
                if done.wait(0.002):
                    return
            port = json.loads(state.ports.read_text())[wanted.name] + wanted.offset
            taker = held.enter_context(socket.socket())
            if wanted.listens:
                # Connections of an earlier start may still be waiting for their end.
                taker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taker.bind(("127.0.0.1", port))
            if wanted.listens:
                taker.listen()

        thread = threading.Thread(target=take)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()


def _written(path: Path) -> int:
    return path.stat().st_ino if path.exists() else 0


@pytest.fixture(scope="module")
def state() -> StateFolder:
    return fresh_state()


@pytest.fixture
def stack(state: StateFolder) -> Iterator[LocalStack]:
    state.ports.unlink(missing_ok=True)
    stack = LocalStack(state)
    try:
        yield stack
    finally:
        stack.close()


@pytest.mark.parametrize("part", PARTS)
def test_a_set_port_that_is_taken_after_the_check_is_one_sentence_and_nothing_stays(
    stack: LocalStack, part: str
) -> None:
    stack.settings = {"EOHUB_LOCAL_START_SECONDS": "600"}
    with taken_when_chosen(stack.state, Wanted(part)):
        stack.begin()
        assert stack.ended(300) == 1
    last = stack.output.rstrip().splitlines()[-1]
    assert f"Port {getattr(stack.ports, part)}, which" in last
    assert f"(process {os.getpid()})" in last
    assert f"EOHUB_LOCAL_{part.upper()}_PORT" in last
    assert stack.members() == []


def test_a_port_that_is_bound_but_silent_is_told_too(stack: LocalStack) -> None:
    # Ports of its own: where earlier connections wait for their end, only who listens can bind.
    stack.ports = free_ports(19_600)
    with taken_when_chosen(stack.state, Wanted("identity", listens=False)):
        stack.begin()
        assert stack.ended(300) == 1
    assert f"Port {stack.ports.identity}, which" in stack.output.rstrip().splitlines()[-1]
    assert stack.members() == []


@pytest.mark.parametrize("wanted", [Wanted("public"), Wanted("identity"), Wanted("s3_volume", 10_000)])
def test_a_port_that_nobody_set_moves_even_after_the_check(stack: LocalStack, wanted: Wanted) -> None:
    unset = WithoutPorts(stack.state)
    try:
        with taken_when_chosen(stack.state, wanted):
            unset.up()
            assert "in the meantime; EOHub starts with another" in unset.output
            assert unset.eohub("status").returncode == 0
    finally:
        unset.close()


def test_who_listens_for_ipv6_only_is_in_nobody_s_way() -> None:
    ports = free_ports(19_400)
    with socket.create_server(("::1", ports.public), family=socket.AF_INET6):
        assert PortWatch(ports, list).taken() is None


def test_our_own_processes_are_no_strangers_and_somebody_else_is() -> None:
    ports = free_ports(19_500)
    own = [Member(psutil.Process(), "hub", False)]
    with socket.create_server(("127.0.0.1", ports.s3_filer + 10_000)):
        assert PortWatch(ports, lambda: own).taken() is None
        assert PortWatch(ports, list).taken() == ports.s3_filer + 10_000
    assert PortWatch(ports, list).taken() is None
