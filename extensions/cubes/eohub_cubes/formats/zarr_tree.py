"""What lies in a zarr store, from its metadata documents: versions 2 and 3, consolidated or not."""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, cast

from eohub_cubes.errors import DataDamaged, DataMissing, NoAccess, NotReadable
from eohub_cubes.ports import LARGEST_METADATA, ObjectReader

type Document = Mapping[str, Any]

MOST_NODES: Final = 5_000
"""Groups and arrays that are looked at in a store without consolidated metadata."""

_LEFT_OUT: Final = f"{MOST_NODES:,} groups and arrays are told, the others left out."
_ICECHUNK: Final = ("repo", "refs/branch.main/ref.json")
_V2: Final = (".zgroup", ".zarray", ".zattrs")


@dataclass
class Tree:
    """Groups and arrays by their path; "" is the store itself."""

    version: Literal[2, 3]
    groups: dict[str, Document] = field(default_factory=dict[str, Document])
    """Attributes of each."""
    arrays: dict[str, Document] = field(default_factory=dict[str, Document])
    """Metadata of each, with its attributes under `attributes`."""
    notes: list[str] = field(default_factory=list[str])

    def arrays_in(self, group: str) -> dict[str, Document]:
        """The arrays right in a group by their name; an array at the store's root counts as one, `data`."""
        if group == "" and "" in self.arrays:
            return {"data": self.arrays[""]}
        below = f"{group}/" if group else ""
        return {
            path.removeprefix(below): document
            for path, document in self.arrays.items()
            if path.startswith(below) and "/" not in path.removeprefix(below)
        }

    def groups_with_arrays(self) -> list[str]:
        """Paths of the groups that hold arrays, as they are told."""
        return [*dict.fromkeys(path.rpartition("/")[0] for path in self.arrays)]


async def read_tree(reader: ObjectReader, where: str) -> Tree:
    """Read the metadata of a store: one round trip where it is consolidated, one a level where it is not.

    Raises DataMissing where there is no store, DataDamaged with the key of a document that is no JSON.
    """
    v3, consolidated, *v2 = await _documents(reader, ["zarr.json", ".zmetadata", *_V2])
    if v3 is not None:
        return await _read_v3(reader, v3)
    if consolidated is not None:
        return _from_v2_consolidated(consolidated)
    if v2[0] is not None or v2[1] is not None:
        tree = Tree(2)
        _put_v2(tree, "", v2)
        return await _walked(reader, tree)
    if any(await asyncio.gather(*(reader.info(key) for key in _ICECHUNK))):
        raise NotReadable(
            "This is an icechunk repository, which is no plain zarr store.",
            hint="Open it as icechunk: that is its kind, or its address ends in .icechunk.",
        )
    raise DataMissing(
        f"There is no zarr store at {where}.", hint="Its address ends where zarr.json or .zgroup lies."
    )


async def _read_v3(reader: ObjectReader, root: Document) -> Tree:
    if root.get("zarr_format") != 3:
        raise NotReadable(
            "This store follows a draft of zarr 3 from before the format was fixed.",
            hint="Whoever made it can write it again with a newer library.",
        )
    tree = Tree(3)
    _put_v3(tree, "", root)
    inline = root.get("consolidated_metadata") or {}
    if "metadata" not in inline:
        return await _walked(reader, tree)
    for path, document in cast(dict[str, Document], inline["metadata"]).items():
        _put_v3(tree, path, document)
    return tree


def _put_v3(tree: Tree, path: str, document: Document) -> None:
    match document.get("node_type"):
        case "array":
            tree.arrays[path] = document
        case "group":
            tree.groups[path] = cast(Document, document.get("attributes") or {})
        case other:
            tree.notes.append(f"{path or 'The store'} is left out: it is neither group nor array ({other}).")


def _put_v2(tree: Tree, path: str, documents: Sequence[Document | None]) -> None:
    group, array, attributes = documents
    if array is not None:
        tree.arrays[path] = {**array, "attributes": attributes or {}}
    elif group is not None:
        tree.groups[path] = attributes or {}


def _from_v2_consolidated(document: Document) -> Tree:
    found = document.get("metadata")
    if not isinstance(found, dict):
        raise DataDamaged("The metadata of this zarr store (.zmetadata) has no list of what lies in it.")
    if "record_size" in document:
        raise in_parquet()
    metadata = cast(dict[str, Document], found)
    tree = Tree(2)
    for path in dict.fromkeys(key.rpartition("/")[0] for key in metadata):
        _put_v2(tree, path, [metadata.get(f"{path}/{name}".lstrip("/")) for name in _V2])
    return tree


def in_parquet() -> NotReadable:
    """What is told of references whose places lie in Parquet files: without those all would be missing."""
    return NotReadable(
        "This is a set of kerchunk references in Parquet, which is not read here.",
        hint="As one JSON file, or as an icechunk repository, it can be opened.",
    )


async def _walked(reader: ObjectReader, tree: Tree) -> Tree:
    """Look at what lies below the root, level by level."""
    level = [""] if "" in tree.groups else []
    while level and len(tree.groups) + len(tree.arrays) < MOST_NODES:
        names = await asyncio.gather(*(_children(reader, path) for path in level))
        paths = [f"{path}/{name}".lstrip("/") for path, own in zip(level, names, strict=True) for name in own]
        left = MOST_NODES - len(tree.groups) - len(tree.arrays)
        if len(paths) > left:
            tree.notes.append(f"It holds too much to be looked at without consolidated metadata: {_LEFT_OUT}")
            del paths[left:]
        await asyncio.gather(*(_put(reader, tree, path) for path in paths))
        level = [path for path in paths if path in tree.groups]
    return tree


async def _children(reader: ObjectReader, path: str) -> list[str]:
    try:
        found = [name async for name in reader.children(path)]
    except NotReadable as error:
        raise NotReadable(
            f"This zarr store has no consolidated metadata, so it has to be listed. {error.detail}",
            hint="Whoever keeps it can run zarr.consolidate_metadata(...) on it.",
        ) from None
    return sorted(name for name in found if not name.startswith(".") and name != "zarr.json")


async def _put(reader: ObjectReader, tree: Tree, path: str) -> None:
    keys = ["zarr.json"] if tree.version == 3 else _V2
    try:
        found = await _documents(reader, [f"{path}/{name}" for name in keys])
    except DataDamaged as error:
        tree.notes.append(f"{path} is left out. {error.detail}")
        return
    if tree.version == 2:
        _put_v2(tree, path, found)
    elif found[0] is not None:
        _put_v3(tree, path, found[0])


async def _documents(reader: ObjectReader, keys: Iterable[str]) -> list[Document | None]:
    """Documents by their keys; where a store forbids to ask for what is not there, that is missing too."""
    found = await asyncio.gather(*(_document(reader, key) for key in keys), return_exceptions=True)
    refused = [each for each in found if isinstance(each, NoAccess)]
    for each in found:
        if isinstance(each, BaseException) and not isinstance(each, NoAccess):
            raise each
    if refused and not any(isinstance(each, dict) for each in found):
        raise refused[0]
    return [None if isinstance(each, BaseException) else each for each in found]


async def _document(reader: ObjectReader, key: str) -> Document | None:
    raw = await reader.get(key, most=LARGEST_METADATA)
    if raw is None:
        return None
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        raise DataDamaged(
            f"The metadata {key} is not JSON.", hint="It may be damaged, or still being written."
        ) from None
    if not isinstance(found, dict):
        raise DataDamaged(f"The metadata {key} is not a JSON object.")
    return cast(Document, found)
