"""An OpenID Connect provider on a port, in the process of the test, whose people and keys a test may change.

It knows who a browser is by a cookie `person` and asks nobody for a password. What it says about a person is
whatever the test put there, however ugly.
"""

import json
import secrets
import threading
from base64 import b64decode
from collections.abc import Generator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

from fakes.login_provider import CLIENT_ID, LoginProvider

SECRET = "secret-of-the-hub-at-the-provider"


class ProviderOfPeople(LoginProvider):
    """People by subject with their claims; `is_down` answers 503, `ended` holds subjects to refuse."""

    def __init__(self, issuer: str) -> None:
        super().__init__(issuer=issuer)
        self.metadata["revocation_endpoint"] = f"{issuer}/revoke"
        self.people: dict[str, dict[str, Any]] = {}
        self.tokens_tell: dict[str, Any] = {}
        self.ended: set[str] = set()
        self.is_down = False
        self.signing = "rsa"
        self.revoked: list[str] = []
        self._codes: dict[str, tuple[str, str]] = {}
        self._holders: dict[str, str] = {}

    def answer(
        self, path: str, query: dict[str, str], form: dict[str, str], headers: Any
    ) -> tuple[int, dict[str, str], dict[str, Any]]:
        """Status, headers and JSON body of one request."""
        endpoint = path.rsplit("/", 1)[-1]
        self.asked.append(endpoint)
        if self.is_down:
            return 503, {}, {}
        if endpoint == "auth":
            person = SimpleCookie(headers.get("Cookie", ""))["person"].value
            code = secrets.token_hex(8)
            self._codes[code] = (person, query.get("nonce", ""))
            answer = urlencode({"code": code, "state": query["state"]})
            return 302, {"Location": f"{query['redirect_uri']}?{answer}"}, {}
        if endpoint == "token":
            return self._token(form, headers)
        if endpoint == "userinfo":
            person = self._holders.get(headers.get("Authorization", "").removeprefix("Bearer "), "")
            known = person in self.people and person not in self.ended
            return (200, {}, {"sub": person, **self.people[person]}) if known else (401, {}, {})
        if endpoint == "revoke":
            self.revoked.append(form["token"])
            self._holders.pop(form["token"], None)
            return 200, {}, {}
        documents = {"openid-configuration": self.metadata, "jwks": self.jwks()}
        return (200, {}, documents[endpoint]) if endpoint in documents else (404, {}, {})

    def _token(self, form: dict[str, str], headers: Any) -> tuple[int, dict[str, str], dict[str, Any]]:
        basic = b64decode(headers["Authorization"].removeprefix("Basic ")).decode()
        if [unquote_plus(part) for part in basic.split(":")] != [CLIENT_ID, SECRET]:
            return 401, {}, {"error": "invalid_client"}
        person, nonce = self._codes.pop(form.get("code", ""), ("", ""))
        person = person or self._holders.get(form.get("refresh_token", ""), "")
        if person not in self.people or person in self.ended:
            return 400, {}, {"error": "invalid_grant"}
        access, refresh = secrets.token_hex(16), secrets.token_hex(16)
        self._holders |= {access: person, refresh: person}
        claims = {"sub": person, "nonce": nonce or None, **self.tokens_tell}
        return (
            200,
            {},
            json.loads(
                self.token_answer(
                    id_token=self.id_token(self.signing, **claims), access_token=access, refresh_token=refresh
                ).content
            ),
        )


@contextmanager
def provider_of_people() -> Generator[ProviderOfPeople]:
    """The provider on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length", 0))
            form = dict(parse_qsl(self.rfile.read(length).decode()))
            status, headers, body = provider.answer(
                parts.path, dict(parse_qsl(parts.query)), form, self.headers
            )
            content = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object, **__: object) -> None:
            """Say nothing: a test that wants to know reads `asked`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = ProviderOfPeople(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
