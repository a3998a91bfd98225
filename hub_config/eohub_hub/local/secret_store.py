"""Secrets that are made once, on the first start, and kept in files that only their owner reads."""

import secrets
from enum import StrEnum
from pathlib import Path

from eohub_hub.local.files import write_atomically


class Secret(StrEnum):
    """File names; each file holds 32 random bytes in hexadecimal, what JupyterHub wants for its cookies."""

    COOKIES = "cookie_secret"
    ENCRYPTION = "crypt_key"
    PROXY = "proxy_token"
    LOGIN = "oidc_client_secret"
    STORAGE = "storage_service_token"
    LIFETIME = "lifetime_service_token"


def make_missing(folder: Path) -> None:
    """Generate every secret that `folder` lacks and narrow the rights of those it has; raises DiskTrouble."""
    for name in Secret:
        path = folder / name
        if path.exists():
            path.chmod(0o600)
        else:
            write_atomically(path, secrets.token_hex(32).encode())


def read_secret(folder: Path, name: Secret) -> str:
    """The secret `name`; raises OSError when it cannot be read."""
    return (folder / name).read_text().strip()
