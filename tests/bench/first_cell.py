"""From the press of Start to the first executed cell, and what our extensions cost the single-user server.

The baseline is `jupyterhub-singleuser` of the same environment with the server extension of ours switched
off. It does not start without a hub, so a small one answers it: the time of a real hub is not measured.
"""

import asyncio
import json
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import psutil
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

sys.path.insert(0, str(Path(__file__).parents[1]))

from integration.local_stack import LocalStack, Person, fresh_state

PAIRS = 5
OURS = ("eohub_catalogue.server",)
HOME = "/user/demo/"


@contextmanager
def small_hub() -> Iterator[str]:
    """The URL of an API that answers what a single-user server asks at its start: version and activity."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b'{"version": "6.1.1"}'
            self.send_response(200)
            self.send_header("X-JupyterHub-Version", "6.1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.do_GET()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: the table is the output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/hub/api"
    finally:
        server.shutdown()
        server.server_close()


def cpu_seconds_of_start(environment: Path, hub_api: str, *, ours: bool) -> float:
    """User and system seconds that a single-user server has used when it answers for the first time."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    address = f"http://127.0.0.1:{port}{HOME}"
    with tempfile.TemporaryDirectory() as folder:
        command = [str(environment / "bin" / "jupyterhub-singleuser"), "--allow-root"]
        command += [f"--ServerApp.root_dir={folder}"]
        if not ours:
            off = dict.fromkeys(OURS, False)
            command.append(f"--ServerApp.jpserver_extensions={off!r}")
        folders = dict.fromkeys(("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR"), folder)
        with (Path(folder) / "log").open("wb") as log:
            process = psutil.Popen(
                command,
                env=os.environ | folders | _hub_variables(hub_api, address),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            while not _answers(address):
                assert process.is_running(), (Path(folder) / "log").read_text()
                assert process.status() != psutil.STATUS_ZOMBIE, (Path(folder) / "log").read_text()
                time.sleep(0.1)
            used = process.cpu_times()
            assert _has_ours(address) is ours, "the extension is not as wanted"
            return used.user + used.system
        finally:
            process.terminate()
            process.wait(30)


def _hub_variables(hub_api: str, address: str) -> dict[str, str]:
    return {
        "JUPYTERHUB_API_TOKEN": secrets.token_hex(16),
        "JUPYTERHUB_API_URL": hub_api,
        "JUPYTERHUB_ACTIVITY_URL": f"{hub_api}/users/demo/activity",
        "JUPYTERHUB_BASE_URL": "/",
        "JUPYTERHUB_CLIENT_ID": "jupyterhub-user-demo",
        "JUPYTERHUB_SERVICE_PREFIX": HOME,
        "JUPYTERHUB_SERVICE_URL": address,
        "JUPYTERHUB_USER": "demo",
    }


def _has_ours(address: str) -> bool:
    # Who is not logged in is refused by a route that is there, and sent to the login from one that is not.
    return httpx2.get(f"{address}eohub/catalogue/catalogues", timeout=5).status_code == 403


def seconds_to_first_cell(stack: LocalStack) -> float:
    """Wall seconds from the POST of the form until `1 + 1` was executed in a new kernel."""
    with Person(stack, "demo") as demo:
        demo.log_in()
        began = time.monotonic()
        demo.start_server()
        home = f"{demo.base}/user/{demo.name}/"
        demo.browser.get(f"{home}lab")
        cookies = {
            c.name: c.value or "" for c in demo.browser.cookies.jar if c.path in ("/", f"/user/{demo.name}/")
        }
        headers = {"X-XSRFToken": cookies.get("_xsrf", "")}
        kernel = demo.browser.post(f"{home}api/kernels", json={"name": "python3"}, headers=headers)
        kernel.raise_for_status()
        channel = f"{home.replace('http', 'ws', 1)}api/kernels/{kernel.json()['id']}/channels"
        asyncio.run(_execute(channel, "; ".join(f"{name}={value}" for name, value in cookies.items())))
        return time.monotonic() - began


async def _execute(channel: str, cookie: str) -> None:
    """Run one cell as JupyterLab does, and wait for the reply."""
    socket_ = await websocket_connect(HTTPRequest(channel, headers={"Cookie": cookie}))
    header = {"msg_id": "1", "msg_type": "execute_request", "username": "", "session": "1", "version": "5.3"}
    content = {"code": "1 + 1", "silent": False, "store_history": True}
    message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
    await socket_.write_message(json.dumps(message))
    async with asyncio.timeout(120):
        while True:
            answer = await socket_.read_message()
            assert answer is not None, "the kernel closed the channel"
            if json.loads(answer)["header"]["msg_type"] == "execute_reply":
                return


def _answers(address: str) -> bool:
    try:
        return httpx2.get(f"{address}api", timeout=5).status_code == 200
    except httpx2.TransportError:
        return False


def main() -> None:
    """Alternate both kinds of start, then time the whole way once, and print the table."""
    stack = LocalStack(fresh_state())
    try:
        stack.up()
        whole = seconds_to_first_cell(stack)
    finally:
        stack.close()
    environment = stack.state.environment
    with small_hub() as hub_api:
        cpu_seconds_of_start(environment, hub_api, ours=True)
        pairs = [
            (
                cpu_seconds_of_start(environment, hub_api, ours=False),
                cpu_seconds_of_start(environment, hub_api, ours=True),
            )
            for _ in range(PAIRS)
        ]
    print(f"{'single-user start':24}{'median CPU s':>14}   ({PAIRS} pairs, load {os.getloadavg()[0]:.1f})")
    for name, column in zip(("without our extensions", "as shipped"), zip(*pairs, strict=True), strict=True):
        print(f"{name:24}{statistics.median(column):14.2f}")
    print(json.dumps({"pairs": [[round(x, 2) for x in pair] for pair in pairs]}))
    print(f"figure: first_cell {whole:.1f} s")
    print(f"figure: start_cpu_to_plain {statistics.median(b / a for a, b in pairs):.3f} ratio")


if __name__ == "__main__":
    main()
