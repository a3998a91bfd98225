"""A small JupyterHub API on a loopback port: tokens, users, and their auth state."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

SERVICE_TOKEN = "token-of-the-storage-service"
SCOPE = "custom:storage:credentials"


@dataclass
class HubPerson:
    """A user of the fake hub: tokens with their scopes, the auth state, and what a refresh would change."""

    name: str
    tokens: dict[str, list[str]] = field(default_factory=dict)
    auth_state: dict[str, Any] | None = None
    refreshed_state: dict[str, Any] | None = None
    groups: tuple[str, ...] = ()


class FakeHub:
    """Answers `GET /hub/api/user`, `GET /hub/api/users/NAME` and `POST /hub/api/eohub/audit` as our hub does.

    Being asked for a token's owner refreshes that person's login, as the real hub does when it is due.
    """

    def __init__(self, port: int = 0) -> None:
        self.people: dict[str, HubPerson] = {}
        self.service_scopes = ["read:users:name", "admin:auth_state", "custom:audit:write"]
        self.requests: list[str] = []
        self.audited: list[dict[str, Any]] = []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                _, _, token = self.headers.get("Authorization", "").partition(" ")
                status, body = hub.answer(self.path, token)
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def do_POST(self) -> None:
                _, _, token = self.headers.get("Authorization", "").partition(" ")
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(hub.write_down(self.path, token, body))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing: a test's output is its own."""

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.api_url = f"http://127.0.0.1:{self.server.server_address[1]}/hub/api"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def add(self, name: str, id_token: str | None, *, scopes: list[str] | None = None) -> str:
        """A user with one server, whose token is returned."""
        token = f"server-token-of-{name}"
        state = None if id_token is None else {"id_token": id_token, "access_token": "opaque"}
        self.people[name] = HubPerson(name, {token: [SCOPE] if scopes is None else scopes}, state)
        return token

    def answer(self, path: str, token: str) -> tuple[int, dict[str, Any]]:
        """Status and body of a GET with `token`."""
        self.requests.append(path)
        owner = next((person for person in self.people.values() if token in person.tokens), None)
        if path == "/hub/api/user" and owner is not None:
            owner.auth_state = owner.refreshed_state or owner.auth_state
            scopes = owner.tokens[token]
            return 200, {"kind": "user", "name": owner.name, "groups": list(owner.groups), "scopes": scopes}
        if path == "/hub/api/user" and token == SERVICE_TOKEN:
            return 200, {"kind": "service", "name": "storage", "scopes": [*self.service_scopes, SCOPE]}
        if path.startswith("/hub/api/users/") and token == SERVICE_TOKEN:
            return self._model(unquote(path.removeprefix("/hub/api/users/")))
        return 403, {"status": 403, "message": "Forbidden"}

    def write_down(self, path: str, token: str, body: bytes) -> int:
        """Status of a POST with `token`; what is written down is in `audited`."""
        if path != "/hub/api/eohub/audit" or token != SERVICE_TOKEN:
            return 403
        if "custom:audit:write" not in self.service_scopes:
            return 403
        event = json.loads(body)
        if event["actor"] not in self.people:
            return 422
        self.audited.append(event)
        return 204

    def _model(self, name: str) -> tuple[int, dict[str, Any]]:
        person = self.people.get(name)
        if "read:users:name" not in self.service_scopes or person is None:
            return 404, {"status": 404, "message": "Not Found"}
        model: dict[str, Any] = {"kind": "user", "name": name}
        if "admin:auth_state" in self.service_scopes:
            model["auth_state"] = person.auth_state
        return 200, model

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.shutdown()
        self.server.server_close()
