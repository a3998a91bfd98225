"""One STAC API over HTTP. Items stay raw JSON: a client that parses them loses the page of a bad one."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote, urlencode

from eohub_catalogue.conformance import Facts, conformance_link, facts_of
from eohub_catalogue.contract import (
    Abilities,
    CatalogueSource,
    CollectionPage,
    CollectionQuery,
    Queryable,
    QueryableList,
    SearchQuery,
)
from eohub_catalogue.errors import CatalogueBroken, CatalogueRefused, ItemNotFound, NoSuchAddress
from eohub_catalogue.item_contract import FilterName, OrderOffer
from eohub_catalogue.ports import RawPage
from eohub_catalogue.queryables import LISTED_ELSEWHERE, learned_from, queryables_of
from eohub_catalogue.reading import mapping, sequence
from eohub_catalogue.search import halves, here_of, matched_of, needs_facts, next_link, request_of
from eohub_catalogue.server.afterwards import Afterwards, was_in
from eohub_catalogue.server.api_collections import ApiCollections
from eohub_catalogue.server.api_documents import NO_STAC, ApiDocuments, Login
from eohub_catalogue.server.page import PageMarker
from eohub_catalogue.server.web import Web
from eohub_catalogue.wire import MAX_PAGE
from eohub_toolkit.errors import EohubError, NotFound, Unauthenticated, Upstream

_MOST_PAGES = 5
_MOST_COLLECTIONS_LOOKED_AT = 5
_SAMPLE = 50
_MOST_KNOWN = 1_000
_DONE_HERE: Mapping[FilterName, str] = {
    "words": "search words",
    "area": "search shapes",
    "properties": "search these properties",
    "cql2": "read CQL2",
}


class StacApi:
    """The port StacCatalogue on a STAC API: bounded pages, one deadline, no request that nobody waits for."""

    def __init__(
        self, web: Web, source: CatalogueSource, login: Login | None = None, beside_seconds: float = 1.0
    ) -> None:
        self._beside_seconds = beside_seconds
        self._documents = ApiDocuments(web, source, login)
        self._title = source.title
        self._facts: Facts | None = None
        self._collections = ApiCollections(self._documents, source.id)
        self._queryables: dict[str | None, QueryableList] = {}
        self._only_post = False

    async def search(self, query: SearchQuery) -> RawPage:
        """Return one page; what the catalogue cannot do is done here, on a bounded number of its pages."""
        documents = self._documents.of_one_search()
        facts = await self._facts_for(query, documents)
        if not facts.searchable:
            raise CatalogueRefused(
                f"{self._title} has no search for items.", hint="Its collections can still be looked at."
            )
        beside = asyncio.create_task(self._without_property(query))
        try:
            page = await self._sorted_page(query, facts, documents)
            missing = await self._said_soon(beside) if page.ended_by is None else None
        finally:
            beside.cancel()
        note = " ".join(each for each in (page.note, missing) if each)
        return replace(page, note=note or None)

    async def _said_soon(self, beside: asyncio.Task[str | None]) -> str | None:
        try:
            async with asyncio.timeout(self._beside_seconds):
                return await beside
        except TimeoutError:
            return None

    async def _facts_for(self, query: SearchQuery, documents: ApiDocuments) -> Facts:
        if needs_facts(query):
            return await self._known_facts(documents)
        try:
            return Facts() if query.sort is None else await self._known_facts(documents)
        except (NotFound, Upstream, Unauthenticated):
            # A root that cannot be read is no reason to do without items, only without their order.
            return Facts()

    async def _sorted_page(self, query: SearchQuery, facts: Facts, documents: ApiDocuments) -> RawPage:
        try:
            return await self._page(query, facts, documents)
        except CatalogueRefused:
            if query.sort is None or not facts.sort or query.page is not None:
                raise
            # Some refuse to sort by what their items do not tell.
            return await self._page(query, replace(facts, sort=False), documents)

    async def _page(self, query: SearchQuery, facts: Facts, documents: ApiDocuments) -> RawPage:
        if self._only_post:
            return await _Search(documents, query, facts, only_post=True).page()
        try:
            return await _Search(documents, query, facts).page()
        except NoSuchAddress:
            # The specification wants GET, and POST where a link says so. Some have nothing but POST.
            if query.page is not None:
                raise
            page = await _Search(documents, query, facts, only_post=True).page()
            self._only_post = True
            return page

    async def abilities(self) -> Abilities:
        """What the catalogue can do, from its root, which is read anew.

        A panel asks this twice a minute to see whether the catalogue answers: what else was read of it stays,
        unless it can do something else now.
        """
        before, facts = self._facts, await self._read_facts(self._documents)
        if facts != before:
            self._facts = facts
            self._queryables.clear()
            self._collections.forget()
        if not facts.searchable:
            listed = "here" if facts.collection_words == "none" else "there"
            return Abilities(
                words="none", collections="none", time="none", area="none", properties="none", cql2="none",
                collection_search=listed,
            )  # fmt: skip
        return Abilities(
            words="here" if facts.words == "none" else "there",
            collections="there",
            time="there",
            area="there",
            properties="there" if facts.properties else "here",
            cql2="here" if facts.cql2 == "none" else "there",
            collection_search="here" if facts.collection_words == "none" else "there",
        )

    async def collections(self, query: CollectionQuery) -> CollectionPage:
        """One page of collections; words are searched there or here."""
        return await self._collections.page(query, await self.facts())

    async def queryables(self, collection: str | None) -> QueryableList:
        """What can be searched, as the catalogue tells, or learned from some of its items."""
        told = await self._told_queryables(collection)
        return told if told.queryables else await self._learned_queryables(collection)

    async def item(self, collection: str | None, item: str) -> object:
        """Return one item's JSON; raises ItemNotFound."""
        missing = f"{self._title} has no item {item!r} (any more)."
        if collection is not None:
            path = f"collections/{quote(collection, safe='')}/items/{quote(item, safe='')}"
            try:
                return await self._documents.get(path, missing=missing)
            except ItemNotFound:
                # Proxies take a slash in an id for one of the path, however it is written.
                if "/" not in collection + item:
                    raise
        found = await self._documents.page(PageMarker.of_item(collection, item, (await self.facts()).post))
        for each in sequence(found.get("features"))[:MAX_PAGE]:
            raw = mapping(each)
            if raw.get("id") == item and raw.get("collection") == collection:
                return each
        raise ItemNotFound(missing, hint="Search again; the catalogue may have changed.")

    async def collection(self, collection: str) -> Mapping[str, object]:
        """Return one collection's JSON; raises ItemNotFound."""
        missing = f"{self._title} does not describe {collection!r}."
        return await self._documents.get(f"collections/{quote(collection, safe='')}", missing=missing)

    async def order(self, offer: OrderOffer) -> Mapping[str, object]:
        """Send an order once and return the item that it became."""
        return await self._documents.order(offer)

    async def facts(self) -> Facts:
        """How the API is asked, read once."""
        return await self._known_facts(self._documents)

    async def _known_facts(self, documents: ApiDocuments) -> Facts:
        if self._facts is None:
            self._facts = await self._read_facts(documents)
        return self._facts

    async def _read_facts(self, documents: ApiDocuments) -> Facts:
        landing = await documents.get("")
        declared = sequence(landing.get("conformsTo"))
        if not declared and conformance_link(landing):
            declared = sequence((await documents.get("conformance")).get("conformsTo"))
        return facts_of(landing, declared)

    async def _told_queryables(self, collection: str | None) -> QueryableList:
        """What the catalogue tells, asked once; none where it tells nothing."""
        if collection not in self._queryables:
            if len(self._queryables) >= _MOST_KNOWN:
                self._queryables.clear()
            found = await self._ask_queryables(collection)
            self._queryables[collection] = QueryableList(queryables=found, learned=False)
        return self._queryables[collection]

    async def _ask_queryables(self, collection: str | None) -> tuple[Queryable, ...]:
        if not (await self.facts()).queryables:
            return ()
        below = f"collections/{quote(collection, safe='')}/" if collection is not None else ""
        try:
            schema = await self._documents.get(f"{below}queryables", missing="There are none.")
        except (ItemNotFound, CatalogueBroken, CatalogueRefused):
            return ()
        return queryables_of(schema)

    async def _learned_queryables(self, collection: str | None) -> QueryableList:
        within = (collection,) if collection is not None else ()
        sample = SearchQuery(catalogue="sample", collections=within, limit=_SAMPLE)
        page = await _Search(self._documents, sample, await self.facts()).page()
        return QueryableList(queryables=learned_from(page.features), learned=True)

    async def _without_property(self, query: SearchQuery) -> str | None:
        """Which of the chosen collections lack a property that is searched: nothing of them can be found."""
        if query.page is not None:
            return None
        names = [each.property for each in query.properties if each.property not in LISTED_ELSEWHERE]
        lacking: list[str] = []
        for collection in query.collections[:_MOST_COLLECTIONS_LOOKED_AT] if names else ():
            try:
                known = await self._told_queryables(collection)
            except EohubError:
                # The search itself was answered; what could be said beside it is no reason to lose it.
                continue
            told = {each.name for each in known.queryables}
            lost = [name for name in names if name not in told]
            if told and lost:
                lacking.append(f"Items of {collection} tell no {', '.join(lost)}, so none of them is found.")
        return " ".join(lacking) or None


