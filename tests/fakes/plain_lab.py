"""JupyterLab as anybody has it, without our hub: the wheels in a clean environment, on a loopback port."""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
TOKEN = "a-token-for-this-test"
_PATIENCE_SECONDS = 120.0
_STORE = """
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Store(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/here" else 403)
        self.send_header("Content-Length", "0")
        self.end_headers()
    do_HEAD = do_GET
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Store).serve_forever()
"""


def free_port() -> int:
    """A port of the loopback interface that nobody uses now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def documented_install(feature: str = "catalogue") -> list[str]:
    """What a feature's README tells to install, after `make dist`, from the folder of the checkout."""
    readme = (ROOT / "extensions" / feature / "README.md").read_text("utf-8")
    (line,) = re.findall(r"^pip install (.+dist/.+)$", readme, re.M)
    return shlex.split(line)


def clean_environment(folder: Path, requirements: Sequence[str]) -> Path:
    """A new virtual environment with `requirements`, in the versions of the user environment's lock."""
    found = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if found is None:
        raise FileNotFoundError("uv is missing. Run: make build")
    lock = (ROOT / "kernels" / "eo" / "requirements.lock").read_text("utf-8")
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(re.findall(r"^[\w.\[\]-]+==[^\s;\\]+", lock, re.M)), "utf-8")
    subprocess.run([found, "venv", "--quiet", "-p", sys.executable, folder / "venv"], check=True)
    # Copies, since links would share files with uv's cache that programs here may write to.
    install = [found, "pip", "install", "--quiet", "--link-mode", "copy", "-c", constraints]
    subprocess.run([*install, "-p", folder / "venv", *requirements], check=True, cwd=ROOT)
    return folder / "venv"


@contextmanager
def running_lab(environment: Path, home: Path, settings: Mapping[str, str]) -> Generator[str]:
    """Run `jupyter lab` with nothing of this user's own settings; yields its root URL, without a slash."""
    port = free_port()
    home.mkdir(exist_ok=True)
    variables = {
        "HOME": str(home),
        "PATH": f"{environment / 'bin'}:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        **settings,
    }
    command = [environment / "bin" / "jupyter-lab", "--no-browser", "--allow-root", "--ip=127.0.0.1"]
    command += [f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}"]
    command += [f"--ServerApp.root_dir={home}", "--LabApp.news_url=None"]
    with running([str(part) for part in command], variables, home / "lab.log") as process:
        wait_for(f"http://127.0.0.1:{port}/api", process, home / "lab.log")
        yield f"http://127.0.0.1:{port}"


class RestartableService:
    """The real catalogue service on one port, which can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.root = f"http://127.0.0.1:{self.port}/services/catalogue/"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._settings = {
            "EOHUB_CATALOGUE_SERVICE_DATABASE_URL": f"sqlite:///{folder / 'catalogue.sqlite'}",
            "EOHUB_CATALOGUE_SERVICE_PORT": str(self.port),
            "PATH": os.environ["PATH"],
        }

    def store(self, documents: Sequence[Any]) -> None:
        """Store items and collections."""
        path = self._folder / "documents.ndjson"
        path.write_text("\n".join(json.dumps(document) for document in documents), "utf-8")
        code = "from eohub_catalogue.service.__main__ import manage; manage()"
        command = [sys.executable, "-c", code, "import", path]
        subprocess.run(command, env=self._settings, check=True, capture_output=True)

    def start(self) -> None:
        """Start it and wait until it answers."""
        log = self._folder / "service.log"
        with log.open("ab") as output:
            command = [sys.executable, "-m", "eohub_catalogue.service"]
            self._process = subprocess.Popen(command, env=self._settings, stdout=output, stderr=output)
        wait_for(self.root, self._process, log)

    def kill(self) -> None:
        """End it without a chance to say good-bye; harmless where it does not run."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=30)


class RestartableStore:
    """An endpoint on one port that answers anybody with 403, as S3 does; it can be killed and restarted."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = folder / "store.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        with self._log.open("ab") as output:
            command = [sys.executable, "-c", _STORE, str(self.port)]
            self._process = subprocess.Popen(command, stdout=output, stderr=output)
        wait_for(f"{self.url}/here", self._process, self._log)

    def kill(self) -> None:
        """End it without a chance to say good-bye; harmless where it does not run."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=30)


@contextmanager
def running(
    command: Sequence[str], variables: Mapping[str, str], log: Path
) -> Generator[subprocess.Popen[bytes]]:
    """A process with its children, all of which are ended at the end."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, env=dict(variables), stdout=output, stderr=output, start_new_session=True
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=20)


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until `url` answers; raises with the end of the log where the process has ended."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"{url} did not answer:\n{log.read_text('utf-8', 'replace')[-3000:]}")
