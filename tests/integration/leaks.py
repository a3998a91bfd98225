"""Looks for secrets where none may be: in logs, addresses and command lines."""

import re
from collections.abc import Iterable

SHORTEST = 8
"""A shorter secret would be found in words that are none."""

PATTERNS = (re.compile(r"eyJ[\w-]{8,}\.[\w-]+\.[\w-]*"), re.compile(r"-----BEGIN [A-Z ]*KEY-----"))
"""Signed tokens and private keys, whoever made them."""


def leaks(text: str, secrets: Iterable[str]) -> list[str]:
    """What `text` has of `secrets`, and what looks like a token or a key; each cut to six characters."""
    wanted = list(secrets)
    assert all(len(secret) >= SHORTEST for secret in wanted), "a secret is missing or too short to look for"
    found = [secret for secret in wanted if secret in text]
    found += [match[0] for pattern in PATTERNS for match in pattern.finditer(text)]
    return [f"{secret[:6]}..." for secret in found]
