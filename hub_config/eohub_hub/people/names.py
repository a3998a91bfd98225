"""Hub user names made from what a person is called elsewhere: safe in URLs, paths, S3 prefixes and labels."""

import re
import unicodedata
from collections.abc import Collection

_LONGEST = 32
_LONGEST_PREFERRED = 1_000
_FALLBACK = "user"


def slug(preferred: str) -> str:
    """A name of a-z, 0-9 and single hyphens that starts with a letter, at most 32 characters; never empty.

    An address gives the part before its `@`. Letters with accents lose them, other scripts give `user`.
    """
    preferred = preferred[:_LONGEST_PREFERRED]
    local_part = preferred.partition("@")[0] or preferred
    decomposed = unicodedata.normalize("NFKD", local_part.lower())
    plain = "".join(character for character in decomposed if not _is_beyond_ascii(character))
    name = re.sub(r"[^a-z0-9]+", "-", plain).lstrip("-0123456789")[:_LONGEST].rstrip("-")
    return name or _FALLBACK


def first_free(base: str, taken: Collection[str]) -> str:
    """`base`, or `base-2`, `base-3` ... whichever is not taken; still at most 32 characters."""
    if base not in taken:
        return base
    number = 2
    while (name := _numbered(base, number)) in taken:
        number += 1
    return name


def stem(base: str) -> str:
    """The longest prefix that `base` and all its numbered forms have in common."""
    return base[: _LONGEST - 9]


def _numbered(base: str, number: int) -> str:
    suffix = f"-{number}"
    return base[: _LONGEST - len(suffix)].rstrip("-") + suffix


def _is_beyond_ascii(character: str) -> bool:
    return ord(character) > 127
