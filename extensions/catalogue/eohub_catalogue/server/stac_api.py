"""One STAC API over HTTP. Items stay raw JSON: a client that parses them loses the page of a bad one."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import quote, urlsplit

from eohub_catalogue.contract import (
    Abilities,
    CatalogueSource,
    CollectionPage,
    CollectionQuery,
    QueryableList,
    SearchQuery,
)
from eohub_catalogue.errors import CatalogueBroken, CatalogueBusy, CatalogueRefused, ItemNotFound
from eohub_catalogue.ports import RawPage
from eohub_catalogue.reading import mapping, sequence, text
from eohub_catalogue.search import (
    WordSearch,
    has_words,
    matched_of,
    next_link,
    parameters_of,
    word_search_of,
)
from eohub_catalogue.server.page import PageMarker
from eohub_catalogue.wire import MAX_PAGE
from eohub_toolkit.errors import Unavailable, Upstream
from eohub_toolkit.http import Client

_MOST_PAGES = 5
_LONGEST_REASON = 64 * 1024
_NO_STAC = "Ask those who run this hub to check the catalogue's address in its settings."


class StacApi:
    """The port StacCatalogue on a STAC API: bounded pages, one deadline, no request that nobody waits for."""

    def __init__(self, client: Client, source: CatalogueSource, deadline_seconds: float) -> None:
        self._client = client
        self._title = source.title
        self._base_path = urlsplit(source.url or "").path.rstrip("/") + "/"
        self._deadline_seconds = deadline_seconds
        self._word_search: WordSearch | None = None

    @classmethod
    def open(cls, source: CatalogueSource, deadline_seconds: float) -> Self:
        """The catalogue at a source's address; nothing is asked yet."""
        # The panel itself tries again, visibly; a second attempt here only bridges a single lost connection.
        client = Client((source.url or "").rstrip("/") + "/", deadline_seconds=deadline_seconds, attempts=2)
        return cls(client, source, deadline_seconds)

    async def search(self, query: SearchQuery) -> RawPage:
        """Return one page; where the catalogue cannot search words they are looked for in some pages here."""
        word_search = await self._words() if query.words.split() else "basic"
        if word_search == "none":
            return await self._search_words_here(query)
        return await self._page(query, word_search)

    async def abilities(self) -> Abilities:
        """What the catalogue can do, from its root, which is read anew."""
        self._word_search = None
        words = "here" if await self._words() == "none" else "there"
        return Abilities(
            words=words, collections="there", time="there", area="there", properties="none", cql2="none",
            collection_search="none",
        )  # fmt: skip

    async def collections(self, query: CollectionQuery) -> CollectionPage:
        """One page of collections."""
        raise Unavailable(f"{self._title} cannot list collections yet: {query.words}")

    async def queryables(self, collection: str | None) -> QueryableList:
        """What can be searched."""
        raise Unavailable(f"{self._title} cannot list queryables of {collection} yet.")

    async def item(self, collection: str | None, item: str) -> object:
        """Return one item's JSON; raises ItemNotFound."""
        path = f"collections/{quote(collection or '', safe='')}/items/{quote(item, safe='')}"
        return await self._document(
            "GET", path, {}, missing=f"{self._title} has no item {item!r} (any more)."
        )

    async def _search_words_here(self, query: SearchQuery) -> RawPage:
        stop = asyncio.get_running_loop().time() + self._deadline_seconds / 2
        wide = query.model_copy(update={"limit": MAX_PAGE})
        marker = query.page
        found: list[object] = []
        notes: dict[str, None] = {}
        read = 0
        for _ in range(_MOST_PAGES):
            page = await self._page(wide.model_copy(update={"page": marker}), "none")
            read += len(page.features)
            found += [feature for feature in page.features if has_words(feature, query.words)]
            notes |= {page.note: None} if page.note else {}
            marker = page.next
            if marker is None or len(found) >= query.limit or asyncio.get_running_loop().time() > stop:
                break
        note = f"{self._title} cannot search words: they were looked for here, in {read} items that it gave."
        return RawPage(found, marker, None, " ".join([note, *notes]))

    async def _words(self) -> WordSearch:
        if self._word_search is None:
            landing = await self._get("", {})
            self._word_search = word_search_of(sequence(landing.get("conformsTo")))
        return self._word_search

    async def _page(self, query: SearchQuery, word_search: WordSearch) -> RawPage:
        if query.page is None:
            return self._page_of(await self._get("search", parameters_of(query, word_search)))
        marker = PageMarker.decoded(query.page)
        options: dict[str, Any] = {"json": marker.body or {}} if marker.method == "POST" else {}
        return self._page_of(await self._document(marker.method, marker.path, options))

    def _page_of(self, document: Mapping[str, object]) -> RawPage:
        if not isinstance(document.get("features"), list):
            raise CatalogueBroken(
                f"{self._title} answered with something that is no list of items.", hint=_NO_STAC
            )
        sent = sequence(document["features"])
        features = sent[:MAX_PAGE]
        link = next_link(document)
        # A page without items ends the search, even where a catalogue goes on giving links.
        marker = PageMarker.of_link(link, self._base_path) if link is not None and features else None
        lost = link is not None and bool(features) and marker is None
        notes: list[str] = []
        if len(sent) > MAX_PAGE:
            notes.append(f"{self._title} sent {len(sent)} items at once; only the first {MAX_PAGE} are used.")
        if lost:
            notes.append(f"{self._title} gave a next page that cannot be followed, so there may be more.")
        return RawPage(
            features, marker.encoded() if marker else None, matched_of(document), " ".join(notes) or None
        )

    async def _get(self, path: str, parameters: Mapping[str, str]) -> Mapping[str, object]:
        return await self._document("GET", path, {"params": parameters} if parameters else {})

    async def _document(
        self, method: str, path: str, options: Mapping[str, Any], missing: str | None = None
    ) -> Mapping[str, object]:
        try:
            answer = await self._client.request(method, path, **options)
        except (Unavailable, Upstream) as error:
            raise self._in_words(error) from error
        match answer.status_code:
            case 200:
                # A large answer takes seconds to read, and other requests are waiting.
                return self._object(await asyncio.to_thread(_json, answer.content))
            case 404 if missing is not None:
                raise ItemNotFound(missing, hint="Search again; the catalogue may have changed.")
            case 401 | 403:
                raise CatalogueRefused(
                    f"{self._title} asks for a login, which it cannot be given from here yet.",
                    hint="Search the other catalogues, or this one on its own web page.",
                )
            case 429:
                raise CatalogueBusy(f"{self._title} asks to slow down.", hint="Try again in a minute.")
            case 400 | 422:
                raise CatalogueRefused(
                    f"{self._title} does not accept this search. {_reason(answer.content)}".strip(),
                    hint="Change the words or the dates, then search again.",
                )
            case status:
                raise CatalogueBroken(
                    f"{self._title} is not found at its address (status {status}).", hint=_NO_STAC
                )

    def _in_words(self, error: Unavailable | Upstream) -> Unavailable | Upstream:
        """The client speaks of hosts and connections; a person knows the catalogue by its title."""
        if isinstance(error, Unavailable):
            return Unavailable(f"{self._title} does not answer.", hint="Wait a moment, then try again.")
        return Upstream(
            f"{self._title} could not answer because of a fault on its side.",
            hint="Try again in some minutes; if it stays, tell those who run the catalogue.",
        )

    def _object(self, document: object) -> Mapping[str, object]:
        if not isinstance(document, dict):
            raise CatalogueBroken(f"{self._title} answered with something that is no STAC.", hint=_NO_STAC)
        return mapping(document)


def _json(content: bytes) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _reason(content: bytes) -> str:
    said = mapping(_json(content)) if len(content) <= _LONGEST_REASON else {}
    return text(said.get("description"), 200) or text(said.get("detail"), 200) or ""
