"""DestinE as the catalogue's server sees it: two realms that give tokens, a hub, an HDA that wants one.

The order desk does as the HDA's published notebooks show.
"""

import json
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import httpx2
from fakes.stac_upstream import ROOT, StacUpstream

PLATFORM = "https://auth.example.org/realms/desp"
DATA_LAKE = "https://identity.example.org/auth/realms/dedl"
COLLECTION = "EO.ECMWF.DAT.DT_CLIMATE_ADAPTATION"
HUB = "http://10.0.0.1:8081/hub/api"


class OrderDesk:
    """Takes orders and keeps them; each goes through its states, one with each ask."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.answers: list[httpx2.Response | Exception] = []
        self.asks: list[httpx2.Response | Exception] = []
        self.states = ["ordered", "shipping", "succeeded"]
        self.delivered: dict[str, Any] = {
            "downloadLink": {"href": "https://files.example.org/big.nc", "file:size": 100_800_000_000}
        }
        self.before_answering: Callable[[], None] = lambda: None
        self._at: dict[str, int] = {}

    def place(self, request: httpx2.Request) -> httpx2.Response:
        """Take an order, unless an answer was prepared; one that is lost was taken all the same."""
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, httpx2.Response):
            return answer
        if isinstance(answer, httpx2.ConnectError):
            raise answer
        self.taken.append(json.loads(request.content))
        if answer is not None:
            raise answer
        identifier = f"order-{len(self.taken)}"
        self._at[identifier] = 0
        self.before_answering()
        return httpx2.Response(201, json=self._item(identifier))

    def item(self, identifier: str) -> httpx2.Response | None:
        """The item of an order, one state on; None where it is none of an order."""
        if identifier not in self._at:
            return None
        answer = self.asks.pop(0) if self.asks else None
        if isinstance(answer, Exception):
            raise answer
        if answer is not None:
            return answer
        self._at[identifier] = min(self._at[identifier] + 1, len(self.states) - 1)
        return httpx2.Response(200, json=self._item(identifier))

    def _item(self, identifier: str) -> dict[str, Any]:
        state = self.states[self._at[identifier]]
        return {
            "type": "Feature", "stac_version": "1.0.0", "id": identifier, "collection": COLLECTION,
            "geometry": None, "links": [],
            "properties": {"datetime": "2028-06-10T00:00:00Z", "order:status": state},
            "assets": self.delivered if state == "succeeded" else {},
        }  # fmt: skip


def orderable(root: str = ROOT, **changes: Any) -> dict[str, Any]:
    """An item as the HDA describes what a digital twin can make: no data yet, a link to order it by."""
    body = {"class": "d1", "dataset": "climate-dt", "date": "20280610", "param": ["131", "132"]}
    link = {
        "rel": "retrieve",
        "href": f"{root}/collections/{COLLECTION}/order",
        "method": "POST",
        "body": body,
    }
    ring = [[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]
    item = {
        "type": "Feature", "stac_version": "1.0.0", "id": "DT_CLIMATE_20280610", "collection": COLLECTION,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "bbox": [-180, -90, 180, 90], "links": [link], "assets": {},
        "properties": {
            "title": "Wind in June 2028", "datetime": "2028-06-10T00:00:00Z", "order:status": "orderable",
            "storage:tier": "offline",
        },
    }  # fmt: skip
    return item | changes


class Destine:
    """Answers for all of them by path. Each token is good once its number is the last that was given."""

    def __init__(self, hda: StacUpstream) -> None:
        self.hda = hda
        self.desk = OrderDesk()
        self.asked: list[httpx2.Request] = []
        self.forms: list[dict[str, str]] = []
        self.given = 0
        self.refresh_token = "refresh-1"
        self.rotates = False
        self.accepts = True
        self.needs_a_login = True
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
        path = request.url.path
        asks_for_a_login = path.endswith(("/search", "/order")) or "/items/order-" in path
        good = self.accepts and request.headers.get("authorization") == f"Bearer token-{self.given}"
        if self.needs_a_login and asks_for_a_login and not good:
            return httpx2.Response(401, json={"detail": "Unauthorized"})
        if path.endswith("/order"):
            return self.desk.place(request)
        return self.desk.item(path.rpartition("/")[2]) or self.hda.handle(request)

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
