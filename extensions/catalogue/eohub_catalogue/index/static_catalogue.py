"""Writing a static catalogue: JSON files with relative links, for any web server to publish."""

import json
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from itertools import chain

from eohub_catalogue.index.document import document_text
from eohub_catalogue.index.jsontext import to_json
from eohub_catalogue.index.ports import StoredCollection, StoredItem
from eohub_catalogue.naming import ROOT, folder_of, place_of
from eohub_catalogue.versions import STAC_VERSION

type WriteFile = Callable[[str, Iterable[str]], None]
"""Makes a file of texts; its name is relative, with `/`."""


class StaticCatalogue:
    """A catalogue on its way into files, which `write_file` makes.

    Items lie at `COLLECTION/items/ITEM.json` beside `COLLECTION/collection.json`. Until the end some twenty
    bytes of each item are kept in memory.
    """

    def __init__(self, write_file: WriteFile) -> None:
        self._write_file = write_file
        self._collections: dict[str, StoredCollection] = {}
        self._links: defaultdict[str, list[bytes]] = defaultdict(list)

    def add_collection(self, record: StoredCollection) -> None:
        """Take a collection in before its items, and again where more is known of it later."""
        self._collections[record.id] = record

    def add_items(self, items: Iterable[StoredItem]) -> None:
        """Write items."""
        links: defaultdict[str, list[str]] = defaultdict(list)
        for item in items:
            place = place_of(item.collection, item.id)
            self._write_file(place, [document_text(item, self._item_links(item))])
            below = place.removeprefix(folder_of(item.collection))
            links[item.collection].append(_link("item", f"./{below}", "application/geo+json"))
        for collection, lines in links.items():
            self._links[collection].append(zlib.compress("".join(f",{line}" for line in lines).encode()))

    def finish(self, root: Mapping[str, object]) -> None:
        """Write the collections, and the root, all of which but its links is given."""
        children: list[str] = []
        for name in sorted(self._collections.keys() | self._links.keys() - {""}):
            page = f"{folder_of(name)}{self._page_of(name)}"
            made = ",".join(_link(rel, f"../{ROOT}") for rel in ("root", "parent"))
            self._write_page(page, name, self._collections.get(name) or _undescribed(name), made)
            children.append(_link("child", f"./{page}"))
        made = ",".join([_link("root", f"./{ROOT}"), *children])
        self._write_page(ROOT, "", StoredCollection("", to_json(root), "[]"), made)

    def _write_page(self, page: str, collection: str, record: StoredCollection, made: str) -> None:
        beginning = document_text(record, made).removesuffix("]}")
        links = (zlib.decompress(kept).decode() for kept in self._links[collection])
        self._write_file(page, chain([beginning], links, ["]}"]))

    def _page_of(self, collection: str) -> str:
        return "collection.json" if collection in self._collections else ROOT

    def _item_links(self, item: StoredItem) -> str:
        if not item.collection:
            return ",".join(_link(rel, f"../{ROOT}") for rel in ("root", "parent"))
        parent = f"../{self._page_of(item.collection)}"
        made = [_link("root", f"../../{ROOT}"), _link("parent", parent)]
        if item.collection in self._collections:
            made.append(_link("collection", parent))
        return ",".join(made)


def _undescribed(collection: str) -> StoredCollection:
    about = {"type": "Catalog", "stac_version": STAC_VERSION, "id": collection}
    return StoredCollection(collection, to_json(about | {"description": f"Items of {collection}"}), "[]")


def _link(rel: str, href: str, kind: str = "application/json") -> str:
    return json.dumps({"rel": rel, "href": href, "type": kind})
