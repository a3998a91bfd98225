"""HTTP and HTTPS, over aiohttp: ranges, redirects that take no token along, and hosts that may be asked."""

import asyncio
import time
import weakref
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import quote, urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from eohub_cubes.errors import LoginEnded, NoAccess, NotReadable
from eohub_cubes.reading.attempts import Broken, Got, Refused, Span, cannot_list, too_large
from eohub_cubes.reading.guard import Guard
from eohub_cubes.reading.logins import Logins
from eohub_cubes.reading.loop import on_loop
from eohub_cubes.reading.signing import Again, Signature

_MOST_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SIGNATURE_ENDED = frozenset({400, 401, 403})
"""What stores answer to a signature that ended: Google's with 400, others with 401 or 403."""
_MOST_UNASKED = 64 * 2**20
_MOST_DIGITS = 18
_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=30)


class WebObjects:
    """The port Objects over a web server; reads run on zarr's loop."""

    def __init__(self, address: str, logins: Logins, guard: Guard | None, again: Again | None = None) -> None:
        parts = urlsplit(address)
        self.host = parts.netloc.rpartition("@")[2]
        self._origin = f"{parts.scheme}://{self.host}"
        self._signed = Signature(address, again)
        self._logins = logins
        self._guard = guard
        self._sessions: dict[asyncio.AbstractEventLoop, aiohttp.ClientSession] = {}

    @property
    def renewals(self) -> int:
        """How often tokens and signatures were got after the first ones."""
        return self._logins.renewals + self._signed.renewals

    async def get(self, path: str, span: Span | None, most: int) -> Got | None:
        """Send one request for an object, and follow its redirects."""
        return await on_loop(self._get(path, span, most))

    async def head(self, path: str) -> Got | None:
        """Ask for one byte: signed addresses are often good for GET alone, and HEAD is often left out."""
        return await on_loop(self._head(path))

    async def _get(self, path: str, span: Span | None, most: int) -> Got | None:
        headers = {"Accept-Encoding": "identity"}
        if span is not None:
            headers["Range"] = _range(span)
        query = self._signed.query
        async with Answer(self, self._url(path), headers) as answer:
            if answer.status in (404, 410):
                return None
            if answer.status not in (200, 206):
                self._signed.refused(query)
                raise await self._refused(answer)
            body = await whole(answer, *self._bound(answer.status, span, most))
            etag = answer.headers.get("ETag")
            if answer.status == 206:
                return Got(body, self._size(answer), etag)
            return Got(body if span is None else _cut(body, span), len(body), etag)

    async def _head(self, path: str) -> Got | None:
        headers = {"Accept-Encoding": "identity", "Range": "bytes=0-0"}
        query = self._signed.query
        async with Answer(self, self._url(path), headers) as answer:
            etag = answer.headers.get("ETag")
            match answer.status:
                case 404 | 410:
                    return None
                case 206:
                    return Got(b"", self._size(answer), etag, _modified(answer))
                case 416:
                    return Got(b"", 0, etag)
                case 200 if answer.content_length is not None:
                    return Got(b"", answer.content_length, etag, _modified(answer))
                case _:
                    self._signed.refused(query)
                    raise await self._refused(answer)

    async def _refused(self, answer: aiohttp.ClientResponse) -> Refused:
        has_ended = self._signed.is_signed and answer.status in _SIGNATURE_ENDED
        return Refused(answer.status, "ExpiredToken" if has_ended else None, retry_after(answer))

    def _size(self, answer: aiohttp.ClientResponse) -> int:
        total = answer.headers.get("Content-Range", "").rpartition("/")[2]
        if not total.isascii() or not total.isdigit() or len(total) > _MOST_DIGITS:
            raise self._odd("does not tell how long its files are")
        return int(total)

    def _bound(self, status: int, span: Span | None, most: int) -> tuple[int, NotReadable]:
        """Bytes that an answer may have, and what is told of one with more."""
        if span is not None and status == 200:
            told = f"{self.host} cannot send parts of a file, so that all of it would have to be read."
            return _MOST_UNASKED, NotReadable(told)
        asked = None if span is None else span.length or (-span.start if span.start < 0 else None)
        if asked is not None:
            return asked, self._odd("sends other parts of a file than it is asked for")
        return most, too_large(self.host, most)

    def _odd(self, does: str) -> NotReadable:
        return NotReadable(
            f"{self.host} {does}, so that no data is read from there.",
            hint="Tell those who run it, or copy the file to where its parts can be read.",
        )

    async def paths(self, prefix: str) -> AsyncIterator[Sequence[str]]:
        """Raise NotReadable: nothing tells what lies on a web server."""
        raise cannot_list(self.host)
        yield []

    async def names(self, folder: str) -> Sequence[str]:
        """Raise NotReadable."""
        raise cannot_list(self.host)

    async def renew(self) -> bool:
        """Get another signature for this address, or another token for this host."""
        if self._signed.is_signed:
            return await self._signed.renew()
        return await self._logins.renew(self._origin)

    def refusal(self, refused: Refused) -> Exception:
        """What a person is told of a 401 or 403."""
        if self._signed.is_signed:
            return LoginEnded(
                f"The signed address at {self.host} is good no more.",
                hint="Signed addresses end after a while: search for the item again to get a fresh one.",
            )
        hint = self._logins.hint(self._origin)
        if refused.status == 401:
            return LoginEnded(
                f"{self.host} wants a login that this server does not have, or that ended.", hint=hint
            )
        return NoAccess(f"{self.host} does not let you read this data.", hint=hint)

    async def open(self, url: str, headers: Mapping[str, str]) -> aiohttp.ClientResponse:
        """Send a request to where redirects lead; each host gets its own token, and no other's."""
        for _ in range(_MOST_REDIRECTS + 1):
            answer = await self.send(url, {**headers, **await self._logins.headers(_origin(url))})
            target = answer.headers.get("Location")
            if answer.status not in REDIRECTS or target is None:
                return answer
            answer.close()
            url = urljoin(url, target)
            if urlsplit(url).scheme not in ("http", "https"):
                break
        raise NotReadable(f"{self.host} redirects in a circle, or to nowhere.")

    async def send(self, url: str, headers: Mapping[str, str]) -> aiohttp.ClientResponse:
        """Send one request, to an address that the guard lets it have."""
        if self._guard is not None:
            self._guard.check_literal(url)
        where = URL(url, encoded=True)
        return await self._client().get(where, headers=headers, allow_redirects=False, timeout=_TIMEOUT)

    def _url(self, path: str) -> str:
        query = f"?{self._signed.query}" if self._signed.query else ""
        return f"{self._origin}/{quote(path, safe="/!$&'()*+,;=:@~")}{query}"

    def _client(self) -> aiohttp.ClientSession:
        running = asyncio.get_running_loop()
        session = self._sessions.get(running)
        if session is None:
            resolver: AbstractResolver | None = None if self._guard is None else self._guard.resolver()
            connector = aiohttp.TCPConnector(limit=0, resolver=resolver, use_dns_cache=self._guard is None)
            session = self._sessions[running] = aiohttp.ClientSession(
                connector=connector, auto_decompress=False
            )
            weakref.finalize(self, _close, running, session)
        return session


