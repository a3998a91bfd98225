"""The one way out of the pod's half: catalogues, headers of assets, quicklooks, static catalogues.

Every request is bounded: in time, size and redirects, in how often its host is asked and where it may lead.
"""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Literal
from urllib.parse import urljoin

import httpx2

from eohub_catalogue.contract import CatalogueSource
from eohub_catalogue.errors import CatalogueBroken, CatalogueBusy, NotSent, TimedOut
from eohub_catalogue.server.addresses import AllowedHosts, Origin
from eohub_catalogue.server.budget import Budgets
from eohub_catalogue.server.pinned import TRUSTED, PinnedTransport
from eohub_toolkit.errors import Unavailable

MEBIBYTE = 2**20
MOST_VALUES = 3_000_000
"""Of one JSON text. Empty ones take three bytes there and twenty times that in memory."""

_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PASSING = frozenset({429, 502, 503, 504})
_ENCODINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
_MOST_REPEATS = 3
_USUAL_REST_SECONDS = 1.0
_LARGEST_BROKEN = 8 * MEBIBYTE
"""To look for the members of a broken list takes a second for each of them at worst."""


@dataclass(frozen=True)
class Ask:
    """One request. `body` is sent as JSON; `secrets` are headers that only the first origin gets.

    A `form` is a login, and what does not lead on is meant for one place: no redirect of them is followed.
    What goes `behind` lets other requests to its host go first. A rest that the host wants is waited for here
    for as long as the patience lasts; beyond that it is CatalogueBusy.
    """

    url: str
    method: Literal["GET", "HEAD", "POST"] = "GET"
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: object = None
    form: Mapping[str, str] | None = None
    leads_on: bool = True
    secrets: Mapping[str, str] = field(default_factory=dict[str, str])
    trusted: Origin | None = None
    most_bytes: int = 32 * MEBIBYTE
    repeats: int = _MOST_REPEATS
    behind: bool = False
    patience_seconds: float = 3.0


@dataclass(frozen=True)
class Answer:
    """What came: its status (never a redirect), headers with lower-case names, and the decoded body."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> object:
        """The body as JSON, None where it is none; a wrong charset costs letters, not the answer.

        In a list of items, one that cannot be read is None, and its neighbours are there. A large body takes
        seconds to read, so a thread does it. Raises CatalogueBroken for more values than fit into memory.
        """
        self.demand_few_values()
        try:
            return json.loads(self.body)
        except UnicodeDecodeError:
            return _json_in(self.body, _charset_of(self.headers.get("content-type", "")))
        except (ValueError, RecursionError):
            if len(self.body) > _LARGEST_BROKEN:
                return None
            # Few answers are broken, and what reads them is not imported for the others.
            from eohub_catalogue.index.pieces import value_in_pieces

            return value_in_pieces(self.body)

    def demand_few_values(self) -> None:
        """Raise CatalogueBroken where a body that is JSON holds too many values to be read."""
        if sum(self.body.count(sign) for sign in (b",", b"[", b"{")) > MOST_VALUES:
            raise CatalogueBroken(
                f"{_origin(self.url).host} sent more than {MOST_VALUES:,} values, which are not read.",
                hint=_ASK_FOR_LESS,
            )


def trusted_origin(source: CatalogueSource) -> Origin | None:
    """The origin that may lie in the site's network: that of a catalogue which the site configured."""
    return None if source.own or source.url is None else Origin.of(source.url)


