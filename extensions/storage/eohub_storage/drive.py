"""What the drive in the Lab does with objects: pages, small documents, names. No network of its own."""

import base64
from dataclasses import asdict

from eohub_storage.contract import (
    Document,
    ListQuery,
    MoveQuery,
    ObjectPage,
    ObjectQuery,
    ObjectRow,
    PrefixQuery,
    Removed,
    RemoveQuery,
)
from eohub_storage.errors import AlreadyThere, UnusableKey
from eohub_storage.ports import ObjectStore

LARGEST_DOCUMENT = 16 * 2**20
"""Bytes that JupyterLab still edits without pain; larger ones are downloaded."""

MOST_REMOVED = 1000
"""Objects that one request deletes: as many as S3 takes at a time."""


async def page(query: ListQuery, store: ObjectStore) -> ObjectPage:
    """One page of a prefix; the object that only marks the prefix is not shown."""
    found = await store.page(query.bucket, query.prefix, query.after, query.limit)
    return ObjectPage(
        bucket=query.bucket,
        prefix=query.prefix,
        prefixes=found.prefixes,
        objects=tuple(
            ObjectRow(key=each.key, size=each.size, modified=each.modified)
            for each in found.objects
            if each.key != query.prefix
        ),
        next=found.next,
    )


async def opened(query: ObjectQuery, store: ObjectStore) -> Document:
    """A small object with its content; raises TooLarge above 16 MiB."""
    facts, content = await store.read(query.bucket, query.key, LARGEST_DOCUMENT)
    try:
        form, text = "text", content.decode("utf-8")
    except UnicodeDecodeError:
        form, text = "base64", base64.b64encode(content).decode()
    return Document.model_validate({**asdict(facts), "bucket": query.bucket, "format": form, "content": text})


async def moved(query: MoveQuery, store: ObjectStore) -> None:
    """Give an object another name: it is copied, and deleted once the copy is there."""
    check_key(query.target)
    if query.target == query.key:
        return
    await store.copy(query.bucket, query.key, query.target)
    await store.remove(query.bucket, query.key)


async def removed(query: RemoveQuery, store: ObjectStore) -> Removed:
    """Delete an object, or up to 1,000 of those below a prefix."""
    if not query.key.endswith("/"):
        await store.remove(query.bucket, query.key)
        return Removed(count=1, is_all=True)
    count, is_all = await store.remove_below(query.bucket, query.key, MOST_REMOVED)
    return Removed(count=count, is_all=is_all)


async def made(query: PrefixQuery, store: ObjectStore) -> None:
    """Make a prefix that is listed though it holds nothing: an empty object of its name marks it."""
    check_key(query.prefix.removesuffix("/"))
    held = await store.page(query.bucket, query.prefix, "", 1)
    if held.objects or held.prefixes:
        raise AlreadyThere(
            f"There is a folder {_last(query.prefix)} here already.", hint="Choose another name."
        )
    await store.mark(query.bucket, query.prefix)


def check_key(key: str) -> None:
    """Raise UnusableKey for a name that listings, folders of a mount or URLs could take for another."""
    parts = key.split("/")
    if any(part in ("", ".", "..") for part in parts) or not key.isprintable() or len(key.encode()) > 1024:
        raise UnusableKey(
            "An object cannot have this name.",
            hint="Use printable characters, at most 1,024 bytes, and neither . nor .. between slashes.",
        )


def _last(prefix: str) -> str:
    return prefix.rstrip("/").rpartition("/")[2]
