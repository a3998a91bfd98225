"""Documents of one STAC API: what is asked, and what went wrong in words that name it by its title."""

import asyncio
import re
from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from typing import Protocol, Self
from urllib.parse import urlencode

from eohub_catalogue.contract import CatalogueSource
from eohub_catalogue.errors import (
    AddressRefused,
    CatalogueBroken,
    CatalogueBusy,
    CatalogueRefused,
    ItemNotFound,
    LoginNeeded,
    NoSuchAddress,
    NotPlaced,
    NotSent,
    PlacedPerhaps,
    TimedOut,
)
from eohub_catalogue.item_contract import OrderOffer
from eohub_catalogue.reading import mapping, text
from eohub_catalogue.server.addresses import Origin
from eohub_catalogue.server.page import PageMarker
from eohub_catalogue.server.web import Answer, Ask, Web, trusted_origin
from eohub_toolkit.errors import EohubError, Unavailable, Upstream

_LONGEST_REASON = 64 * 1024
_NO_SUCH_ADDRESS = frozenset({404, 405, 501})
_NO_LOGIN = "Search the other catalogues, or this one on its own web page."
NO_STAC = "Its address in the settings has to be the root of a STAC API."
_ORDER_SECONDS = 60.0
# What gateways say (502, 504) is no word of the catalogue's own: it may have taken the order all the same.
_DID_NOTHING = frozenset({500, 503})
_NEXT_IN_HEADER = re.compile(r'<([^<>]{1,8000})>\s*;[^,<]*\brel="?next"?', re.IGNORECASE)


class Login(Protocol):
    """Gives the secret headers of a catalogue that asks for a login; `hint` is for whom they do not help."""

    hint: str

    async def headers(self, refused: Mapping[str, str] | None = None) -> Mapping[str, str]:
        """The headers, others than those refused. Raises LoginNeeded, Unavailable or Upstream."""
        ...


