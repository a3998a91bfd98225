import stat
from pathlib import Path

import pytest

from eohub_hub.local.secret_store import Secret, make_missing, read_secret


def test_every_secret_is_made_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    make_missing(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {secret.value for secret in Secret}
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_secrets_are_32_bytes_in_hexadecimal_and_all_different(tmp_path: Path) -> None:
    make_missing(tmp_path)
    found = [read_secret(tmp_path, secret) for secret in Secret]
    assert {len(bytes.fromhex(one)) for one in found} == {32}
    assert len(set(found)) == len(found)


def test_a_second_start_keeps_secrets_and_narrows_their_rights(tmp_path: Path) -> None:
    make_missing(tmp_path)
    before = {secret: read_secret(tmp_path, secret) for secret in Secret}
    (tmp_path / Secret.PROXY).chmod(0o644)
    (tmp_path / Secret.LOGIN).unlink()
    make_missing(tmp_path)
    after = {secret: read_secret(tmp_path, secret) for secret in Secret}
    assert {secret for secret in Secret if after[secret] != before[secret]} == {Secret.LOGIN}
    assert stat.S_IMODE((tmp_path / Secret.PROXY).stat().st_mode) == 0o600


def test_an_absent_secret_is_an_error_not_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_secret(tmp_path, Secret.COOKIES)
