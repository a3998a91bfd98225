"""The network of its own that each server has where pasta is: what code inside reaches and what not, and that
nothing of it outlives the server.

Run as root it tries accounts of their own, and itself once more as an ordinary account, which tries
bubblewrap.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from fakes.ordinary_account import run_as_ordinary_account
from fakes.walled_place import MODE, ROOT, Place, free_port, network_here, new_place, read_log, wait_until

from eohub_hub.isolation.network import title
from eohub_hub.isolation.order import NOT_STARTED, Network
from eohub_hub.isolation.probe import find_isolation
from eohub_hub.local import processes
from eohub_hub.spawner.process import ProcessRecord, end_strays, launch, listens, started_at

TOOL = network_here()
pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="walls need Linux"),
    pytest.mark.skipif(isinstance(TOOL, str), reason=str(TOOL)),
]
INSTANCE = f"network-{os.getpid()}"

LOOK = """
import json, os, socket, sys
asked = json.loads(sys.argv[1])
for line in open("/proc/net/route"):
    fields = line.split()
    if fields[1] == "00000000":
        asked["gateway"] = [socket.inet_ntoa(bytes.fromhex(fields[2])[::-1]), asked["unlisted"][1]]
for line in open("/proc/net/ipv6_route"):
    fields = line.split()
    if fields[0] == "0" * 32 and fields[1] == "00" and fields[4] != "0" * 32:
        asked["gateway of IPv6"] = [socket.inet_ntop(10, bytes.fromhex(fields[4])), asked["unlisted"][1]]

def attempt(action):
    try:
        return action()
    except OSError as error:
        return "refused: " + type(error).__name__

def ask(address):
    with socket.create_connection(tuple(address), 1) as one:
        one.settimeout(1)
        return one.recv(64).decode()

def of(process):
    lines = [line.split(":", 1) for line in open(f"/proc/{process}/status")]
    return {name: text.strip() for name, text in lines if name in ("CapEff", "CapPrm", "NoNewPrivs")}

said = {name: attempt(lambda: ask(address)) for name, address in asked.items()}
said["abstract socket"] = attempt(lambda: socket.socket(socket.AF_UNIX).connect("\\0" + sys.argv[2]))
said["raw packets"] = attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1) and "open")
said["own server"] = attempt(lambda: ask(serve()))
said["interfaces"] = sorted(name for _, name in socket.if_nameindex())
said["rights"] = [of("self"), of(1)]
said["first process"] = attempt(lambda: os.listdir("/proc/1/fd"))
said["processes"] = sorted(int(name) for name in os.listdir("/proc") if name.isdigit())

def serve():
    server = socket.create_server(("127.0.0.1", 0))
    if os.fork() == 0:
        server.accept()[0].sendall(b"mine")
        os._exit(0)
    return server.getsockname()

print(json.dumps(said))
"""
LOOK = LOOK.replace(
    "said = {name", LOOK[LOOK.index("def serve") : LOOK.index("print(json")] + "said = {name", 1
)


@dataclass
class Word:
    """A port of the machine that tells everybody a word."""

    text: str
    port: int


@contextmanager
def telling(text: str, family: socket.AddressFamily = socket.AF_INET, host: str = "") -> Generator[Word]:
    """Tell a word on a free port, by default on every address of the machine."""
    with socket.create_server((host, 0), family=family) as server:

        def answer() -> None:
            with suppress(OSError):
                while True:
                    caller, _ = server.accept()
                    with caller:
                        caller.sendall(text.encode())

        threading.Thread(target=answer, daemon=True).start()
        yield Word(text, server.getsockname()[1])
        server.shutdown(socket.SHUT_RDWR)


def network(port: int | None, *reachable: int, name: str = "alice") -> Network:
    marks = {"EOHUB_INSTANCE": INSTANCE, "EOHUB_SERVER": name}
    assert not isinstance(TOOL, str)
    return TOOL.network(title(INSTANCE, name), port, reachable, marks)


def serving(port: int) -> str:
    """Code that listens like a server and answers everybody with its word."""
    return (
        f"import socket\nserver = socket.create_server(('127.0.0.1', {port}))\nprint('up', flush=True)\n"
        "while True:\n caller, _ = server.accept()\n caller.sendall(b'of bob')\n caller.close()\n"
    )


def connecting(name: str = "alice") -> list[psutil.Process]:
    """What connects a server's network now."""
    found: list[psutil.Process] = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.cmdline()[:1] == [title(INSTANCE, name)]:
                found.append(process)
    return found


