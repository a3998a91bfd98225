"""STS and the hub's API as httpx2 transports: what they answer, without a network; and STS on a port."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import httpx2
from fakes.storage_hub import FakeHub

from eohub_storage.identity import claims_of

_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"


def sts_transport(trusted: str, now: datetime, asked: list[dict[str, str]]) -> httpx2.MockTransport:
    """Answers AssumeRoleWithWebIdentity in AWS's XML; `asked` collects the forms."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        asked.append(form)
        claims = claims_of(form["WebIdentityToken"])
        if datetime.fromtimestamp(claims["exp"], UTC) <= now:
            return _error(400, "ExpiredTokenException")
        if claims["iss"] != trusted:
            return _error(403, "AccessDenied")
        ends = (now + timedelta(seconds=int(form["DurationSeconds"]))).strftime("%Y-%m-%dT%H:%M:%SZ")
        return httpx2.Response(200, text=_keys(len(asked), ends))

    return httpx2.MockTransport(answer)


@contextmanager
def sts_on_a_port() -> Generator[str]:
    """The address of an STS on the loopback that gives keys for an hour to whoever asks."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            ends = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
            body = _keys(1, ends).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def fixed(status: int, body: str) -> httpx2.MockTransport:
    """Answers everything alike."""
    return httpx2.MockTransport(lambda request: httpx2.Response(status, text=body))


def unreachable() -> httpx2.MockTransport:
    """A server that is not there."""

    def refuse(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused", request=request)

    return httpx2.MockTransport(refuse)


def hub_transport(hub: FakeHub) -> httpx2.MockTransport:
    """The answers of a FakeHub without its port."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        token = request.headers.get("Authorization", "").partition(" ")[2]
        if request.method == "POST":
            return httpx2.Response(hub.write_down(urlsplit(str(request.url)).path, token, request.content))
        status, body = hub.answer(urlsplit(str(request.url)).path, token)
        return httpx2.Response(status, json=body)

    return httpx2.MockTransport(answer)


def _keys(number: int, ends: str) -> str:
    return (
        f'<?xml version="1.0"?><AssumeRoleWithWebIdentityResponse xmlns="{_NAMESPACE}">'
        f"<AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>ASIA{number}</AccessKeyId>"
        f"<SecretAccessKey>secret</SecretAccessKey><SessionToken>session</SessionToken>"
        f"<Expiration>{ends}</Expiration></Credentials></AssumeRoleWithWebIdentityResult>"
        "</AssumeRoleWithWebIdentityResponse>"
    )


def _error(status: int, code: str) -> httpx2.Response:
    error = f"<Error><Code>{code}</Code><Message>no</Message></Error>"
    return httpx2.Response(status, text=f'<ErrorResponse xmlns="{_NAMESPACE}">{error}</ErrorResponse>')
