import json
import stat
from pathlib import Path

import pytest

from eohub_hub.local.demo_accounts import make_accounts, shown_passwords
from eohub_hub.local.errors import BrokenState, DiskTrouble


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("accounts")
    make_accounts(folder / "accounts.json", folder / "passwords.json")
    return folder


def test_the_accounts_are_made_with_passwords_that_can_be_shown(made: Path) -> None:
    accounts = json.loads((made / "accounts.json").read_text())["accounts"]
    assert {account["username"] for account in accounts} == {"demo", "admin"}
    assert shown_passwords(made / "passwords.json").keys() == {"demo", "admin"}


def test_both_files_are_private_and_nothing_is_left_beside(made: Path) -> None:
    assert {path.name for path in made.iterdir()} == {"accounts.json", "passwords.json"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in made.iterdir()} == {0o600}


def test_the_accounts_file_holds_no_password(made: Path) -> None:
    text = (made / "accounts.json").read_text()
    assert not [word for word in shown_passwords(made / "passwords.json").values() if word in text]


def test_accounts_that_exist_are_left_alone(made: Path) -> None:
    before = {path: path.read_bytes() for path in made.iterdir()}
    make_accounts(made / "accounts.json", made / "passwords.json")
    assert {path: path.read_bytes() for path in made.iterdir()} == before


def test_a_site_with_accounts_of_its_own_shows_no_password(tmp_path: Path) -> None:
    assert shown_passwords(tmp_path / "absent.json") == {}


@pytest.mark.parametrize("content", ["", "[]", "7", "{"])
def test_a_broken_file_is_one_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "passwords.json").write_text(content)
    with pytest.raises(BrokenState, match="does not hold passwords"):
        shown_passwords(tmp_path / "passwords.json")


def test_accounts_in_a_folder_that_does_not_exist_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DiskTrouble):
        make_accounts(tmp_path / "absent" / "accounts.json", tmp_path / "passwords.json")
    assert list(tmp_path.iterdir()) == []
