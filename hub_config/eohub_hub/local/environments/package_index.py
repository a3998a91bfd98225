"""How uv reaches the package index: the caller's variables for it, kept for what the hub makes later.

The hub itself runs without the caller's environment, so that no proxy or Python setting of a shell leaks in.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from eohub_hub.local.files import write_atomically

RECORD = "package-index.json"
"""In the folder of the environments, for its owner only: an index's address may hold a password."""

_PREFIX = "UV_"
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_NAMES = frozenset(
    {
        *("HOME", "LANG", "PATH", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "SSL_CERT_FILE", "SSL_CERT_DIR"),
        *("NETRC", *_PROXIES, *(name.lower() for name in _PROXIES)),
    }
)


def remember(folder: Path, environ: Mapping[str, str]) -> None:
    """Keep of the caller's variables what uv reads; raises DiskTrouble."""
    kept = {name: text for name, text in environ.items() if name in _NAMES or name.startswith(_PREFIX)}
    write_atomically(folder / RECORD, json.dumps(kept).encode())


def recall(folder: Path) -> dict[str, str]:
    """The variables that were kept; nothing where there are none."""
    try:
        found: object = json.loads((folder / RECORD).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(text) for name, text in found.items()} if isinstance(found, dict) else {}
