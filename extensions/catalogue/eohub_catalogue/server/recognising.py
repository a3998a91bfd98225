"""What stands at an address that a person gives: which kind of catalogue, or what else."""

import asyncio
import itertools
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from urllib.parse import urljoin, urlsplit

from pydantic import TypeAdapter, ValidationError

from eohub_catalogue.earthdatahub import ITEM_FILE
from eohub_catalogue.errors import LoginNeeded
from eohub_catalogue.index.document import kind_of
from eohub_catalogue.index.reading import Found, Unreadable
from eohub_catalogue.naming import ROOT
from eohub_catalogue.reading import mapping, sequence, text
from eohub_catalogue.server.addresses import Origin
from eohub_catalogue.server.folder import is_stac_file, read_stac
from eohub_catalogue.server.frozen import frozen_title, told_title
from eohub_catalogue.server.home import Home
from eohub_catalogue.server.own_catalogues import Recognised
from eohub_catalogue.server.trees import Tree, open_tree
from eohub_catalogue.server.web import Answer, Ask, Web
from eohub_catalogue.wire import PublicUrl
from eohub_toolkit.errors import Invalid

_DESTINE = Origin("https", "hda.data.destination-earth.eu", 443)
_URL = TypeAdapter[str](PublicUrl)
_FILES_LOOKED_INTO = 50
_WHAT = "Give the address of a STAC API or of a catalog.json, or a path below your home folder."


class Recogniser:
    """Asks addresses and looks into files; the guarded way out is opened when it is first needed."""

    def __init__(self, web: Callable[[], Web], home: Home) -> None:
        self._web = web
        self._home = home

    async def recognise(self, address: str) -> Recognised:
        """What stands there; raises Invalid with what was found instead, or what hinders the asking."""
        typed = address.strip()
        scheme = typed.partition("://")[0].lower() if "://" in typed else ""
        if scheme in ("http", "https"):
            return await self._on_the_web(typed)
        if scheme:
            raise Invalid(f"An address that begins with {scheme[:20]}:// cannot be added.", hint=_WHAT)
        path = self._home.existing(typed)
        return await asyncio.to_thread(self._on_disk, path)

    async def _on_the_web(self, address: str) -> Recognised:
        url = _public(address)
        # A token would go there: never in the clear, and to no other port of that host.
        if Origin.of(url) == _DESTINE:
            return Recognised("destine", "DestinE Data Lake", url=url)
        answer, document = await self._ask(url)
        found = _web_catalogue(answer.url, document)
        if found is not None and found.kind == "api":
            return found
        root = _root_of(answer.url, document)
        if root is not None:
            # A part of an API: the whole of it can be searched, the part cannot.
            whole = _web_catalogue(root, (await self._ask(root))[1])
            if whole is not None and whole.kind == "api":
                return whole
        if found is None:
            raise Invalid(f"At this address is {_what_else(answer, document)}.", hint=_WHAT)
        return found

    async def _ask(self, url: str) -> tuple[Answer, Mapping[str, object]]:
        answer = await self._web().send(Ask(url))
        if answer.status in (401, 403):
            raise LoginNeeded("This address needs a login, so it cannot be added.", hint=_WHAT)
        if answer.status != 200:
            raise Invalid(f"This address was answered with status {answer.status}.", hint=_WHAT)
        return answer, mapping(await asyncio.to_thread(answer.json))

    def _on_disk(self, path: Path) -> Recognised:
        if path.is_file() and path.name in ("catalog.json", ITEM_FILE):
            path = path.parent
        tree = open_tree(path)
        try:
            shown, kept = self._home.shown(path), self._home.kept(path)
            frozen = frozen_title(tree)
            if frozen is not None:
                return Recognised("frozen", frozen, path=kept)
            names = [entry.name for entry in tree.entries()]
            if any(PurePosixPath(name).name == ITEM_FILE for name in names):
                return Recognised("earthdatahub", path.name, path=kept)
            files = [name for name in names if is_stac_file(name)]
            faults: list[str] = []
            if any(_holds_stac(tree, name, faults) for name in files[:_FILES_LOOKED_INTO]):
                told = told_title(tree) if ROOT in names else None
                return Recognised("folder", told or path.name, path=kept)
        finally:
            tree.close()
        if not files:
            faults = [f"There are {len(names)} files, none of them JSON or Parquet."]
        raise Invalid(" ".join([f"{shown} holds no STAC item.", *faults[:1]]), hint=_WHAT)


def _public(address: str) -> str:
    try:
        return _URL.validate_python(address)
    except ValidationError as error:
        reason = error.errors(include_url=False, include_input=False)[0]["msg"].removeprefix("Value error, ")
        raise Invalid(f"This address cannot be added: {reason}.", hint=_WHAT) from None


def _web_catalogue(url: str, document: Mapping[str, object]) -> Recognised | None:
    """A catalogue of the web, or None."""
    title = text(document.get("title"), 100) or text(document.get("id"), 100) or urlsplit(url).hostname or ""
    links = [mapping(link).get("rel") for link in sequence(document.get("links"))[:1000]]
    kind = document.get("type")
    if isinstance(document.get("conformsTo"), list) or (kind != "Feature" and "search" in links):
        return Recognised("api", title, url=_public(url))
    is_list = kind == "FeatureCollection" and isinstance(document.get("features"), list)
    if is_list or kind_of(document) in ("collection", "catalogue"):
        return Recognised("static", title, url=_public(url))
    return None


def _root_of(url: str, document: Mapping[str, object]) -> str | None:
    """The root that a document names, where it looks like a part of an API."""
    links = [mapping(link) for link in sequence(document.get("links"))[:1000]]
    part = "collections" in document or any(link.get("rel") in ("items", "next") for link in links)
    href = next((link.get("href") for link in links if link.get("rel") == "root"), None)
    if not part or not isinstance(href, str):
        return None
    try:
        return _public(urljoin(url, href))
    except (Invalid, ValueError):
        return None


def _what_else(answer: Answer, document: Mapping[str, object]) -> str:
    beginning = answer.body[:2000].lstrip().lower()
    if "html" in answer.headers.get("content-type", "") or beginning.startswith(
        (b"<!doctype html", b"<html")
    ):
        return "a web page, no STAC"
    if kind_of(document) == "item":
        return "a single item, no catalogue"
    if not document:
        return "something that is no JSON object" if beginning else "nothing"
    return "JSON that is no STAC catalogue"


def _holds_stac(tree: Tree, name: str, faults: list[str]) -> bool:
    """Whether the first documents of a file are STAC; what cannot be read of it is added to `faults`."""
    for reading in itertools.islice(read_stac(tree, name), 5):
        if isinstance(reading, Unreadable):
            faults.append(f"{name}: {reading.reason}")
        document = reading.document if isinstance(reading, Found) else {}
        kind = kind_of(document)
        if kind in ("collection", "catalogue") or (kind == "item" and "assets" in document):
            return True
    return False
