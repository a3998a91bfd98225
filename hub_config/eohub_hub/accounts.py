"""The accounts file of the embedded identity provider: its format, its password hashes, the demo accounts.

The file is JSON: `{"version": 1, "accounts": [{subject, username, name, email, groups, password}, ...]}`.
A `subject` is a stable random id, `groups` are paths (`/platform/admin`) and `password` is a hash by
`hash_password`. The provider reads it again whenever it changes.
"""

import base64
import hashlib
import json
import os
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

# Equivalent to the first choice of the OWASP password storage cheat sheet, at 32 MiB for one check.
_LOG2_COST, _BLOCK_SIZE, _PARALLELIZATION = 15, 8, 3
_MEMORY_LIMIT = 64 * 1024 * 1024
# No 0/o or 1/l/i: a password is read off a terminal.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Account:
    """One person who may log in; `password` is a hash, never the password itself."""

    subject: str
    username: str
    name: str
    email: str
    groups: tuple[str, ...]
    password: str


def hash_password(password: str) -> str:
    """A salted scrypt hash as PHC string `$scrypt$ln=15,r=8,p=3$<salt>$<key>`, base64 without padding."""
    salt = secrets.token_bytes(16)
    key = hashlib.scrypt(
        unicodedata.normalize("NFC", password).encode(),
        salt=salt,
        n=2**_LOG2_COST,
        r=_BLOCK_SIZE,
        p=_PARALLELIZATION,
        maxmem=_MEMORY_LIMIT,
        dklen=32,
    )
    cost = f"ln={_LOG2_COST},r={_BLOCK_SIZE},p={_PARALLELIZATION}"
    return f"$scrypt${cost}${_unpadded(salt)}${_unpadded(key)}"


def generate_password() -> str:
    """A random password of four groups of four letters and digits, about 79 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def new_account(username: str, *, name: str, groups: Sequence[str], password: str) -> Account:
    """An account with a fresh subject; its address is one that can never receive mail."""
    return Account(
        subject=secrets.token_hex(16),
        username=username,
        name=name,
        email=f"{username}@eohub.invalid",
        groups=tuple(groups),
        password=hash_password(password),
    )


def write_accounts(path: Path, accounts: Sequence[Account]) -> None:
    """Write the accounts file with mode 0600, whole or not at all."""
    content = {"version": 1, "accounts": [asdict(account) for account in accounts]}
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def create_demo_accounts(path: Path) -> dict[str, str]:
    """Write the accounts `demo` (/eo-users) and `admin` (/platform/admin); their passwords by user name."""
    passwords = {"demo": generate_password(), "admin": generate_password()}
    people = (
        ("demo", "Demo Scientist", ("/eo-users",)),
        ("admin", "Platform Administrator", ("/platform/admin",)),
    )
    accounts = [
        new_account(username, name=name, groups=groups, password=passwords[username])
        for username, name, groups in people
    ]
    write_accounts(path, accounts)
    return passwords


def _unpadded(value: bytes) -> str:
    return base64.b64encode(value).decode().rstrip("=")