@dataclass
class _Found:
    """What a search has found so far."""

    features: list[object] = field(default_factory=list[object])
    keys: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    read: int = 0
    pages: int = 0
    left_out: Counter[FilterName] = field(default_factory=Counter[FilterName])
    lacking: Counter[str] = field(default_factory=Counter[str])
    notes: dict[str, None] = field(default_factory=dict[str, None])


class _Search:
    """One search for one page: pages of the catalogue are read until enough has been found."""

    def __init__(
        self, documents: ApiDocuments, query: SearchQuery, facts: Facts, *, only_post: bool = False
    ) -> None:
        self._only_post = only_post
        self._documents = documents
        self._title = documents.title
        self._query = query
        self._facts = facts
        self._here = here_of(query, facts)
        self._halves = halves(query)
        self._afterwards = Afterwards(query, self._here)
        self._found = _Found()

    async def page(self) -> RawPage:
        """Return one page; what ends it before it is whole does not take away what was found."""
        marker = self._first(0)
        if self._query.page is not None:
            marker = PageMarker.decoded(self._query.page, marker.body or {})
        matched: int | None = None
        found, after, ended_by = self._found, marker, None
        while after is not None:
            try:
                document = await self._documents.page(after)
                # Whether an item lies in an area may take long: other requests are answered meanwhile.
                last, after = after, await asyncio.to_thread(self._take, document, after)
            except EohubError as error:
                if not found.pages:
                    raise
                ended_by = error
                break
            found.pages += 1
            if found.pages == 1:
                matched = self._total(document, last, after)
            if found.pages >= _MOST_PAGES or self._is_enough(last, after):
                break
        if after is not None and found.read == 0 and found.pages >= _MOST_PAGES:
            self._note(f"gave {found.pages} empty pages, so the search ends here.")
            after = None
        return replace(self._result(matched, after), ended_by=ended_by)

    def _first(self, half: int) -> PageMarker:
        """The first page of a half, as large as a filter that is done here asks for."""
        limit = MAX_PAGE if self._here else self._query.limit
        sized = self._query.model_copy(update={"limit": limit})
        request = request_of(sized, self._facts, self._halves[half])
        if request.method == "GET" and not self._only_post:
            return PageMarker(method="GET", path=f"search?{urlencode(request.parameters)}", half=half)
        body = dict(request.body)
        return PageMarker(method="POST", path="search", body=body, same=tuple(body), half=half)

    def _is_enough(self, last: PageMarker, after: PageMarker | None) -> bool:
        kept = len(self._found.features)
        if after is None or kept >= self._query.limit:
            return True
        return kept > 0 and not self._here and after.half == last.half

    def _take(self, document: Mapping[str, object], asked: PageMarker) -> PageMarker | None:
        """Keep what belongs to the answer; returns where to go on."""
        if not isinstance(document.get("features"), list):
            raise CatalogueBroken(
                f"{self._title} answered with something that is no list of items.", hint=NO_STAC
            )
        sent = sequence(document["features"])
        for item in sent[:MAX_PAGE]:
            self._look_at(item, asked.half)
        self._found.read += len(sent[:MAX_PAGE])
        if len(sent) > MAX_PAGE:
            self._note(f"sent {len(sent)} items at once; only the first {MAX_PAGE} are used.")
        after = self._next(document, asked, len(sent))
        if after is None and asked.half + 1 < len(self._halves):
            return self._first(asked.half + 1)
        return after

    def _look_at(self, item: object, half: int) -> None:
        raw = mapping(item)
        collection, identifier = raw.get("collection"), raw.get("id")
        if isinstance(identifier, str):
            key = (collection if isinstance(collection, str) else "", identifier)
            if key in self._found.keys:
                return
            self._found.keys.add(key)
        first = self._halves[0]
        if half == 1 and first is not None and was_in(item, first):
            return
        verdict = self._afterwards.verdict(item)
        if verdict is None:
            self._found.features.append(item)
        elif verdict.ignored:
            self._found.left_out[verdict.filter] += 1
        elif verdict.lacks is not None:
            self._found.lacking[verdict.lacks] += 1

    def _next(self, document: Mapping[str, object], asked: PageMarker, count: int) -> PageMarker | None:
        link = next_link(document)
        if link is None:
            return None
        marker = PageMarker.of_link(link, self._documents.base_url, asked)
        if marker is None:
            if count:
                self._note("gave a next page that cannot be followed, so there may be more.")
            return None
        if marker.goes_round:
            if count:
                self._note("gives a page again that it gave before, so the search ends here.")
            return None
        return marker.model_copy(update={"seen": asked.seen + count})

    def _total(
        self, document: Mapping[str, object], asked: PageMarker, after: PageMarker | None
    ) -> int | None:
        """The total, where it is not contradicted by what was seen and belongs to this search."""
        matched = matched_of(document)
        seen = asked.seen + len(sequence(document.get("features")))
        if matched is None or self._here or self._found.left_out or len(self._halves) > 1:
            return None
        if matched < seen or (after is not None and matched <= seen):
            return None
        return matched

    def _result(self, matched: int | None, after: PageMarker | None) -> RawPage:
        found, read = self._found, self._found.read
        unable = [_DONE_HERE[name] for name in self._here]
        notes: list[str] = []
        if unable:
            notes.append(
                f"{self._title} cannot {' or '.join(unable)}: "
                f"this was done here, on {read} items that it gave."
            )
        notes += [f"{count} of them tell no {name}." for name, count in sorted(found.lacking.items())]
        if found.left_out:
            names = ", ".join(sorted(found.left_out))
            notes.append(
                f"{self._title} does not keep to a filter ({names}): "
                f"{found.left_out.total()} of {read} items were left out here."
            )
        done_here = tuple(dict.fromkeys((*self._here, *sorted(found.left_out))))
        note = " ".join([*notes, *found.notes]) or None
        is_sorted = self._query.sort is not None and self._facts.sort and len(self._halves) == 1
        marker = after.encoded() if after else None
        return RawPage(found.features, marker, matched, note, done_here, sorted=is_sorted)

    def _note(self, said: str) -> None:
        self._found.notes[f"{self._title} {said}"] = None
