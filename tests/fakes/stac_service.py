"""The real catalogue service in a process of its own, on a database of its own."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_SERVE = "from eohub_catalogue.service.__main__ import serve; serve()"
_MANAGE = "from eohub_catalogue.service.__main__ import manage; manage()"
_PATIENCE_SECONDS = 90.0


@dataclass(frozen=True)
class CatalogueService:
    """A running service: its root URL, with a slash at the end, and what it can be reached by."""

    root: str
    port: int
    database_url: str
    pid: int

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `eohub-catalogue` with these words on the service's database."""
        return manage(words, {"EOHUB_CATALOGUE_SERVICE_DATABASE_URL": self.database_url})

    def store(self, *paths: str | Path) -> subprocess.CompletedProcess[str]:
        """Run `eohub-catalogue import` on the service's database."""
        return self.run("import", *map(str, paths))


@contextmanager
def catalogue_service(
    folder: Path, prefix: str = "/services/catalogue/", hub_api_url: str | None = None
) -> Generator[CatalogueService]:
    """Start the service with its database in `folder`, beside a hub or alone; it is stopped at the end."""
    port = free_port()
    database_url = f"sqlite:///{folder / 'catalogue.sqlite'}"
    settings = {
        "EOHUB_CATALOGUE_SERVICE_DATABASE_URL": database_url,
        "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:{port}",
        "JUPYTERHUB_SERVICE_PREFIX": prefix,
    }
    if hub_api_url is not None:
        settings["JUPYTERHUB_API_URL"] = hub_api_url
    log = folder / "service.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", _SERVE], env=_environment(settings), stdout=output, stderr=output
        )
        try:
            root = f"http://127.0.0.1:{port}{prefix}"
            wait_until_answers(f"{root}health", process, log)
            yield CatalogueService(root, port, database_url, process.pid)
        finally:
            process.terminate()
            process.wait(timeout=30)


def manage(arguments: Sequence[str], settings: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the command `eohub-catalogue` to its end."""
    command = [sys.executable, "-c", _MANAGE, *arguments]
    return subprocess.run(command, env=_environment(settings), capture_output=True, text=True, timeout=600)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def json_lines(documents: Iterable[object]) -> str:
    """NDJSON: a document a line."""
    return "".join(f"{json.dumps(document)}\n" for document in documents)


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("EOHUB_", "JUPYTERHUB_"))
    }
    return inherited | dict(settings)


def wait_until_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when a GET of `url` succeeds; raises AssertionError with its `log` if it never does."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"the service did not start: {log.read_text('utf-8', 'replace')[-2000:]}")