@contextmanager
def started(place: Place, code: str, port: int, name: str, number: int) -> Generator[subprocess.Popen[bytes]]:
    """A server that has said that it is up; asked to stop in the end."""
    place.log(name).unlink(missing_ok=True)
    order = place.order(code, name=name, number=number, network=network(port, name=name))
    process = launch(order, {"LANG": "C.UTF-8", "EOHUB_INSTANCE": INSTANCE, "EOHUB_SERVER": name})
    try:
        wait_until(lambda: "up" in read_log(place.log(name)))
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with new_place() as place:
        yield place


@pytest.fixture(scope="module")
def seen(place: Place) -> dict[str, Any]:
    """What alice's server finds in its network while the hub listens and bob's server runs."""
    port = free_port()
    six = socket.has_ipv6
    name = f"eohub-{os.getpid()}"
    with (
        started(place, serving(port), port, "bob", 2),
        telling("listed") as listed,
        telling("unlisted") as unlisted,
        telling("unlisted", socket.AF_INET6, "::1") as unlisted_six,
        socket.socket(socket.AF_UNIX) as abstract,
    ):
        abstract.bind(f"\0{name}")
        abstract.listen()
        with socket.create_connection(("127.0.0.1", port), 5) as to_bob:
            assert to_bob.recv(64) == b"of bob"
        asked = {
            "listed": ("127.0.0.1", listed.port),
            "unlisted": ("127.0.0.1", unlisted.port),
            "unlisted of IPv6": ("::1", unlisted_six.port if six else unlisted.port),
            "another loopback address": ("127.0.0.2", unlisted.port),
            "the address of nowhere": ("0.0.0.0", unlisted.port),
            "an address within IPv6": ("::ffff:127.0.0.1", unlisted.port),
            "bob": ("127.0.0.1", port),
        }
        order = place.order(LOOK, json.dumps(asked), name, network=network(None, listed.port))
        status, text = place.run(order)
    assert status == 0, text
    return json.loads(text.splitlines()[-1])


def test_this_machine_can_give_each_server_a_network(place: Place) -> None:
    assert find_isolation(place.walls, place.environment).network == TOOL


def test_a_server_reaches_what_is_listed(seen: dict[str, Any]) -> None:
    assert seen["listed"] == "listed"


@pytest.mark.parametrize(
    "way",
    ["unlisted", "unlisted of IPv6", "another loopback address", "the address of nowhere",
     "an address within IPv6", "gateway", "gateway of IPv6"],
)  # fmt: skip
def test_a_server_reaches_no_other_port_of_the_machine_by(seen: dict[str, Any], way: str) -> None:
    if way not in seen:
        pytest.skip("this machine has no such route")
    assert seen[way] != "unlisted"
    assert seen[way].startswith("refused") or way.startswith("gateway")


def test_a_server_does_not_reach_another_persons_server(seen: dict[str, Any]) -> None:
    assert seen["bob"] == "refused: ConnectionRefusedError"


def test_a_server_does_not_reach_abstract_sockets_of_the_machine(seen: dict[str, Any]) -> None:
    assert seen["abstract socket"] == "refused: ConnectionRefusedError"


def test_what_a_person_starts_is_reached_in_the_same_server(seen: dict[str, Any]) -> None:
    assert seen["own server"] == "mine"


def test_a_server_has_no_right_over_its_network(seen: dict[str, Any]) -> None:
    assert seen["raw packets"] == "refused: PermissionError"
    none = {"CapEff": "0" * 16, "CapPrm": "0" * 16, "NoNewPrivs": "1"}
    assert seen["rights"] == [none, none]


