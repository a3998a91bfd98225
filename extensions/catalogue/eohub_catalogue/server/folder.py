"""Documents in files: of a folder, of a .zip file, of Earth Data Hub. They are known by time and size."""

import asyncio
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import yaml

from eohub_catalogue.earthdatahub import COLLECTION_FILE, ITEM_FILE, collection_of, item_of
from eohub_catalogue.index.reading import (
    LINE_SUFFIXES,
    PARQUET_SUFFIXES,
    STAC_SUFFIXES,
    Found,
    Reading,
    Text,
    Unreadable,
    documents_in,
    documents_of,
    read_documents,
)
from eohub_catalogue.server.documents import LARGEST_DOCUMENT, Read
from eohub_catalogue.server.trees import FolderTree, Tree, open_tree
from eohub_toolkit.errors import EohubError, Unavailable

_LARGEST_YAML = 4 * 1024 * 1024

type ReadFile = Callable[[Tree, str], Iterator[Reading]]
"""The documents in a file of a tree, by its name."""


class FileDocuments:
    """`Documents` in the files of a folder or .zip file that `wanted` takes by name."""

    def __init__(self, path: Path, wanted: Callable[[str], bool], read_file: ReadFile) -> None:
        self._path = path
        self._wanted = wanted
        self._read_file = read_file
        self._tree: Tree | None = None
        self._stamps: dict[str, tuple[str, int]] = {}

    async def beginning(self) -> Sequence[str]:
        """All files, looked up anew; raises Unavailable where the folder is gone."""
        await self.close()
        return await asyncio.to_thread(self._list)

    def stamp(self, address: str) -> str | None:
        """The file's time and size when it was listed."""
        return self._stamps[address][0] if address in self._stamps else None

    async def read(self, address: str, stamp: str | None) -> Read | None:
        """The documents in a file, or None where its time and size are those of the stamp."""
        tree = self._opened()
        now, size = self._stamps[address]
        return None if now == stamp else Read(self._read_file(tree, address), now, size)

    def links(self, address: str, document: Mapping[str, object]) -> Sequence[str]:
        """Nothing: all files are known from the beginning."""
        return ()

    def resolved(self, address: str, href: str) -> str:
        """An absolute address as it is; a relative one beside its file, or as it is where it leads out."""
        if not href or href.startswith(("/", "#")) or urlsplit(href).scheme:
            return href
        name = _joined(address, href)
        return self._opened().address(name) if name is not None else href

    def place(self, address: str) -> str:
        """The path of a file."""
        return self._opened().address(address)

    def shown(self, address: str) -> str:
        """The name below the folder."""
        return address

    async def close(self) -> None:
        """Let go of the .zip file."""
        if self._tree is not None:
            self._tree.close()
            self._tree = None

    def _list(self) -> Sequence[str]:
        entries = [entry for entry in self._opened().entries() if self._wanted(entry.name)]
        self._stamps = {entry.name: (entry.stamp, entry.size) for entry in entries}
        return list(self._stamps)

    def _opened(self) -> Tree:
        if self._tree is None:
            if not self._path.exists():
                raise Unavailable(
                    f"{self._path.name} is not there any more.",
                    hint="Put it back, or remove the catalogue and add it from where it is now.",
                )
            self._tree = open_tree(self._path)
        return self._tree


def stac_files(path: Path) -> FileDocuments:
    """STAC documents in JSON and stac-geoparquet files, one or many in each."""
    return FileDocuments(path, is_stac_file, read_stac)


def earth_data_hub_files(path: Path) -> FileDocuments:
    """Item and collection files of Earth Data Hub; an item's id is its folder's name."""
    return FileDocuments(path, is_earth_data_hub_file, read_earth_data_hub)


def is_stac_file(name: str) -> bool:
    """Whether a file may hold STAC documents, by its name."""
    return os.path.splitext(name)[1].lower() in STAC_SUFFIXES


def is_earth_data_hub_file(name: str) -> bool:
    """Whether a file is one of Earth Data Hub's, by its name."""
    return name.rpartition("/")[2] in (ITEM_FILE, COLLECTION_FILE)


