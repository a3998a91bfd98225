"""DestinE as the catalogue's server sees it: two realms that give tokens, a hub, an HDA that wants one."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import httpx2
from fakes.stac_upstream import StacUpstream

PLATFORM = "https://auth.example.org/realms/desp"
DATA_LAKE = "https://identity.example.org/auth/realms/dedl"
HUB = "http://10.0.0.1:8081/hub/api"


class Destine:
    """Answers for all of them by path. Each token is good once its number is the last that was given."""

    def __init__(self, hda: StacUpstream) -> None:
        self.hda = hda
        self.asked: list[httpx2.Request] = []
        self.forms: list[dict[str, str]] = []
        self.given = 0
        self.refresh_token = "refresh-1"
        self.rotates = False
        self.accepts = True
        self.answers: dict[str, httpx2.Response] = {}

    def handle(self, request: httpx2.Request) -> httpx2.Response:
        """Answer one request."""
        self.asked.append(request)
        url = str(request.url)
        for ending, answer in self.answers.items():
            if url.endswith(ending):
                return answer
        path = request.url.path
        if path.startswith("/api/v1"):
            return self._hda(request)
        if url.endswith("/.well-known/openid-configuration"):
            issuer = url.removesuffix("/.well-known/openid-configuration")
            return httpx2.Response(200, json={"issuer": issuer, "token_endpoint": f"{issuer}/token"})
        self.forms.append(dict(parse_qsl(request.content.decode())))
        if path.startswith("/hub/api/"):
            return self._token({"expires_at": 9e9})
        if path.startswith("/realms/desp/"):
            return self._refreshed(self.forms[-1])
        return self._token({"expires_in": 300})

    def _hda(self, request: httpx2.Request) -> httpx2.Response:
        is_search = request.url.path.endswith("/search")
        good = self.accepts and request.headers.get("authorization") == f"Bearer token-{self.given}"
        if is_search and not good:
            return httpx2.Response(401, json={"detail": "Unauthorized"})
        return self.hda.handle(request)

    def _refreshed(self, form: dict[str, str]) -> httpx2.Response:
        if form.get("refresh_token") != self.refresh_token:
            return httpx2.Response(400, json={"error": "invalid_grant"})
        if self.rotates:
            self.refresh_token = f"refresh-{len(self.forms) + 1}"
        answer = {"access_token": "platform-token", "refresh_token": self.refresh_token}
        return httpx2.Response(200, json=answer)

    def _token(self, more: dict[str, Any]) -> httpx2.Response:
        self.given += 1
        return httpx2.Response(200, json={"access_token": f"token-{self.given}", **more})


@contextmanager
def destine_on_loopback(destine: Destine) -> Generator[str]:
    """All of them behind one real port; the address of it, without a slash at the end."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            url = f"http://{self.headers['Host']}{self.path}"
            asked = httpx2.Request(self.command, url, headers=dict(self.headers), content=body)
            answer = destine.handle(asked)
            self.send_response(answer.status_code)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: what was asked is kept."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
