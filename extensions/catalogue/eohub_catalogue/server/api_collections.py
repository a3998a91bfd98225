"""The collections of one STAC API: all of them, read once, or searched there where the API can do that."""

import asyncio
import base64
from collections.abc import Mapping
from urllib.parse import urlencode

from eohub_catalogue.collection_list import by_title, collection_of, has_collection_words
from eohub_catalogue.conformance import Facts
from eohub_catalogue.contract import CollectionPage, CollectionQuery, CollectionSummary
from eohub_catalogue.errors import CatalogueBroken, InvalidPage
from eohub_catalogue.reading import sequence
from eohub_catalogue.search import matched_of, next_link, words_in
from eohub_catalogue.server.api_documents import ApiDocuments
from eohub_catalogue.server.page import PageMarker

_PAGE = 200
_MOST_PAGES = 20
_ASKED_AT_ONCE = 1000
_MOST = 20_000
_HERE = "here:"


class ApiCollections:
    """Pages of collections. What was read stays until it is forgotten, so that typing costs no request."""

    def __init__(self, documents: ApiDocuments, catalogue: str) -> None:
        self._documents = documents
        self._catalogue = catalogue
        self._all: list[CollectionSummary] | None = None
        self._is_whole = True
        self._reading = asyncio.Lock()

    def forget(self) -> None:
        """Read them anew next time."""
        self._all = None

    async def page(self, query: CollectionQuery, facts: Facts) -> CollectionPage:
        """One page of those that hold the words; raises InvalidPage for a marker that is not from here."""
        if query.words.split() and facts.collection_words != "none":
            return await self._searched_there(query, facts)
        start = _place(query.page)
        known = await self._known(facts)
        found = by_title([each for each in known if has_collection_words(each, query.words)], query.words)
        end = start + _PAGE
        note = None
        if not self._is_whole:
            note = f"{self._documents.title} has more collections: only the first {len(known)} are listed."
        return CollectionPage(
            collections=tuple(found[start:end]),
            next=_marker(end) if end < len(found) else None,
            matched=len(found) if self._is_whole else None,
            note=note,
        )

    async def _searched_there(self, query: CollectionQuery, facts: Facts) -> CollectionPage:
        asked = {"q": words_in(query.words, facts.collection_words) or ""}
        if facts.collection_limit:
            asked["limit"] = str(_PAGE)
        marker = PageMarker(method="GET", path=f"collections?{urlencode(asked)}")
        if query.page is not None:
            marker = PageMarker.decoded(query.page, {})
        document = await self._documents.page(marker)
        found = await asyncio.to_thread(self._summaries, document)
        after = self._next(document, marker)
        return CollectionPage(
            collections=tuple(by_title(found, query.words)),
            next=after.encoded() if after is not None and found else None,
            matched=matched_of(document),
            note=None,
        )

    async def _known(self, facts: Facts) -> list[CollectionSummary]:
        async with self._reading:
            if self._all is None:
                self._all = await self._read(facts)
            return self._all

    async def _read(self, facts: Facts) -> list[CollectionSummary]:
        now = asyncio.get_running_loop().time
        stop = now() + self._documents.deadline_seconds / 2
        asked = f"?{urlencode({'limit': _ASKED_AT_ONCE})}" if facts.collection_limit else ""
        marker: PageMarker | None = PageMarker(method="GET", path=f"collections{asked}")
        found: list[CollectionSummary] = []
        for _ in range(_MOST_PAGES):
            document = await self._documents.page(marker)
            new = await asyncio.to_thread(self._summaries, document)
            found += new
            marker = self._next(document, marker) if new else None
            if marker is None or len(found) >= _MOST or now() > stop:
                break
        self._is_whole = marker is None
        return by_title(found[:_MOST])

    def _next(self, document: Mapping[str, object], asked: PageMarker) -> PageMarker | None:
        link = next_link(document)
        after = PageMarker.of_link(link, self._documents.base_url, asked) if link is not None else None
        return None if after is None or after.goes_round else after

    def _summaries(self, document: Mapping[str, object]) -> list[CollectionSummary]:
        if not isinstance(document.get("collections"), list):
            raise CatalogueBroken(
                f"{self._documents.title} answered with something that is no list of collections.",
                hint="Search its items without choosing a collection.",
            )
        read = (collection_of(raw, self._catalogue) for raw in sequence(document["collections"])[:_MOST])
        return [each for each in read if each is not None]


def _marker(place: int) -> str:
    return base64.urlsafe_b64encode(f"{_HERE}{place}".encode()).decode("ascii")


def _place(page: str | None) -> int:
    if page is None:
        return 0
    try:
        said = base64.urlsafe_b64decode(page.encode("ascii")).decode("ascii")
    except ValueError:
        said = ""
    digits = said.removeprefix(_HERE)
    if not said.startswith(_HERE) or not digits.isdigit() or len(digits) > 9:
        raise InvalidPage("This page marker is not from here.", hint="Search again.")
    return int(digits)
