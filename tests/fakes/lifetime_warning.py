"""A lifetime service for one server that says what a test wants it to, over real HTTP."""

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from eohub_lifetime.contract import Ending, ServerLifetime


class WarningService:
    """What it says, and what it was told."""

    def __init__(self) -> None:
        self.stops_in_seconds: float | None = None
        self.cause = "idle"
        self.why = "Nothing is running in it."
        self.keep_seconds: float | None = 3600
        self.reports: list[dict[str, Any]] = []
        self.kept = 0
        self.url = ""

    def said(self) -> bytes:
        """The answer of now."""
        ending = None
        if self.stops_in_seconds is not None:
            ending = Ending.model_validate(
                {
                    "stops_in_seconds": self.stops_in_seconds,
                    "cause": self.cause,
                    "why": self.why,
                    "keep_seconds": self.keep_seconds,
                }
            )
        rules = "Stops after 1 h without activity, at the latest after 24 h."
        said = ServerLifetime(ending=ending, rules=rules, busy_with=(), age_seconds=4000, refresh_seconds=1)
        return said.model_dump_json().encode()

    def take(self, path: str, body: bytes) -> None:
        """Note a report, or keep the server."""
        if path.endswith("/keep"):
            self.kept += 1
            self.stops_in_seconds = None
        else:
            self.reports.append(json.loads(body))


@contextmanager
def warning_service() -> Generator[WarningService]:
    """A service on a free port of the loopback interface."""
    service = WarningService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            service.take(self.path, self.rfile.read(int(self.headers["Content-Length"])))
            said = service.said()
            self.send_response(200)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.url = f"http://127.0.0.1:{server.server_port}/services/lifetime"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