def read_stac(tree: Tree, name: str) -> Iterator[Reading]:
    """The STAC documents in a JSON, NDJSON or stac-geoparquet file; one that cannot be read is told."""
    try:
        yield from _stac_in(tree, name)
    except EohubError as error:
        yield Unreadable(name, error.detail)


def read_earth_data_hub(tree: Tree, name: str) -> Iterator[Reading]:
    """The item or collection of one of Earth Data Hub's files."""
    try:
        document = _yaml(tree.read(name, _LARGEST_YAML))
    except EohubError as error:
        yield Unreadable(name, error.detail)
        return
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError):
        yield Unreadable(name, "It is not YAML that can be read.")
        return
    folders = PurePosixPath(name).parent.parts
    if not isinstance(document, dict):
        yield Unreadable(name, "It is neither an item nor a collection.")
    elif PurePosixPath(name).name == ITEM_FILE:
        collection = folders[-2] if len(folders) > 1 else None
        yield Found(name, item_of(document, folders[-1] if folders else "item", collection))
    else:
        yield Found(name, collection_of(document, folders[-1] if folders else "collection"))


def _stac_in(tree: Tree, name: str) -> Iterator[Reading]:
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in PARQUET_SUFFIXES:
        yield from _read_parquet(tree, name)
        return
    lines = suffix in LINE_SUFFIXES
    if isinstance(tree, FolderTree) and (lines or not _is_large(tree.path(name))):
        # Lines one by one, so that a file of any size can be read.
        yield from read_documents(tree.path(name), _unheard)
        return
    body = tree.read(name, LARGEST_DOCUMENT)
    for number, text in enumerate(body.split(b"\n") if lines else (body,), 1):
        if text.strip():
            yield from documents_in(f"{name}:{number}", text.strip(), "" if lines else ", document ")


def _is_large(path: Path) -> bool:
    try:
        return path.stat().st_size > LARGEST_DOCUMENT
    except OSError:
        # It has gone since it was listed, as who reads it is going to say.
        return False


def _read_parquet(tree: Tree, name: str) -> Iterator[Reading]:
    if not isinstance(tree, FolderTree):
        yield Unreadable(name, "A Parquet file is not read from within a .zip file; unpack it.")
        return
    try:
        # Large, and no part of every installation.
        from eohub_catalogue.index.geoparquet_read import read_parquet
    except ModuleNotFoundError:
        yield Unreadable(name, "Parquet files are read where pyarrow is installed beside JupyterLab.")
        return
    for found in read_parquet(tree.path(name), _unheard):
        yield from documents_of(found) if isinstance(found, Text) else (found,)


class _PlainLoader(yaml.SafeLoader):
    """YAML as JSON would hold it: times stay texts, and no part stands in several places.

    A few lines of repeated parts can be made to fill a memory as soon as they are written as JSON.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse an alias."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not read")
        return super().compose_node(parent, index)


_NUMBERS = {
    "tag:yaml.org,2002:int": re.compile(r"[-+]?\d+$"),
    "tag:yaml.org,2002:float": re.compile(r"[-+]?((\d+\.\d*|\.\d+)([eE][-+]?\d+)?|\d+[eE][-+]?\d+)$"),
}
_JSON_TAGS = [f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float", "str", "seq", "map")]
# Sets, bytes and times have no place in JSON, and numbers to the base of 60 cost the square of their length.
_PlainLoader.yaml_constructors = {tag: yaml.SafeLoader.yaml_constructors[tag] for tag in (*_JSON_TAGS, None)}
_PlainLoader.yaml_implicit_resolvers = {
    first: [
        (tag, _NUMBERS.get(tag, pattern))
        for tag, pattern in resolvers
        if tag in (*_JSON_TAGS, "tag:yaml.org,2002:merge")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _yaml(body: bytes) -> object:
    return yaml.load(body, _PlainLoader)  # noqa: S506


def _joined(name: str, href: str) -> str | None:
    parts = list[str](PurePosixPath(name).parent.parts)
    for part in PurePosixPath(href.partition("?")[0].partition("#")[0]).parts:
        if part == "..":
            if not parts:
                return None
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def _unheard(size: int) -> None:
    """Nobody waits for the bytes of a single file."""
