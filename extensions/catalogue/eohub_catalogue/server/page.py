"""Page markers: where the next page of a catalogue is, in a form that cannot lead out of the catalogue."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self
from urllib.parse import unquote, urlencode, urljoin, urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from eohub_catalogue.errors import InvalidPage
from eohub_catalogue.reading import mapping
from eohub_catalogue.wire import MAX_PAGE

_LONGEST = 12_000
_LONGEST_TRAIL = 8
_CONTROL = r"\x00-\x1f\x7f"
_PATH = rf"^[^/?#:{_CONTROL}][^?#:{_CONTROL}]*(\?[^#{_CONTROL}]*)?$"
# A link may ask for headers; none that speaks of who asks, of hosts or of the message itself.
_HEADER = re.compile(r"(x-(?!forwarded|real|http)[a-z0-9-]{1,40}|next|token|cursor|prefer)", re.IGNORECASE)
_HEADER_VALUE = re.compile(r"[\x20-\x7e]{0,500}")


class PageMarker(BaseModel):
    """A request below the catalogue's root, as its `next` link described it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: Literal["GET", "POST"]
    path: Annotated[str, StringConstraints(pattern=_PATH, max_length=8000)] = Field(
        description="Relative to the catalogue's root, with its query"
    )
    body: dict[str, object] | None = None
    same: tuple[str, ...] = Field(default=(), description="Entries of the body as in the first request")
    headers: dict[str, str] = Field(default={}, max_length=5)
    half: int = Field(default=0, ge=0, le=1, description="Which half of an area across the antimeridian")
    seen: int = Field(default=0, ge=0, description="Items on the pages before")
    trail: tuple[str, ...] = Field(default=(), max_length=_LONGEST_TRAIL, description="The pages before")

    @classmethod
    def of_item(cls, collection: str | None, item: str, is_posted: bool) -> Self:
        """The search for items of an id."""
        body: dict[str, object] = {"ids": [item], "limit": MAX_PAGE}
        if collection is not None:
            body["collections"] = [collection]
        if is_posted:
            return cls(method="POST", path="search", body=body)
        asked = {"ids": item, "limit": str(MAX_PAGE)} | ({"collections": collection} if collection else {})
        return cls(method="GET", path=f"search?{urlencode(asked)}")

    @classmethod
    def of_link(cls, link: Mapping[str, object], base_url: str, asked: Self) -> Self | None:
        """The marker of the `next` link in the answer to `asked`; None where it leads out or is too long.

        Only path and query are taken: behind a proxy many catalogues give a wrong scheme, host or prefix.
        """
        path = _path_of(link.get("href"), base_url, asked.path)
        if path is None:
            return None
        method = link.get("method")
        body = link.get("body")
        if link.get("merge") is True:
            body = {**(asked.body or {}), **mapping(body)}
        first = asked.body or {}
        same = [name for name, value in mapping(body).items() if name in first and first[name] == value]
        try:
            json.dumps(body, allow_nan=False)
            marker = cls.model_validate(
                {
                    "method": method.upper() if isinstance(method, str) else "GET",
                    "path": path,
                    "body": body if body else None,
                    "same": same,
                    "headers": _headers_of(link.get("headers")),
                    "half": asked.half,
                    "trail": [*asked.trail, asked.fingerprint()][-_LONGEST_TRAIL:],
                }
            )
            return marker if len(marker.encoded()) <= _LONGEST else None
        except (ValueError, RecursionError):
            # No marker, or a body that JSON has no form for.
            return None

    @classmethod
    def decoded(cls, text: str, first: Mapping[str, object]) -> Self:
        """The marker that `encoded` gave out, for a search that began with the body `first`.

        Raises InvalidPage.
        """
        try:
            raw = json.loads(base64.urlsafe_b64decode(text.encode("ascii")))
            marker = cls.model_validate(raw)
        except (ValueError, binascii.Error, RecursionError):
            marker = None
        if marker is None or _leads_up(marker.path) or _headers_of(marker.headers) != marker.headers:
            raise InvalidPage("This page marker is not from here.", hint="Search again.")
        whole = {name: first[name] for name in marker.same if name in first} | (marker.body or {})
        return marker.model_copy(update={"body": whole or None})

    def encoded(self) -> str:
        """An opaque text for the browser. What the first request says too is left out: it may be large."""
        own = {name: value for name, value in (self.body or {}).items() if name not in self.same}
        left = self.model_copy(update={"body": own or None})
        return base64.urlsafe_b64encode(left.model_dump_json(exclude_defaults=True).encode()).decode("ascii")

    def fingerprint(self) -> str:
        """The same for two markers that ask for the same page."""
        asked = json.dumps([self.method, self.path, self.body, self.headers], sort_keys=True)
        return hashlib.sha256(asked.encode("utf-8", "replace")).hexdigest()[:12]

    @property
    def goes_round(self) -> bool:
        """Whether one of the last pages was this one."""
        return self.fingerprint() in self.trail


def _path_of(href: object, base_url: str, asked: str) -> str | None:
    if not isinstance(href, str):
        return None
    base_path = urlsplit(base_url).path
    try:
        parts = urlsplit(urljoin(urljoin(base_url, asked), href))
    except ValueError:
        return None
    query = f"?{parts.query}" if parts.query else ""
    if parts.path.startswith(base_path):
        path = parts.path.removeprefix(base_path)
    elif parts.path and parts.path.rpartition("/")[2] == asked.partition("?")[0].rpartition("/")[2]:
        # A proxy has put the catalogue below another path than it knows of.
        path = asked.partition("?")[0]
    else:
        return None
    return None if _leads_up(path) or _leads_up(href) else path + query


def _leads_up(path: str) -> bool:
    plain = unquote(unquote(path.partition("?")[0]))
    return any(part == ".." for part in re.split(r"[/\\]", plain))


def _headers_of(headers: object) -> dict[str, str]:
    return {
        name: value
        for name, value in mapping(headers).items()
        if isinstance(value, str) and _HEADER.fullmatch(name) and _HEADER_VALUE.fullmatch(value)
    }
