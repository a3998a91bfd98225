"""Documents of a static catalogue on the web: followed from its root, asked for again only if changed."""

import json
from collections.abc import Mapping, Sequence
from urllib.parse import urljoin

from eohub_catalogue.assets import is_web
from eohub_catalogue.errors import CatalogueBroken, LoginNeeded
from eohub_catalogue.index.reading import documents_in
from eohub_catalogue.reading import mapping, sequence
from eohub_catalogue.server.addresses import Origin
from eohub_catalogue.server.documents import LARGEST_DOCUMENT, MOST_LINKED, Read
from eohub_catalogue.server.web import Ask, Web
from eohub_toolkit.errors import NotFound

# A tuple, because a defective `rel` may be of a kind that a set cannot be asked about.
_LEADING_ON = ("child", "item", "items")
_LONGEST_ADDRESS = 2_048


class StaticDocuments:
    """`Documents` below one root. `trusted` is the root's origin where the site configured it."""

    def __init__(self, web: Web, root: str, trusted: Origin | None) -> None:
        self._web = web
        self._root = root
        self._trusted = trusted

    async def beginning(self) -> Sequence[str]:
        """The root."""
        return [self._root]

    def stamp(self, address: str) -> str | None:
        """Only the host knows."""
        return None

    async def read(self, address: str, stamp: str | None) -> Read | None:
        """Read one document, or None where its host says that it has not changed."""
        ask = Ask(
            address, headers=_conditions(stamp), trusted=self._trusted, most_bytes=LARGEST_DOCUMENT
        )  # fmt: skip
        answer = await self._web.send(ask)
        match answer.status:
            case 200:
                answer.demand_few_values()
                parts = documents_in(address, answer.body)
                return Read(parts, _stamp(answer.headers), len(answer.body))
            case 304 if stamp is not None:
                return None
            case 401 | 403:
                raise LoginNeeded(f"{self.shown(address)} needs a login.")
            case 404 | 410:
                raise NotFound(f"{self.shown(address)} is not there.")
            case status:
                raise CatalogueBroken(f"{self.shown(address)} was answered with status {status}.")

    def links(self, address: str, document: Mapping[str, object]) -> Sequence[str]:
        """The children and items that a catalogue or collection links to."""
        found = (mapping(link) for link in sequence(document.get("links")))
        hrefs = (link.get("href") for link in found if link.get("rel") in _LEADING_ON)
        targets = (self.resolved(address, href) for href in hrefs if isinstance(href, str) and href)
        led, left = list[str](), MOST_LINKED
        for target in targets:
            if left >= 0 and len(target) <= _LONGEST_ADDRESS and is_web(target):
                led.append(target.partition("#")[0])
                left -= len(led[-1])
        return led

    def resolved(self, address: str, href: str) -> str:
        """The absolute address of an `href`; as it is where it cannot be read."""
        try:
            return urljoin(address, href)
        except ValueError:
            return href

    def place(self, address: str) -> str:
        """The address itself."""
        return address

    def shown(self, address: str) -> str:
        """The part below the root's folder, or the whole address of another place."""
        return address.removeprefix(urljoin(self._root, ".")) or address

    async def close(self) -> None:
        """The web is shared with others."""


def _conditions(stamp: str | None) -> Mapping[str, str]:
    return {} if stamp is None else dict(json.loads(stamp))


def _stamp(headers: Mapping[str, str]) -> str | None:
    """What to ask with next time, or None where the host tells nothing to compare."""
    etag, modified = headers.get("etag"), headers.get("last-modified")
    told = {"If-None-Match": etag} if etag else {"If-Modified-Since": modified} if modified else None
    return json.dumps(told) if told else None
