"""A catalogue in memory behind the port StacCatalogue."""

from collections.abc import Mapping, Sequence
from typing import Any

from eohub_catalogue.contract import (
    Abilities,
    CollectionPage,
    CollectionQuery,
    CollectionSummary,
    Queryable,
    QueryableList,
    SearchQuery,
)
from eohub_catalogue.errors import InvalidPage, ItemNotFound
from eohub_catalogue.ports import RawPage
from eohub_catalogue.search import has_words

ABILITIES = Abilities(
    words="there", collections="there", time="none", area="none", properties="none", cql2="none",
    collection_search="there",
)  # fmt: skip


class MemoryCatalogue:
    """Keeps what it was asked; `fault` is raised by every method while it is set."""

    def __init__(self, items: Sequence[Any]) -> None:
        self.items = items
        self.asked: list[SearchQuery] = []
        self.described: dict[str, Mapping[str, object]] = {}
        self.fault: Exception | None = None

    async def search(self, query: SearchQuery) -> RawPage:
        """Return the items with the words, `page` being the place to go on from."""
        self._fail()
        self.asked.append(query)
        if query.page is not None and not query.page.isdigit():
            raise InvalidPage("This page marker is not from here.")
        found = [
            item
            for item in self.items
            if has_words(item, query.words)
            and (not query.collections or item["collection"] in query.collections)
        ]
        start = int(query.page or 0)
        end = start + query.limit
        return RawPage(found[start:end], str(end) if end < len(found) else None, len(found))

    async def abilities(self) -> Abilities:
        """Answer."""
        self._fail()
        return ABILITIES

    async def item(self, collection: str | None, item: str) -> object:
        """Return the item of this id."""
        self._fail()
        for each in self.items:
            if (each.get("collection"), each["id"]) == (collection, item):
                return each
        raise ItemNotFound(f"No item {item!r}.")

    async def collection(self, collection: str) -> Mapping[str, object]:
        """Return what is told of it in `described`."""
        self._fail()
        if collection not in self.described:
            raise ItemNotFound(f"No collection {collection!r}.")
        return self.described[collection]

    async def collections(self, query: CollectionQuery) -> CollectionPage:
        """Return the collections that hold the words, in order, all on one page."""
        self._fail()
        ids = sorted({str(item["collection"]) for item in self.items})
        found = [_summary(each) for each in ids if all(word in each for word in query.words.split())]
        return CollectionPage(collections=tuple(found), next=None, matched=len(found), note=None)

    async def queryables(self, collection: str | None) -> QueryableList:
        """Return one."""
        self._fail()
        cloud = Queryable(
            name="eo:cloud_cover", title="Cloud cover", type="number", values=(), minimum=0, maximum=100,
            unit="%",
        )  # fmt: skip
        return QueryableList(queryables=(cloud,), learned=False)

    def _fail(self) -> None:
        if self.fault is not None:
            raise self.fault


def _summary(identifier: str) -> CollectionSummary:
    return CollectionSummary(
        catalogue="example", id=identifier, title=identifier, description=None, keywords=(), license=None,
        start=None, end=None, bbox=None,
    )  # fmt: skip
