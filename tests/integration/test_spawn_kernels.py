"""A real JupyterLab and its kernel within walls: it works, and its channels have no port."""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psutil
import pytest
from fakes.hub_for_spawner import ADMIN_TOKEN, Hub
from fakes.tcp_sockets import tcp_sockets
from integration.kernel_calls import printed
from integration.local_stack import ROOT

from eohub_hub.local.state import StateFolder
from eohub_hub.local.tools import find_tools
from eohub_hub.local.users_environment import make_users_environment

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="walls need Linux")
HEADERS = {"Authorization": f"token {ADMIN_TOKEN}"}
LOOK = """
import os
from ipykernel.kernelapp import IPKernelApp
runtime = os.environ["JUPYTER_RUNTIME_DIR"]
print(IPKernelApp.instance().transport, oct(os.stat(runtime).st_mode & 0o777), len(os.listdir(runtime)) >= 6)
"""


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    """A hub whose servers run in the real environment of the test stack."""
    state = StateFolder(ROOT / "artifacts" / "stack")
    make_users_environment(state, find_tools(), print)
    with tempfile.TemporaryDirectory(prefix="eohub-kernels-") as folder:
        hub = Hub(Path(folder), state.environment)
        hub.prepare()
        hub.start()
        hub.add("alice")
        try:
            hub.started("alice", {"profile": "medium", "environment": "eo"})
            yield hub
        finally:
            hub.stopped("alice")
            hub.close()
            print(hub.log()[-8_000:])
            log = Path(folder, "state", "logs", "servers", "alice.log")
            print(log.read_text()[-8_000:] if log.exists() else "")
            shutil.rmtree(hub.state / "homes", ignore_errors=True)


def open_ports(pid: int) -> dict[int, list[int]]:
    """TCP ports that a process and its descendants listen on, by process."""
    root = psutil.Process(pid)
    return {
        process.pid: [each.port for each in tcp_sockets(process.pid) if each.listens]
        for process in (root, *root.children(recursive=True))
    }


def test_a_kernel_works_through_sockets_of_its_own_and_restarts(hub: Hub) -> None:
    address = hub.address("/user/alice/")
    with httpx2.Client(base_url=address, headers=HEADERS, timeout=60) as server:
        kernel = server.post("api/kernels", json={"name": "python3"}).raise_for_status().json()["id"]
        assert asyncio.run(printed(address, HEADERS, kernel, LOOK)) == "ipc 0o700 True\n"
        server.post(f"api/kernels/{kernel}/restart").raise_for_status()
        assert asyncio.run(printed(address, HEADERS, kernel, "print('again')")) == "again\n"

        by_process = open_ports(hub.server("alice")["state"]["pid"])
        port = int(address.split(":")[2].split("/")[0])
        others = [ports for ports in by_process.values() if ports and ports != [port]]
        assert [port] in by_process.values()
        assert [len(ports) for ports in others] == [1], "only ipykernel's pipe for forked processes"

        specification = server.get("api/kernelspecs").raise_for_status().json()["kernelspecs"]["python3"]
        assert specification["spec"]["metadata"]["debugger"] is False
        server.delete(f"api/kernels/{kernel}").raise_for_status()
        # What connects the server's own network listens for it on the same port of the machine's.
        assert {
            one for ports in open_ports(hub.server("alice")["state"]["pid"]).values() for one in ports
        } == {port}
