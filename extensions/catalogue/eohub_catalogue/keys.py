"""Keys in addresses and options: signatures, tokens and passwords, which are shown and kept nowhere."""

import re
from typing import Final
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from eohub_catalogue.reading import mapping, sequence

_KEY_NAMES: Final = re.compile(
    r"sig|token|key|secret|credential|passw|pwd|auth|jwt|policy|hmac|hdnea|session|ticket"
    r"|^(code|pass|sid|user|username)$",
    re.IGNORECASE,
)
_OPTION: Final = re.compile(
    r"^key$|(access|account|api|private|shared)[_-]?key|secret|token|credential|auth|passw|^pass$|sas",
    re.IGNORECASE,
)
_MEMBER: Final = re.compile(
    r"secret|passw|token|credential|authorization|cookie|(api|access|account|private)[_-]?key", re.IGNORECASE
)
# No scheme is long; without a limit a long text would be read again from each of its letters.
_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,20}://[^\s\"'<>]+")
# fsspec reads what stands before it through what stands behind it.
_CHAIN: Final = re.compile(r"::(?=[A-Za-z][A-Za-z0-9+.-]{0,20}://)")
_WORD: Final = re.compile(r"[^\s\"'<>]+")
_DEEPEST: Final = 60


def has_key(href: str) -> bool:
    """Whether an address carries a user, a password, a signature or a token."""
    return any(map(_has_key, _CHAIN.split(href)))


def _has_key(href: str) -> bool:
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
    return "::".join(map(_without_key, _CHAIN.split(href)))


def _without_key(href: str) -> str:
    if not _has_key(href):
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
    return _WORD.sub(_without_scheme, value) if "?" in value or "//" in value else value


def _without_scheme(word: re.Match[str]) -> str:
    """A relative address, which has no sign of its own but its query or the host at its beginning."""
    is_address = "://" not in word[0] and ("?" in word[0] or word[0].startswith("//"))
    return without_key(word[0]) if is_address else word[0]


def _is_key(name: str, value: object, *, in_options: bool) -> bool:
    if in_options:
        return bool(_OPTION.search(name))
    return isinstance(value, str) and "://" not in value and bool(_MEMBER.search(name))
