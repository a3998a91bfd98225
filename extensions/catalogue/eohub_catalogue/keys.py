"""Keys in addresses and options: signatures, tokens and passwords, which are shown and kept nowhere."""

import re
from typing import Final
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from eohub_catalogue.reading import mapping, sequence

_KEY_NAMES: Final = re.compile(r"sig|token|key|secret|credential|passw|pwd|auth|jwt|policy", re.IGNORECASE)
_OPTION: Final = re.compile(
    r"^key$|(access|account|api|private|shared)[_-]?key|secret|token|credential|auth|passw|^pass$|sas",
    re.IGNORECASE,
)
_MEMBER: Final = re.compile(
    r"secret|passw|token|credential|(api|access|account|private)[_-]?key", re.IGNORECASE
)
# No scheme is long; without a limit a long text would be read again from each of its letters.
_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,20}://[^\s\"'<>]+")
_WORD: Final = re.compile(r"[^\s\"'<>]+")
_DEEPEST: Final = 60


def has_key(href: str) -> bool:
    """Whether an address carries a user, a password, a signature or a token."""
    try:
        parts = urlsplit(href)
        named = [
            name
            for part in (parts.query, parts.fragment)
            for name, _ in parse_qsl(part, keep_blank_values=True, max_num_fields=100)
        ]
    except ValueError:
        return "@" in href or "?" in href
    return "@" in parts.netloc or any(_KEY_NAMES.search(name) for name in named)


def without_key(href: str) -> str:
    """An address without user, password, query and fragment where one of them is a key; else as it is."""
    if not has_key(href):
        return href
    try:
        parts = urlsplit(href)
    except ValueError:
        return ""
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def without_keys(value: object) -> object:
    """A JSON value without the keys in its addresses, its storage options and members of such a name."""
    return _without(value, 0, in_options=False)


def _without(value: object, depth: int, *, in_options: bool) -> object:
    if depth > _DEEPEST:
        return None
    if isinstance(value, str):
        return _cleaned(value)
    if isinstance(value, list):
        return [_without(each, depth + 1, in_options=in_options) for each in sequence(value)]
    if not isinstance(value, dict):
        return value
    return {
        name: _without(each, depth + 1, in_options=in_options or str(name).endswith("storage_options"))
        for name, each in mapping(value).items()
        if not _is_key(str(name), each, in_options=in_options)
    }


def _cleaned(value: str) -> str:
    if "://" in value:
        value = _ADDRESS.sub(lambda found: without_key(found[0]), value)
    return _WORD.sub(_without_query, value) if "?" in value else value


def _without_query(word: re.Match[str]) -> str:
    """A relative address, which has no sign of its own but its query."""
    return without_key(word[0]) if "?" in word[0] and "://" not in word[0] else word[0]


def _is_key(name: str, value: object, *, in_options: bool) -> bool:
    if in_options:
        return bool(_OPTION.search(name))
    return isinstance(value, str) and "://" not in value and bool(_MEMBER.search(name))
