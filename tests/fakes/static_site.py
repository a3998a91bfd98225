"""A web server in memory with the files of a static catalogue, which counts what it is asked."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urljoin

import httpx2

ROOT = "https://static.example.org/stac/catalog.json"


class StaticSite(httpx2.AsyncBaseTransport):
    """Answers by address, with an ETag; `answers` holds what is given in place of a file."""

    def __init__(self, files: Mapping[str, Any], *, validators: bool = True) -> None:
        self.files: dict[str, bytes] = {}
        self.validators = validators
        self.answers: dict[str, httpx2.Response] = {}
        self.asked: list[tuple[str, str, int]] = []
        for address, document in files.items():
            self.put(address, document)

    def put(self, address: str, document: Any) -> None:
        """Place a file, as bytes or as a JSON document."""
        self.files[str(httpx2.URL(address))] = (
            document if isinstance(document, bytes) else json.dumps(document).encode()
        )

    @property
    def bodies(self) -> list[str]:
        """The addresses whose bodies were sent."""
        return [address for _, address, status in self.asked if status == 200]

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer."""
        address = str(request.url)
        answer = self._answer(request, address)
        self.asked.append((request.method, address, answer.status_code))
        return answer

    def _answer(self, request: httpx2.Request, address: str) -> httpx2.Response:
        if address in self.answers:
            return self.answers[address]
        body = self.files.get(address)
        if body is None:
            return httpx2.Response(404)
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        if self.validators:
            headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            if request.headers.get("If-None-Match") == headers["ETag"]:
                return httpx2.Response(304, headers={"ETag": headers["ETag"]})
        return httpx2.Response(200, headers=headers, content=b"" if request.method == "HEAD" else body)


def published(
    collections: list[dict[str, Any]],
    items: list[dict[str, Any]],
    how: Literal["self-contained", "relative", "absolute"] = "self-contained",
    root: str = ROOT,
) -> dict[str, Any]:
    """The files of a static catalogue by address, linked as STAC's three kinds of publication are."""
    files: dict[str, Any] = {}
    base = urljoin(root, ".")

    def link(relation: str, place: str, target: str) -> dict[str, str]:
        href = target if how == "absolute" else _relative(place, target)
        return {"rel": relation, "href": href, "type": "application/json"}

    def put(place: str, document: dict[str, Any], *links: dict[str, str]) -> None:
        own = [] if how == "self-contained" else [{"rel": "self", "href": base + place}]
        told = [{**each, "href": base + each["href"]} if how == "absolute" else each for each in links]
        files[base + place] = {**document, "links": [*own, *told]}

    for item in items:
        place = f"{item['collection']}/{item['id']}/{item['id']}.json"
        put(place, item, link("root", place, "catalog.json"))
    for collection in collections:
        place = f"{collection['id']}/collection.json"
        inside = [each["id"] for each in items if each["collection"] == collection["id"]]
        put(
            place,
            collection,
            link("root", place, "catalog.json"),
            *(link("item", place, f"{collection['id']}/{each}/{each}.json") for each in inside),
        )
    children = [link("child", "catalog.json", f"{each['id']}/collection.json") for each in collections]
    catalogue = {"type": "Catalog", "stac_version": "1.1.0", "id": "static", "description": "Static"}
    put("catalog.json", catalogue, *children)
    return files


def _relative(place: str, target: str) -> str:
    return "../" * place.count("/") + target