def test_what_connects_it_is_not_among_the_servers_processes(seen: dict[str, Any]) -> None:
    assert seen["processes"][0] == 1
    assert len(seen["processes"]) <= 3


@pytest.mark.skipif(not ROOT, reason="the first process is bubblewrap's own there")
def test_the_first_process_and_its_files_are_closed_to_the_server(seen: dict[str, Any]) -> None:
    assert seen["first process"] == "refused: PermissionError"


def test_two_servers_may_listen_on_the_same_port_of_their_own(place: Place) -> None:
    port = free_port()
    with telling("unlisted"):
        code = f"import socket\nsocket.create_server(('127.0.0.1', {port}))\nprint('mine')"
        with socket.create_server(("127.0.0.1", port)):
            assert place.run(place.order(code, network=network(None))) == (0, "mine\n")


def test_a_port_of_the_machine_that_is_taken_starts_no_server(place: Place) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, text = place.run(place.order("print('it ran')", network=network(port)))
    assert status == NOT_STARTED
    assert "it ran" not in text
    assert text.endswith(
        "The server could not be started: ConnectionError: its network could not be connected\n"
    )


def test_a_program_that_connects_nothing_starts_no_server(place: Place) -> None:
    broken = replace(network(None), argv=("/bin/false", title(INSTANCE, "alice")))
    status, text = place.run(place.order("print('it ran')", network=broken))
    assert (status, "it ran" in text) == (NOT_STARTED, False)


def test_a_server_counts_as_up_when_it_listens_itself(place: Place) -> None:
    port = free_port()
    wait = f"import time\nprint('up', flush=True)\ntime.sleep(2)\n{serving(port)}"
    with started(place, wait, port, "alice", 1) as process:
        record = ProcessRecord(process.pid, started_at(process.pid) or "")
        with socket.create_connection(("127.0.0.1", port), 5):  # what connects it takes the port at once
            assert not listens(record, port)
        wait_until(lambda: listens(record, port))
        assert not listens(record, free_port())


def test_a_server_ends_when_nothing_connects_it_any_more(place: Place) -> None:
    port = free_port()
    with started(place, serving(port), port, "alice", 1) as process:
        (connects,) = connecting()
        connects.kill()
        assert process.wait(timeout=20) == 128 + signal.SIGKILL
    assert "What connects the server's network has ended" in read_log(place.log("alice"))


def test_nothing_connects_a_server_that_has_ended(place: Place) -> None:
    port = free_port()
    with started(place, serving(port), port, "alice", 1):
        assert len(connecting()) == 1
    wait_until(lambda: not connecting())
    with socket.create_server(("127.0.0.1", port)):
        pass


def test_what_connects_a_server_whose_launcher_was_killed_is_found_and_ended(place: Place) -> None:
    port = free_port()
    with started(place, serving(port), port, "alice", 1) as process:
        process.kill()
        process.wait(timeout=20)
        found = [member.name for member in processes.members(INSTANCE) if member.of_user]
        assert set(found) <= {"server alice"}
        assert end_strays(INSTANCE, "bob") == 0
        end_strays(INSTANCE, "alice")
        wait_until(lambda: not connecting())
        assert [member for member in processes.members(INSTANCE) if member.of_user] == []


def test_what_connects_a_server_is_none_of_roots_processes(place: Place) -> None:
    port = free_port()
    with started(place, serving(port), port, "alice", 1):
        (connects,) = connecting()
        expected = place.walls.uid(MODE, 1) or os.getuid()
        assert set(connects.uids()) == {expected}


@pytest.mark.skipif(not ROOT, reason="already run by an ordinary account")
def test_the_same_holds_within_bubblewrap_for_an_ordinary_account(tmp_path: Path) -> None:
    status, text = run_as_ordinary_account(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__], tmp_path
    )
    assert status == 0, text
    assert " passed" in text, text
