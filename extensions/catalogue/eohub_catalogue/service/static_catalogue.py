"""Writing a static catalogue: a folder of JSON files with relative links, for any web server to publish."""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from eohub_catalogue.index.ports import StoredCollection, StoredItem
from eohub_catalogue.service.exporting import document_text

_STAC_VERSION = "1.1.0"
_LONGEST_NAME = 150
_ITEM_LINKS_FILE = ".item-links"
_OWN = "items"
_UNSAFE = re.compile(r"[^A-Za-z0-9._~-]")

type Description = Mapping[str, object]


class StaticCatalogue:
    """A catalogue that is written into a new folder.

    Items lie at `COLLECTION/items/ITEM.json` beside `COLLECTION/collection.json`. Ids that
    cannot be a file's name as they are get a hash behind them.
    """

    def __init__(self, folder: Path, identity: str, description: str) -> None:
        folder.mkdir()
        self._folder = folder
        self._about = {"type": "Catalog", "id": identity, "stac_version": _STAC_VERSION}
        self._about |= {"description": description}
        self._collections: dict[str, StoredCollection] = {}
        self._with_items: set[str] = set()

    def add_collection(self, record: StoredCollection) -> None:
        """Take a collection in; it is written when its items are known."""
        self._collections[record.id] = record

    def add_items(self, items: Iterable[StoredItem]) -> None:
        """Write items. What links to them is kept in a file until the end, not in memory."""
        links: dict[str, list[str]] = defaultdict(list)
        for item in items:
            folder = self._folder_of(item.collection) / _OWN
            if item.collection not in self._with_items:
                folder.mkdir(parents=True)
                self._with_items.add(item.collection)
            name = f"{file_name(item.id)}.json"
            (folder / name).write_text(document_text(item, self._item_links(item)), "utf-8")
            links[item.collection].append(_link("item", f"./{_OWN}/{name}", "application/geo+json"))
        for collection, lines in links.items():
            with (self._folder_of(collection) / _ITEM_LINKS_FILE).open("a", encoding="utf-8") as file:
                file.writelines(f",{line}" for line in lines)

    def finish(self) -> None:
        """Write the collections and the catalogue's own page."""
        children: list[str] = []
        for name in sorted(self._collections.keys() | self._with_items - {""}):
            folder = self._folder_of(name)
            folder.mkdir(exist_ok=True)
            links = ",".join(_link(rel, "../catalog.json") for rel in ("root", "parent"))
            record = self._collections.get(name)
            page = folder / self._page_of(name)
            if record is None:
                about: Description = self._about | {"id": name, "description": f"Items of {name}"}
                record = StoredCollection(name, json.dumps(about), "[]")
            self._write_page(page, record, links)
            children.append(_link("child", f"./{folder.name}/{page.name}"))
        root = StoredCollection(str(self._about["id"]), json.dumps(self._about), "[]")
        self._write_page(
            self._folder / "catalog.json", root, ",".join([_link("root", "./catalog.json"), *children])
        )

    def _write_page(self, path: Path, record: StoredCollection, made: str) -> None:
        spool = path.parent / _ITEM_LINKS_FILE
        head, end = document_text(record, made).rsplit("]}", 1)[0], "]}"
        with path.open("w", encoding="utf-8") as file:
            file.write(head)
            if spool.exists():
                with spool.open(encoding="utf-8") as links:
                    while part := links.read(1024 * 1024):
                        file.write(part)
                spool.unlink()
            file.write(end)

    def _folder_of(self, collection: str) -> Path:
        return self._folder / file_name(collection) if collection else self._folder

    def _page_of(self, collection: str) -> str:
        return "collection.json" if collection in self._collections else "catalog.json"

    def _item_links(self, item: StoredItem) -> str:
        if not item.collection:
            return ",".join(_link(rel, "../catalog.json") for rel in ("root", "parent"))
        parent = f"../{self._page_of(item.collection)}"
        made = [_link("root", "../../catalog.json"), _link("parent", parent)]
        if item.collection in self._collections:
            made.append(_link("collection", parent))
        return ",".join(made)


def file_name(identity: str) -> str:
    """A name for the file or folder of this id: itself where it can be, never a way out of the folder.

    It needs no quoting in a URL, because not every client takes that back for a file.
    """
    name = _UNSAFE.sub("_", identity)[:_LONGEST_NAME]
    # Beside the collections lie the items that belong to none.
    if name == identity and not name.startswith(".") and name not in (_OWN, "catalog.json"):
        return name
    return f"{name.lstrip('.')}-{hashlib.sha256(identity.encode()).hexdigest()[:16]}"


def _link(rel: str, href: str, kind: str = "application/json") -> str:
    return json.dumps({"rel": rel, "href": href, "type": kind})
