"""Find out whether a network of its own for each server works here, by asking from inside for what must and
what must not be reached."""

import json
import secrets
import shutil
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from eohub_hub.isolation.network import NetworkTool, asks_itself, name_servers, title
from eohub_hub.isolation.order import Network

RESOLVER = Path("/etc/resolv.conf")
_LOOK_AROUND = """
import json, selectors, socket, sys, time
listed, unlisted = map(int, sys.argv[1:])
gateways = []
for line in open("/proc/net/route"):
    fields = line.split()
    if fields[1] == "00000000":
        gateways.append(socket.inet_ntoa(bytes.fromhex(fields[2])[::-1]))
for line in open("/proc/net/ipv6_route"):
    fields = line.split()
    if fields[0] == "0" * 32 and fields[1] == "00" and fields[4] != "0" * 32:
        gateways.append(socket.inet_ntop(socket.AF_INET6, bytes.fromhex(fields[4])))
asked = [("listed", "127.0.0.1", listed), ("unlisted", "127.0.0.1", unlisted), ("unlisted", "::1", unlisted)]
asked += [("unlisted", gateway, unlisted) for gateway in gateways]
said, selector = {"listed": [], "unlisted": []}, selectors.DefaultSelector()
for kind, host, port in asked:
    one = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    one.setblocking(False)
    one.connect_ex((host, port))
    selector.register(one, selectors.EVENT_READ, kind)
end = time.monotonic() + 1
while selector.get_map() and (left := end - time.monotonic()) > 0:
    for key, _ in selector.select(left):
        selector.unregister(key.fileobj)
        try:
            said[key.data].append(key.fileobj.recv(64).decode())
        except OSError:
            pass
print(json.dumps(said))
"""

type Run = Callable[[tuple[str, ...], Network], tuple[int, str]]
"""Runs Python code and its arguments within walls and a network; returns exit status and what was printed."""


def find_network(run: Run) -> NetworkTool | str:
    """What connects servers with networks of their own; where that does not work, why, a sentence."""
    program = shutil.which("pasta", path="/usr/local/bin:/usr/bin:/bin")
    if program is None:
        return "The program pasta (package passt) is not installed."
    text = RESOLVER.read_text(errors="replace") if RESOLVER.exists() else ""
    tool = NetworkTool(program, asks_itself(name_servers(text)))
    with _answering() as (listed, word), _answering() as (unlisted, secret):
        network = tool.network(title("probe", "probe"), None, [listed], {})
        status, said = run((_LOOK_AROUND, str(listed), str(unlisted)), network)
    return judge(status, said, word, secret) or tool


def judge(status: int, said: str, word: str, secret: str) -> str | None:
    """What is wrong with a network from which the program that looked around said this; None where nothing
    is. It should have heard `word`, and `secret` nowhere."""
    lines = said.strip().splitlines() or ["no reason given"]
    if status != 0:
        # The last line is the launcher's own, the one before it the reason of the program that connects.
        return f"A network of its own does not work on this machine ({lines[-2:][0][:160]})."
    heard = json.loads(lines[-1])
    if heard["listed"] != [word]:
        return "From a network of its own, a server would not reach the hub."
    if secret in heard["unlisted"]:
        return "A network of its own starts on this machine but does not wall off what it should."
    return None


@contextmanager
def _answering() -> Generator[tuple[int, str]]:
    """A port of the loopback that tells everybody a word, and that word."""
    word = secrets.token_hex(16)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with suppress(OSError):
                while True:
                    caller, _ = server.accept()
                    with caller, suppress(OSError):
                        caller.sendall(word.encode())

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield server.getsockname()[1], word
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
