"""A host on loopback that takes requests and never answers, so that whoever asks waits."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread


class _Silent(BaseHTTPRequestHandler):
    """Answers a first question never, so that whoever asks waits."""

    def do_GET(self) -> None:
        self.server.asked.set()  # type: ignore[attr-defined]
        self.server.ended.wait(60)  # type: ignore[attr-defined]

    do_HEAD = do_GET  # noqa: N815


class silent_host:  # noqa: N801
    """A host on loopback that takes requests and never answers."""

    def __enter__(self) -> "silent_host":
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Silent)
        self._server.daemon_threads = True
        self._server.asked = Event()  # type: ignore[attr-defined]
        self.asked = self._server.asked  # type: ignore[attr-defined]
        self._server.ended = Event()  # type: ignore[attr-defined]
        Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/a.nc"
        return self

    def __exit__(self, *error: object) -> None:
        self._server.ended.set()  # type: ignore[attr-defined]
        self._server.shutdown()