class ApiDocuments:
    """Asks one API for JSON objects. Raises Unavailable, Upstream, CatalogueBusy or Unauthenticated."""

    def __init__(self, web: Web, source: CatalogueSource, login: Login | None = None) -> None:
        self.title = source.title
        self.base_url = (source.url or "").rstrip("/") + "/"
        self.deadline_seconds = web.deadline_seconds
        self._web = web
        self._trusted = trusted_origin(source)
        self._login = login
        self._protected: set[str] = set()
        self._end: float | None = None

    def of_one_search(self) -> Self:
        """The same with one deadline for all requests; a host that wants rest is CatalogueBusy at once."""
        bounded = copy(self)
        bounded._end = self._web.now() + self.deadline_seconds
        return bounded

    def seconds_left(self) -> float | None:
        """Until the deadline of the search; None where each request has its own."""
        return None if self._end is None else self._end - self._web.now()

    async def get(
        self, path: str, parameters: Mapping[str, str] | None = None, missing: str | None = None
    ) -> Mapping[str, object]:
        """GET `path` below the root; `missing` is said where there is no such thing (ItemNotFound)."""
        query = f"?{urlencode(parameters)}" if parameters else ""
        return await self._document(Ask(self.base_url + path + query, trusted=self._trusted), missing)

    async def page(self, marker: PageMarker) -> Mapping[str, object]:
        """The document that a marker asks for; a `next` of the Link header is put among its links."""
        body = (marker.body or {}) if marker.method == "POST" else None
        url = self.base_url + marker.path
        ask = Ask(url, marker.method, headers=marker.headers, body=body, trusted=self._trusted)
        return await self._document(ask, None)

    async def order(self, offer: OrderOffer) -> Mapping[str, object]:
        """Send an order once, with the login where there is one; see the port OrderingCatalogue."""
        # Whatever an item says, its order goes to the catalogue that it came from, and so does the login.
        if not self._is_own(offer.href):
            raise AddressRefused(
                f"This order leads away from {self.title}, so nothing was sent.",
                hint="Order the data on the catalogue's own page.",
            )
        ask = Ask(offer.href, "POST", body=offer.body, trusted=self._trusted, repeats=1, leads_on=False)
        secrets = await self._order_secrets()
        answer = await self._sent(replace(ask, secrets=secrets))
        if answer.status == 401 and self._login is not None:
            answer = await self._sent(replace(ask, secrets=await self._order_secrets(secrets)))
        if 200 <= answer.status < 300:
            return mapping(await asyncio.to_thread(answer.json))
        if answer.status in _DID_NOTHING:
            raise NotPlaced(f"{self.title} could not take the order because of a fault on its side.")
        if answer.status >= 500 and answer.status not in _NO_SUCH_ADDRESS:
            raise PlacedPerhaps(f"{self.title} did not say whether it took the order ({answer.status}).")
        if answer.status in (400, 409, 422):
            said = f"{self.title} does not accept this order. {_reason(answer)}".strip()
            raise CatalogueRefused(said, hint="Search again and order what is found then.")
        raise self._refusal(answer, None)

    async def _order_secrets(self, refused: Mapping[str, str] | None = None) -> Mapping[str, str]:
        try:
            return await self._secrets(refused)
        except (Unavailable, Upstream, CatalogueBusy) as error:
            raise NotPlaced(error.detail, hint=error.hint, retry_after=error.retry_after) from error

    async def _sent(self, ask: Ask) -> Answer:
        try:
            return await self._web.send(ask, max(self.deadline_seconds, _ORDER_SECONDS))
        except NotSent as error:
            raise NotPlaced(self._in_words(error).detail, hint=error.hint) from error
        except (Unavailable, Upstream) as error:
            raise PlacedPerhaps(f"{self.title} did not say whether it took the order.") from error
        except (CatalogueBusy, AddressRefused) as error:
            raise self._in_words(error) from error

    def _is_own(self, href: str) -> bool:
        try:
            return Origin.of(href) == Origin.of(self.base_url)
        except ValueError:
            return False

    async def _document(self, ask: Ask, missing: str | None) -> Mapping[str, object]:
        left = self.seconds_left()
        if left is None:
            return await self._read(ask, missing)
        try:
            # A login takes requests of its own.
            async with asyncio.timeout(left):
                return await self._read(replace(ask, patience_seconds=0), missing)
        except TimeoutError:
            raise TimedOut(f"{self.title} did not answer in time.", hint="Try again in a moment.") from None

    async def _read(self, ask: Ask, missing: str | None) -> Mapping[str, object]:
        # Much is open to everybody: the login is shown where it was asked for, and nowhere before.
        part = ask.url.removeprefix(self.base_url).partition("?")[0].partition("/")[0]
        secrets = await self._secrets() if part in self._protected else {}
        answer = await self._answer(replace(ask, secrets=secrets))
        if answer.status == 401 and self._login is not None:
            self._protected.add(part)
            answer = await self._answer(replace(ask, secrets=await self._secrets(secrets or None)))
        # A large answer takes seconds to read, and other requests are waiting.
        if answer.status == 200:
            return await asyncio.to_thread(self._object, answer)
        raise self._refusal(answer, missing)

    async def _secrets(self, refused: Mapping[str, str] | None = None) -> Mapping[str, str]:
        return await self._login.headers(refused) if self._login is not None else {}

    async def _answer(self, ask: Ask) -> Answer:
        try:
            return await self._web.send(ask, self.seconds_left())
        except (Unavailable, Upstream, CatalogueBusy, AddressRefused) as error:
            raise self._in_words(error) from error

    def _object(self, answer: Answer) -> Mapping[str, object]:
        document = answer.json()
        if not isinstance(document, dict):
            raise CatalogueBroken(f"{self.title} answered with something that is no STAC.", hint=NO_STAC)
        found = dict(mapping(document))
        links = found.get("links")
        in_header = _NEXT_IN_HEADER.search(answer.headers.get("link", "")[:20_000])
        told = isinstance(links, list) and any(mapping(link).get("rel") == "next" for link in links[:100])
        if in_header and not told:
            kept = links if isinstance(links, list) else []
            found["links"] = [{"rel": "next", "href": in_header[1]}, *kept]
        return found

    def _refusal(self, answer: Answer, missing: str | None) -> EohubError:
        match answer.status:
            case 404 if missing is not None:
                return ItemNotFound(missing, hint="Search again; the catalogue may have changed.")
            case 401 | 403:
                return LoginNeeded(
                    f"{self.title} asks for a login.",
                    hint=self._login.hint if self._login is not None else _NO_LOGIN,
                )
            case 429:
                return CatalogueBusy.for_seconds(self.title, 1)
            case 400 | 422:
                return CatalogueRefused(
                    f"{self.title} does not accept this search. {_reason(answer)}".strip(),
                    hint="Change the filters, then search again.",
                )
            case status if status >= 500 and status not in _NO_SUCH_ADDRESS:
                return Upstream(
                    f"{self.title} could not answer because of a fault on its side.",
                    hint="Try again in some minutes; if it stays, tell those who run the catalogue.",
                )
            case status:
                kind = NoSuchAddress if status in _NO_SUCH_ADDRESS else CatalogueBroken
                return kind(f"{self.title} is not found at its address (status {status}).", hint=NO_STAC)

    def _in_words(self, error: EohubError) -> EohubError:
        """The way out speaks of hosts; a person knows the catalogue by its title."""
        hint = error.hint
        if isinstance(error, AddressRefused):
            return AddressRefused(
                f"{self.title} leads into the network of this site, where nothing is asked for from here.",
                hint=hint,
            )
        if isinstance(error, CatalogueBusy):
            return CatalogueBusy.for_seconds(self.title, error.seconds)
        _, _, said = error.detail.partition(" ")
        if isinstance(error, TimedOut):
            return TimedOut(f"{self.title} did not answer in time.", hint=hint)
        if isinstance(error, Unavailable) and "certificate" not in said:
            return Unavailable(f"{self.title} does not answer.", hint="Wait a moment, then try again.")
        return type(error)(f"{self.title} {said}", hint=hint)


def _reason(answer: Answer) -> str:
    said = mapping(answer.json()) if len(answer.body) <= _LONGEST_REASON else {}
    return text(said.get("description"), 200) or text(said.get("detail"), 200) or ""
