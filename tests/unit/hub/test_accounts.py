"""The accounts file that `eohub` writes and the identity provider reads."""

import base64
import hashlib
import json
import re
import stat
from pathlib import Path

import pytest

from eohub_hub.accounts import (
    create_demo_accounts,
    generate_password,
    hash_password,
    new_account,
    write_accounts,
)

PHC = re.compile(r"\$scrypt\$ln=15,r=8,p=3\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})")


def verifies(password: str, stored: str) -> bool:
    found = PHC.fullmatch(stored)
    assert found is not None, stored
    salt, key = (base64.b64decode(part + "=" * (-len(part) % 4)) for part in found.groups())
    made = hashlib.scrypt(password.encode(), salt=salt, n=2**15, r=8, p=3, maxmem=2**26, dklen=32)
    return made == key


def test_a_hash_is_a_phc_string_that_only_the_password_matches() -> None:
    stored = hash_password("correct horse")
    assert verifies("correct horse", stored)
    assert not verifies("correct horse ", stored)


def test_two_hashes_of_one_password_differ() -> None:
    assert hash_password("x") != hash_password("x")


def test_a_password_typed_in_another_unicode_form_is_the_same() -> None:
    assert verifies("caf\u00e9", hash_password("cafe\u0301"))


def test_generated_passwords_are_long_readable_and_different() -> None:
    made = {generate_password() for _ in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch(r"([a-hjkmnp-z2-9]{4}-){3}[a-hjkmnp-z2-9]{4}", password) for password in made)


def test_the_demo_accounts_are_a_scientist_and_an_administrator(tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    passwords = create_demo_accounts(path)
    content = json.loads(path.read_text("utf-8"))
    assert content["version"] == 1
    groups = {account["username"]: account["groups"] for account in content["accounts"]}
    assert groups == {"demo": ["/eo-users"], "admin": ["/platform/admin"]}
    for account in content["accounts"]:
        assert verifies(passwords[account["username"]], account["password"])
        assert account["email"].endswith(".invalid")
    assert len({account["subject"] for account in content["accounts"]}) == 2


def test_the_file_is_private_and_holds_no_password(tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    passwords = create_demo_accounts(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text("utf-8")
    assert not any(password in text for password in passwords.values())


def test_a_second_write_replaces_the_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    create_demo_accounts(path)
    write_accounts(path, [new_account("ännchen", name="Ä", groups=["/a"], password="p")])
    content = json.loads(path.read_text("utf-8"))
    assert [account["username"] for account in content["accounts"]] == ["ännchen"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["accounts.json"]


def test_a_folder_that_is_not_there_is_an_os_error_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_accounts(tmp_path / "missing" / "accounts.json", [])
    assert list(tmp_path.iterdir()) == []
