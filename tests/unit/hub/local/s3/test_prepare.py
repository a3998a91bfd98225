"""The folder of S3: kept secrets, modes, and the command line."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from eohub_hub.local.errors import BrokenState, DiskTrouble
from eohub_hub.local.s3 import S3Options, S3Ports, prepare, read_admin_keys, service_command
from eohub_hub.local.s3.options import parse_options
from eohub_hub.local.s3.prepare import weed_command

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
WEED = Path("/opt/weed")


@pytest.fixture
def options(tmp_path: Path) -> S3Options:
    return S3Options(
        folder=tmp_path / "state" / "s3",
        admin_file=tmp_path / "state" / "secrets" / "s3_admin.json",
        issuer="http://127.0.0.1:8003",
        jwks_uri="http://127.0.0.1:8003/jwks",
        client_id="eohub",
        name_claim="preferred_username",
        ports=S3Ports(8006, 8007, 8008, 8009),
    )


def content(options: S3Options) -> dict[str, bytes]:
    files = [path for path in options.folder.rglob("*") if path.is_file()]
    return {path.name: path.read_bytes() for path in [*files, options.admin_file]}


def test_a_second_start_keeps_every_secret(options: S3Options) -> None:
    prepare(options, WEED, NOW)
    first = content(options)
    prepare(options, WEED, NOW + timedelta(days=1))
    assert content(options) == first


def test_two_machines_share_no_secret(options: S3Options, tmp_path: Path) -> None:
    other = replace(options, folder=tmp_path / "b" / "s3", admin_file=tmp_path / "b" / "admin.json")
    prepare(options, WEED, NOW)
    prepare(other, WEED, NOW)
    mine = json.loads((options.folder / "keys.json").read_bytes())
    theirs = json.loads((other.folder / "keys.json").read_bytes())
    assert not set(mine.values()) & set(theirs.values())
    assert read_admin_keys(options.admin_file) != read_admin_keys(other.admin_file)


def test_secrets_are_readable_by_their_owner_only(options: S3Options) -> None:
    prepare(options, WEED, NOW)
    for path in [options.folder, *options.folder.rglob("*"), options.admin_file]:
        assert oct(path.stat().st_mode & 0o777) == ("0o700" if path.is_dir() else "0o600"), path


def test_every_key_has_256_bits_of_its_own(options: S3Options) -> None:
    prepare(options, WEED, NOW)
    keys = json.loads((options.folder / "keys.json").read_bytes())
    assert len(set(keys.values())) == 5
    assert {len(bytes.fromhex(keys[name])) for name in ("write", "read", "filer_write", "filer_read")} == {32}


def test_the_administrators_key_looks_like_one_of_aws(options: S3Options) -> None:
    prepare(options, WEED, NOW)
    keys = read_admin_keys(options.admin_file)
    assert len(keys.access_key_id) == 20
    assert keys.access_key_id.isalnum()
    assert len(keys.secret_access_key) >= 40


def test_the_administrators_key_is_unknown_before_the_first_start(options: S3Options) -> None:
    with pytest.raises(BrokenState) as caught:
        read_admin_keys(options.admin_file)
    assert caught.value.hint == "Start the stack first."


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"access_key_id": "A"}', '{"a": 1, "b": 2}'])
def test_a_damaged_secret_is_named_and_not_replaced(options: S3Options, text: str) -> None:
    prepare(options, WEED, NOW)
    for file in (options.folder / "keys.json", options.admin_file):
        whole = file.read_text()
        file.write_text(text)
        with pytest.raises(BrokenState, match=file.name):
            prepare(options, WEED, NOW)
        assert file.read_text() == text
        file.write_text(whole)


def test_a_folder_whose_place_is_taken_by_a_file_is_a_sentence(options: S3Options) -> None:
    options.folder.parent.mkdir(parents=True)
    options.folder.write_text("")
    with pytest.raises(DiskTrouble) as caught:
        prepare(options, WEED, NOW)
    assert caught.value.hint


def test_a_changed_issuer_is_trusted_from_the_next_start_and_the_old_one_no_more(options: S3Options) -> None:
    prepare(options, WEED, NOW)
    moved = replace(options, issuer="http://127.0.0.1:9003", jwks_uri="http://127.0.0.1:9003/jwks")
    prepare(moved, WEED, NOW)
    text = (options.folder / "access.json").read_text()
    assert "127.0.0.1:9003" in text
    assert "127.0.0.1:8003" not in text


def test_the_folder_can_be_moved_because_no_file_names_its_place(options: S3Options, tmp_path: Path) -> None:
    launch = prepare(options, WEED, NOW)
    assert not any(str(tmp_path).encode() in each for each in content(options).values())
    assert not any(str(tmp_path) in part for part in launch.command)
    shutil.move(options.folder, tmp_path / "elsewhere")


def test_nothing_of_the_callers_environment_reaches_seaweedfs(options: S3Options) -> None:
    # A WEED_JWT_SIGNING_KEY in the environment would win over security.toml.
    environment = prepare(options, WEED, NOW).environment
    assert set(environment) == {"GOMEMLIMIT", "HOME"}
    assert int(environment["GOMEMLIMIT"].removesuffix("MiB")) >= 300, "below it the collector never rests"


def test_the_command_line_keeps_memory_small_and_everything_on_this_machine(options: S3Options) -> None:
    command = weed_command(options, WEED)
    assert command[:3] == ["/opt/weed", "-logtostderr=true", "server"]
    assert {
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-s3.cacheCapacityMB=16",
        "-volume.max=100",
        "-master.volumeSizeLimitMB=512",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        "-master.telemetry=false",
        "-s3.iam=false",
        "-s3.autoCreateBucket=false",
    } <= set(command)


def test_no_secret_is_on_the_command_line(options: S3Options) -> None:
    launch = prepare(options, WEED, NOW)
    keys = json.loads((options.folder / "keys.json").read_bytes())
    secrets = [*keys.values(), read_admin_keys(options.admin_file).secret_access_key]
    assert not any(secret in part for secret in secrets for part in launch.command)


def test_local_sockets_have_relative_names_that_fit_whatever_the_length_of_the_folders(
    options: S3Options,
) -> None:
    command = weed_command(options, WEED)
    assert "-filer.localSocket=filer.sock" in command
    assert "-s3.localSocket=s3.sock" in command


def test_the_services_command_says_everything_that_the_options_say(options: S3Options) -> None:
    full = S3Options(
        folder=options.folder,
        admin_file=options.admin_file,
        issuer="http://127.0.0.1:9003/realm?x=1",
        jwks_uri="http://127.0.0.1:9003/jwks",
        client_id="--odd id",
        name_claim="eohub_name",
        ports=S3Ports(1, 2, 3, 4),
    )
    assert parse_options(service_command(full)[3:]) == full


def test_the_ports_are_those_of_http_and_the_same_plus_10000() -> None:
    assert S3Ports(8006, 8007, 8008, 8009).every == (8006, 8007, 8008, 8009, 18006, 18007, 18008, 18009)
