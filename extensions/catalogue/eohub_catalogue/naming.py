"""Ids and file names from what people call things."""

import hashlib
import re
import unicodedata
from collections.abc import Container

_OTHER = re.compile(r"[^a-z0-9]+")


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
    """A name for the file of an id: two ids never share one, also where a disk takes A for a."""
    digest = hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return identity if identity == slug_of(identity) else f"{slug_of(identity)}-{digest}"
