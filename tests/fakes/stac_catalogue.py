"""A catalogue in memory behind the port StacCatalogue."""

from collections.abc import Sequence
from typing import Any

from eohub_catalogue.contract import SearchQuery
from eohub_catalogue.errors import InvalidPage, ItemNotFound
from eohub_catalogue.ports import RawPage
from eohub_catalogue.search import has_words


class MemoryCatalogue:
    """Keeps what it was asked; `fault` is raised by every method while it is set."""

    def __init__(self, items: Sequence[Any]) -> None:
        self.items = items
        self.asked: list[SearchQuery] = []
        self.fault: Exception | None = None

    async def search(self, query: SearchQuery) -> RawPage:
        """Return the items with the words, `page` being the place to go on from."""
        self._fail()
        self.asked.append(query)
        if query.page is not None and not query.page.isdigit():
            raise InvalidPage("This page marker is not from here.")
        found = [item for item in self.items if has_words(item, query.words)]
        start = int(query.page or 0)
        end = start + query.limit
        return RawPage(found[start:end], str(end) if end < len(found) else None, len(found))

    async def probe(self) -> None:
        """Answer."""
        self._fail()

    async def item(self, collection: str, item: str) -> object:
        """Return the item of this id."""
        self._fail()
        for each in self.items:
            if (each["collection"], each["id"]) == (collection, item):
                return each
        raise ItemNotFound(f"No item {item!r}.")

    def _fail(self) -> None:
        if self.fault is not None:
            raise self.fault