class Web:
    """Sends requests. All of it raises Unavailable, Upstream, CatalogueBusy or AddressRefused."""

    def __init__(
        self, budgets: Budgets, transport: httpx2.AsyncBaseTransport, deadline_seconds: float = 10.0
    ) -> None:
        self.deadline_seconds = deadline_seconds
        self._budgets = budgets
        self._transport = transport

    @classmethod
    def guarded(cls, allowed: Sequence[str], rates: Mapping[str, float], deadline_seconds: float) -> "Web":
        """To the public internet and what the administrator allows; raises ValueError for a wrong entry."""
        return cls(Budgets(rates), PinnedTransport(AllowedHosts.of(allowed)), deadline_seconds)

    def now(self) -> float:
        """Seconds since whenever, by the clock of the deadlines."""
        return self._budgets.clock.now()

    async def send(self, ask: Ask, deadline_seconds: float | None = None) -> Answer:
        """Send a request and follow its redirects, all of it within the deadline."""
        seconds = self.deadline_seconds if deadline_seconds is None else deadline_seconds
        host = _origin(ask.url).host
        try:
            if seconds <= 0:
                raise TimeoutError
            async with asyncio.timeout(seconds):
                return await self._follow(ask, self.now() + seconds)
        except TimeoutError:
            raise TimedOut(
                f"{host} did not answer within {seconds:g} s.", hint="Try again in a moment."
            ) from None

    async def _follow(self, ask: Ask, end: float) -> Answer:
        first = _origin(ask.url)
        url, method, seen = ask.url, ask.method, {(ask.method, ask.url)}
        while True:
            secrets = ask.secrets if _origin(url) == first else {}
            answer = await self._repeat(ask, url, method, secrets, end)
            target = answer.headers.get("location")
            if answer.status not in _REDIRECTS or target is None:
                return answer
            if ask.form is not None or not ask.leads_on:
                what = "an order" if ask.form is None else "a login"
                raise CatalogueBroken(f"{first.host} redirects {what}, which is not followed.", hint=_TELL)
            url = _joined(url, target)
            method = "GET" if answer.status == 303 and method == "POST" else method
            if (method, url) in seen:
                raise CatalogueBroken(f"{first.host} redirects in a circle.", hint=_TELL)
            if len(seen) > _MOST_REDIRECTS:
                detail = f"{first.host} redirects more than {_MOST_REDIRECTS} times."
                raise CatalogueBroken(detail, hint=_TELL)
            seen.add((method, url))

    async def _repeat(
        self, ask: Ask, url: str, method: str, secrets: Mapping[str, str], end: float
    ) -> Answer:
        origin = _origin(url)
        host, budget = origin.host, self._budgets.of(origin.host, origin.port)
        turn = budget.turn_behind if ask.behind else budget.turn
        for left in range(ask.repeats - 1, -1, -1):
            try:
                async with turn(end, ask.patience_seconds):
                    answer = await self._once(ask, url, method, secrets)
            except httpx2.TransportError as error:
                # A single lost connection is bridged; a host that is away is not asked again and again.
                if left < ask.repeats - 1 or left == 0 or isinstance(error, httpx2.ConnectError):
                    raise _unreachable(host, error) from error
                continue
            except httpx2.DecodingError as error:
                raise _packed(host) from error
            if answer.status not in _PASSING:
                return answer
            asked = retry_after_seconds(answer.headers.get("retry-after", ""), time.time())
            if asked is None and answer.status != 429:
                return answer
            rest = _USUAL_REST_SECONDS if asked is None else asked
            budget.rest(rest)
            if left == 0 or rest > ask.patience_seconds:
                raise CatalogueBusy.for_seconds(host, rest)
        raise AssertionError("repeats is at least 1")

    async def _once(self, ask: Ask, url: str, method: str, secrets: Mapping[str, str]) -> Answer:
        answer = await self._transport.handle_async_request(_request(ask, url, method, secrets))
        host = _origin(url).host
        try:
            packed = answer.headers.get("content-encoding", "").lower().split(",")
            if not {each.strip() for each in packed} <= _ENCODINGS:
                raise _packed(host)
            if _declared(answer) > ask.most_bytes and method != "HEAD":
                raise _too_large(host, ask.most_bytes)
            body = bytearray()
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > ask.most_bytes:
                    raise _too_large(host, ask.most_bytes)
        finally:
            await answer.aclose()
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(url, answer.status_code, headers, bytes(body))


_ASK_FOR_LESS = "Ask for less: fewer items on a page, or one collection."
_TELL = "Tell those who run it; the other catalogues are searched meanwhile."


def _request(ask: Ask, url: str, method: str, secrets: Mapping[str, str]) -> httpx2.Request:
    # The deadline of the whole bounds each step; these only end a connection that is dead.
    seconds = 60.0
    headers = {
        "Accept": "application/json, application/geo+json, */*;q=0.5",
        "Accept-Encoding": "gzip, deflate",
        "User-Agent": "EOHub",
        **ask.headers,
        **secrets,
    }
    extensions: dict[str, object] = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), seconds)}
    if ask.trusted is not None:
        extensions[TRUSTED] = ask.trusted
    body = ask.body if method == "POST" else None
    form = ask.form if method == "POST" else None
    return httpx2.Request(method, url, headers=headers, json=body, data=form, extensions=extensions)


def retry_after_seconds(header: str, now: float) -> float | None:
    """The wait that a host asks for, in seconds or until a date (RFC 9110, section 10.2.3)."""
    if header.isascii() and header.isdigit():
        return min(float(header), 86_400.0)
    try:
        return min(max(0.0, parsedate_to_datetime(header).timestamp() - now), 86_400.0)
    except (ValueError, OverflowError):
        return None


def _origin(url: str) -> Origin:
    try:
        httpx2.URL(url)
        return Origin.of(url)
    except (ValueError, httpx2.InvalidURL):
        raise CatalogueBroken("A catalogue gave an address that is not on the web.", hint=_TELL) from None


def _joined(base: str, target: str) -> str:
    try:
        return urljoin(base, target).partition("#")[0]
    except ValueError:
        raise CatalogueBroken(f"{_origin(base).host} redirects to nowhere.", hint=_TELL) from None


def _declared(answer: httpx2.Response) -> int:
    length = answer.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 19 else 0


def _packed(host: str) -> CatalogueBroken:
    return CatalogueBroken(f"{host} sent something that cannot be unpacked.", hint=_TELL)


def _too_large(host: str, most_bytes: int) -> CatalogueBroken:
    return CatalogueBroken(
        f"{host} sent more than {most_bytes / MEBIBYTE:g} MiB, which is not read.",
        hint=_ASK_FOR_LESS,
    )


def _unreachable(host: str, error: httpx2.TransportError) -> Unavailable:
    if "CERTIFICATE_VERIFY_FAILED" in str(error) or "certificate verify failed" in str(error):
        return NotSent(
            f"{host} cannot prove who it is: its TLS certificate is not trusted here.",
            hint="Those who run this hub can install the authority that signed it.",
        )
    # Before there is a connection, nothing of a request has left.
    is_sent = not isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout)
    kind = Unavailable if is_sent else NotSent
    return kind(f"{host} cannot be reached.", hint="Check the network, then try again in a moment.")


def _charset_of(content_type: str) -> str:
    for part in content_type.split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'")[:40]
    return "utf-8"


def _json_in(body: bytes, charset: str) -> object:
    try:
        return json.loads(body.decode(charset, "replace"))
    except (ValueError, LookupError, RecursionError):
        return None
