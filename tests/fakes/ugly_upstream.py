"""Catalogues over real HTTP on loopback that do what nobody should: one below each path."""

import datetime
import gzip
import json
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fakes.stac_documents import cube_item

MEBIBYTE = 2**20


def feature(identifier: str, **changes: Any) -> dict[str, Any]:
    """A small item."""
    return cube_item(id=identifier, assets={}, **changes)


class UglyUpstream:
    """Knows how often each catalogue was asked, how many bytes it sent, and which secrets it was shown."""

    def __init__(self) -> None:
        self.port = 0
        self.other_port = 0
        self.asked: Counter[str] = Counter()
        self.sent: Counter[str] = Counter()
        self.shown: dict[str, str] = {}
        self.ended = threading.Event()
        self.begun = threading.Event()
        self.dropped = threading.Event()

    @property
    def root(self) -> str:
        """Where the catalogues are, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def answer(self, handler: "_Handler") -> None:
        """Answer one request as the catalogue of its first path segment does."""
        name, _, path = handler.path.lstrip("/").partition("/")
        path, _, query = path.partition("?")
        self.asked[name] += 1
        self.shown[name] = handler.headers.get("Authorization", "")
        ugly: Callable[[_Handler, str, str], None] = getattr(self, f"_{name.replace('-', '_')}", self._good)
        with suppress(BrokenPipeError, ConnectionResetError, ssl.SSLError):
            ugly(handler, path, query)

    def _good(self, handler: "_Handler", path: str, query: str) -> None:
        handler.json(page(feature("good")) if path == "search" else {"type": "Catalog", "conformsTo": []})

    def _html(self, handler: "_Handler", path: str, query: str) -> None:
        handler.give(200, b"<!doctype html><title>Log in</title>", "text/html")

    def _truncated(self, handler: "_Handler", path: str, query: str) -> None:
        handler.give(200, json.dumps(page(feature("a"))).encode()[:-40])

    def _cut_off(self, handler: "_Handler", path: str, query: str) -> None:
        handler.begin(200, {"Content-Length": "5000", "Content-Type": "application/json"})
        handler.wfile.write(b'{"features": [')
        handler.close_connection = True

    def _circle(self, handler: "_Handler", path: str, query: str) -> None:
        # Two places that send to each other.
        place = "other" if path == "search" else "search"
        handler.redirect(f"/circle/{place}?{query}")

    def _endless(self, handler: "_Handler", path: str, query: str) -> None:
        handler.redirect(f"/endless/search?{self.asked['endless']}")

    def _huge(self, handler: "_Handler", path: str, query: str) -> None:
        handler.begin(200, {"Content-Type": "application/json"})
        for _ in range(200):
            handler.wfile.write(b" " * MEBIBYTE)
            self.sent["huge"] += MEBIBYTE

    def _bomb(self, handler: "_Handler", path: str, query: str) -> None:
        handler.give(200, gzip.compress(b" " * 200 * MEBIBYTE, 1), encoding="gzip")

    def _bad_gzip(self, handler: "_Handler", path: str, query: str) -> None:
        handler.give(200, b"this is no gzip", encoding="gzip")

    def _short_gzip(self, handler: "_Handler", path: str, query: str) -> None:
        handler.give(200, gzip.compress(json.dumps(page(feature("a"))).encode())[:-30], encoding="gzip")

    def _silent(self, handler: "_Handler", path: str, query: str) -> None:
        self.ended.wait(60)

    def _left(self, handler: "_Handler", path: str, query: str) -> None:
        self.begun.set()
        if handler.rfile.read(1) == b"":
            self.dropped.set()

    def _drip(self, handler: "_Handler", path: str, query: str) -> None:
        handler.begin(200, {"Content-Type": "application/json"})
        while not self.ended.wait(0.1):
            handler.wfile.write(b" ")

    def _nobody(self, handler: "_Handler", path: str, query: str) -> None:
        handler.close_connection = True

    def _latin(self, handler: "_Handler", path: str, query: str) -> None:
        body = json.dumps(page(feature("a", properties={"title": "Übersicht"})), ensure_ascii=False)
        handler.give(200, body.encode("latin-1"), "application/json; charset=utf-8")

    def _busy(self, handler: "_Handler", path: str, query: str) -> None:
        if path == "search" and self.asked["busy"] <= 2:
            handler.begin(429, {"Retry-After": "1", "Content-Length": "0"})
        else:
            self._good(handler, path, query)

    def _very_busy(self, handler: "_Handler", path: str, query: str) -> None:
        handler.begin(503, {"Retry-After": "40", "Content-Length": "0"})

    def _next_elsewhere(self, handler: "_Handler", path: str, query: str) -> None:
        if "token" in query:
            handler.json(page(feature("second")))
        else:
            handler.json(page(feature("first"), to=f"http://127.0.0.1:{self.other_port}/good/search?token=1"))

    def _next_itself(self, handler: "_Handler", path: str, query: str) -> None:
        handler.json(page(feature("same"), to=f"{self.root}/next-itself/search?token=1"))

    def _page_size(self, handler: "_Handler", path: str, query: str) -> None:
        start = int(query.rpartition("token=")[2]) if "token" in query else 0
        sizes = {0: 5, 5: 1, 6: 150, 156: 0}
        items = [feature(f"item-{number}") for number in range(start, start + sizes[start])]
        handler.json(page(*items, to=f"search?token={start + len(items)}" if items else None))

    def _duplicates(self, handler: "_Handler", path: str, query: str) -> None:
        if "token" in query:
            handler.json(page(feature("b"), feature("c"), matched=2))
        else:
            handler.json(page(feature("a"), feature("a"), feature("b"), to="search?token=1", matched=2))

    def _many_collections(self, handler: "_Handler", path: str, query: str) -> None:
        if path != "collections":
            self._good(handler, path, query)
            return
        found = [{"type": "Collection", "id": f"c{n:05d}", "title": f"Collection {n}"} for n in range(10_000)]
        handler.json({"collections": found, "links": []})

    def _inside(self, handler: "_Handler", path: str, query: str) -> None:
        handler.redirect(f"http://127.0.0.1:{self.other_port}/good/search")

    def _metadata(self, handler: "_Handler", path: str, query: str) -> None:
        handler.redirect("http://169.254.169.254/latest/meta-data/")

    def _protected(self, handler: "_Handler", path: str, query: str) -> None:
        handler.begin(401, {"WWW-Authenticate": "Bearer", "Content-Length": "0"})


def page(*items: Any, to: str | None = None, matched: int | None = None) -> dict[str, Any]:
    """An item collection."""
    links = [] if to is None else [{"rel": "next", "href": to}]
    document: dict[str, Any] = {"type": "FeatureCollection", "features": list(items), "links": links}
    return document if matched is None else document | {"numberMatched": matched}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    upstream: UglyUpstream

    def do_GET(self) -> None:
        self.upstream.answer(self)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.upstream.answer(self)

    def begin(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if "Content-Length" not in headers:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()

    def give(self, status: int, body: bytes, kind: str = "application/json", encoding: str = "") -> None:
        headers = {"Content-Type": kind, "Content-Length": str(len(body))}
        self.begin(status, headers | ({"Content-Encoding": encoding} if encoding else {}))
        self.wfile.write(body)

    def json(self, document: object) -> None:
        self.give(200, json.dumps(document).encode(), "application/geo+json")

    def redirect(self, place: str) -> None:
        self.begin(302, {"Location": place, "Content-Length": "0"})

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: what was asked is counted."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: whoever does not trust or does not wait goes away."""


@contextmanager
def ugly_upstream(certificate: Path | None = None) -> Generator[UglyUpstream]:
    """A server on a free port; with a folder for its certificate, which nobody signed, it speaks TLS."""
    upstream = UglyUpstream()
    handler = type("Handler", (_Handler,), {"upstream": upstream})
    with _Server(("127.0.0.1", 0), handler) as server:
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(_self_signed(certificate))
            server.socket = context.wrap_socket(server.socket, server_side=True)
        upstream.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield upstream
        finally:
            upstream.ended.set()
            server.shutdown()
            thread.join()


def _self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.fromtimestamp(time.time(), datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path
