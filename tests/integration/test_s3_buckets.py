"""Making the buckets of a new EOHub, with an S3 that works, fails, lies or is not there."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from fakes.storage_issuer import FakeIssuer
from fakes.storage_s3 import free_ports, running_s3

from eohub_hub.local import first_data
from eohub_hub.local.s3 import AdminKeys, ensure_buckets
from eohub_hub.local.state import StateFolder
from eohub_toolkit.errors import Unavailable

pytestmark = pytest.mark.real

KEYS = AdminKeys("EOHUB0123456789AB", "0" * 60)
DENIED = b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>"


@contextmanager
def answering(status: int, body: bytes) -> Iterator[str]:
    """An S3 that gives the same answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: a test's output is its own."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (403, DENIED),
        (403, b""),
        (404, b"<html>not here</html>"),
        (400, b"no xml at all <"),
        (500, b"oops"),
        (503, b"<Error><Code>SlowDown</Code></Error>"),
    ],
)
def test_an_s3_that_refuses_is_one_sentence(status: int, body: bytes) -> None:
    with answering(status, body) as endpoint, pytest.raises(Unavailable, match="bucket climate") as caught:
        ensure_buckets(endpoint, KEYS, ["climate"])
    assert "\n" not in f"{caught.value.detail}{caught.value.hint}"


def test_an_s3_that_is_not_there_is_one_sentence() -> None:
    with pytest.raises(Unavailable, match="bucket climate"):
        ensure_buckets(f"http://127.0.0.1:{free_ports(1)[0]}", KEYS, ["climate"])


def test_an_s3_that_never_answers_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        with pytest.raises(Unavailable, match="ReadTimeout"):
            ensure_buckets(f"http://127.0.0.1:{silent.getsockname()[1]}", KEYS, ["climate"])
    assert time.monotonic() - began < 90


def test_buckets_are_made_once_and_are_no_error_the_second_time(tmp_path: Path) -> None:
    with FakeIssuer() as issuer, running_s3(tmp_path, issuer) as s3:
        for _ in range(2):
            ensure_buckets(s3.endpoint, s3.admin_keys, ["climate", "another"])
        names = {bucket["Name"] for bucket in s3.admin().list_buckets()["Buckets"]}
    assert {"climate", "another"} <= names


@pytest.mark.parametrize("broken", ["no key", "a folder for a key", "no S3"])
def test_a_seed_that_cannot_begin_ends_with_a_line_and_exit_code_1(
    tmp_path: Path, broken: str, capfd: pytest.CaptureFixture[str]
) -> None:
    state = StateFolder(tmp_path / "state")
    state.prepare()
    admin = state.secrets / "s3_admin.json"
    if broken == "a folder for a key":
        admin.mkdir()
    elif broken == "no S3":
        admin.write_text('{"access_key_id": "EOHUB0123456789AB", "secret_access_key": "00"}')
    endpoint = f"http://127.0.0.1:{free_ports(1)[0]}"
    assert first_data.main([str(state.root), endpoint]) == 1
    said = "".join(capfd.readouterr())
    assert "Traceback" not in said
    assert said.strip()
