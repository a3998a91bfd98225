"""Ids and file names from what people call things."""

import hashlib
import re
import unicodedata
from collections.abc import Container

ROOT = "catalog.json"
"""The file that a static catalogue begins with."""
ITEMS = "items"
ASSETS = "assets"

_OTHER = re.compile(r"[^a-z0-9]+")
_UNSAFE = re.compile(r"[^A-Za-z0-9._~-]")
_LONGEST_NAME = 150
# What lies beside the folders of collections.
_RESERVED = frozenset({ROOT, ITEMS, ASSETS})
_HASHED = re.compile(r"-[0-9a-f]{16}$")


def slug_of(text: str, longest: int = 40) -> str:
    """Lower-case letters, digits and hyphens that remind of a text; "unnamed" where nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _OTHER.sub("-", plain)[: longest * 4].strip("-")[:longest].rstrip("-") or "unnamed"


def distinct(name: str, taken: Container[str]) -> str:
    """The name, or the first of name-2, name-3, ... that is not taken."""
    number, candidate = 1, name
    while candidate in taken:
        number += 1
        candidate = f"{name}-{number}"
    return candidate


def file_name_of(identity: str) -> str:
    """A name for the file or folder of an id: itself where it can be, never a way out of a folder.

    Two ids never share one, also where a disk takes A for a. It needs no quoting in a URL, because not every
    client takes that back for a file.
    """
    name = _UNSAFE.sub("_", identity)[:_LONGEST_NAME]
    is_plain = name == identity.lower().strip(".") and name not in _RESERVED
    if is_plain and not _HASHED.search(name):
        return name
    return f"{name.lstrip('.')}-{hashlib.sha256(identity.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def folder_of(collection: str) -> str:
    """The folder of a collection in a static catalogue, with a slash; empty for none."""
    return f"{file_name_of(collection)}/" if collection else ""


def place_of(collection: str, item: str) -> str:
    """The file of an item in a static catalogue."""
    return f"{folder_of(collection)}{ITEMS}/{file_name_of(item)}.json"