def _close(running: asyncio.AbstractEventLoop, session: aiohttp.ClientSession) -> None:
    """Close the connections of a reader that nobody has any more, or at the end of the process."""
    with suppress(Exception):
        asyncio.run_coroutine_threadsafe(session.close(), running)


class Answer:
    """An answer, with what can go wrong on the way told as Broken."""

    def __init__(self, objects: WebObjects, url: str, headers: Mapping[str, str]) -> None:
        self._host = objects.host
        self._opening = objects.open(url, headers)
        self._answer: aiohttp.ClientResponse | None = None

    async def __aenter__(self) -> aiohttp.ClientResponse:
        try:
            self._answer = await self._opening
            return self._answer
        except ValueError:
            # Of the address, or of where a redirect leads: no such port, no such form of a host.
            told = f"{self._host[:200]} is, or redirects to, what is no address of a host."
            raise NotReadable(told) from None
        except (TimeoutError, aiohttp.ClientError, OSError):
            raise Broken(cut=False) from None

    async def __aexit__(self, *ended: object) -> None:
        if self._answer is not None:
            self._answer.release()


async def whole(answer: aiohttp.ClientResponse, most: int, beyond: Exception) -> bytes:
    """All of a body; raises Broken where it ends in the middle, and `beyond` where more than `most` comes."""
    if (answer.content_length or 0) > most:
        raise beyond
    parts: list[bytes] = []
    try:
        # A body need not tell how long it is.
        while part := await answer.content.readany():
            parts.append(part)
            most -= len(part)
            if most < 0:
                answer.close()
                raise beyond
        return b"".join(parts)
    except (TimeoutError, aiohttp.ClientError, OSError):
        raise Broken(cut=True) from None


def _range(span: Span) -> str:
    match span:
        case Span(start, None) if start < 0:
            return f"bytes={start}"
        case Span(start, None):
            return f"bytes={start}-"
        case Span(start, int(length)):
            return f"bytes={start}-{start + length - 1}"
        case _:
            raise AssertionError("a length is a number or none")


def _cut(body: bytes, span: Span) -> bytes:
    return body[span.start :] if span.length is None else body[span.start : span.start + span.length]


def _modified(answer: aiohttp.ClientResponse) -> datetime | None:
    try:
        return parsedate_to_datetime(answer.headers["Last-Modified"])
    except (KeyError, ValueError):
        return None


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def retry_after(answer: aiohttp.ClientResponse) -> float | None:
    """The wait that a host asks for, in seconds or until a date (RFC 9110, section 10.2.3)."""
    header = answer.headers.get("Retry-After", "")
    if header.isascii() and header.isdigit():
        return min(float(header), 86_400.0)
    try:
        return min(max(0.0, parsedate_to_datetime(header).timestamp() - time.time()), 86_400.0)
    except (ValueError, OverflowError):
        return None
