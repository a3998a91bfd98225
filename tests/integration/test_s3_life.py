"""S3 over time: keys end, data survive every kind of end, an open port ends the start."""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from cryptography import x509
from fakes.storage_issuer import FakeIssuer
from fakes.storage_s3 import BUCKETS, RunningS3, running_s3, s3_options, start_s3, stop_s3

from eohub_hub.local.s3 import S3Options, ensure_buckets, prepare, wait_until_ready
from eohub_hub.local.s3 import supervise as supervisor
from eohub_hub.local.s3.__main__ import find_weed
from eohub_hub.local.s3.certificates import RENEW_BEFORE, make_certificates

pytestmark = pytest.mark.real

BODY = b"0123456789abcdef" * 65_536


def supervised(options: S3Options, log: Path, change: dict[str, tuple[str, str]]) -> RunningS3:
    """S3 started by our supervisor after one text in each named configuration file was replaced."""
    launch = prepare(options, find_weed(), datetime.now(UTC))
    for name, (old, new) in change.items():
        file = options.folder / name
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))
    ports = ",".join(map(str, options.ports.every))
    script = [sys.executable, "-I", "-S", supervisor.__file__, ports, *launch.command]
    with log.open("ab") as file:
        process = subprocess.Popen(
            script, cwd=launch.folder, env=launch.environment, stdout=file, stderr=file, umask=0o077
        )
    return RunningS3(options, process, log)


def read(client: object, key: str) -> bytes:
    return client.get_object(Bucket="users", Key=key)["Body"].read()  # type: ignore[attr-defined]


def read_when_up(running: RunningS3, key: str) -> bytes:
    until = time.monotonic() + 30
    while True:
        try:
            return read(running.admin(), key)
        except (ClientError, EndpointConnectionError):
            assert time.monotonic() < until
            time.sleep(0.2)


def test_keys_and_presigned_urls_are_refused_once_their_time_is_over(tmp_path: Path) -> None:
    with FakeIssuer() as issuer:
        options = s3_options(tmp_path, issuer)
        running = supervised(options, tmp_path / "log", {"access.json": ('"3600s"', '"4s"')})
        try:
            wait_until_ready(running.endpoint, seconds=60)
            ensure_buckets(running.endpoint, running.admin_keys, BUCKETS)
            keys = running.assume(issuer.id_token("alice"))
            alice = running.client(keys)
            alice.put_object(Bucket="users", Key="alice/own", Body=b"mine")
            where = {"Bucket": "users", "Key": "alice/own"}
            url = alice.generate_presigned_url("get_object", Params=where, ExpiresIn=600)
            ends = datetime.fromisoformat(keys["Expiration"])
            assert ends <= datetime.now(UTC) + timedelta(seconds=5)
            time.sleep(max(0.0, (ends - datetime.now(UTC)).total_seconds()) + 1.5)
            for call in (alice.get_object, alice.put_object, alice.delete_object):
                with pytest.raises(ClientError, match="InvalidAccessKeyId"):
                    call(**where)
            with pytest.raises(urllib.error.HTTPError, match="403"):
                urllib.request.urlopen(url)
            assert read(running.admin(), "alice/own") == b"mine"
        finally:
            stop_s3(running)


def test_data_survive_an_ordered_restart_and_the_death_of_each_process(tmp_path: Path) -> None:
    with FakeIssuer() as issuer, running_s3(tmp_path, issuer) as first:
        first.admin().put_object(Bucket="users", Key="alice/1", Body=BODY)
        session = first.assume(issuer.id_token("alice"))
        asked = time.monotonic()
        stop_s3(first)
        assert first.process.returncode == 0
        assert time.monotonic() - asked < supervisor.STOP_SECONDS + 5

        second = start_s3(first.options, first.log)
        assert read_when_up(second, "alice/1") == BODY
        # Keys given out before the restart go on working: the key that signs sessions is kept.
        assert read(second.client(session), "alice/1") == BODY
        second.admin().put_object(Bucket="users", Key="alice/2", Body=BODY)
        weed = second.weed
        second.process.kill()
        second.process.wait(20)
        if sys.platform != "linux":
            weed.kill()
        assert psutil.wait_procs([weed], timeout=10)[1] == []

        third = start_s3(first.options, first.log)
        assert read_when_up(third, "alice/1") == BODY
        assert read_when_up(third, "alice/2") == BODY
        third.weed.kill()
        assert third.process.wait(20) not in (0, None)
        ports = first.options.ports.every
        assert [path for port in ports for path in Path("/tmp").glob(f"seaweedfs-*-{port}.sock")] == []


def test_certificates_near_their_end_are_made_anew_at_the_next_start(tmp_path: Path) -> None:
    with FakeIssuer() as issuer:
        options = s3_options(tmp_path, issuer)
        long_ago = datetime.now(UTC) - timedelta(days=397) + RENEW_BEFORE - timedelta(days=1)
        folder = options.folder / "certificates"
        folder.mkdir(parents=True)
        for name, content in zip(
            ("ca.crt", "inner.crt", "inner.key"), make_certificates(long_ago), strict=True
        ):
            (folder / name).write_bytes(content)
        old = (folder / "inner.crt").read_bytes()
        running = start_s3(options, tmp_path / "log")
        try:
            wait_until_ready(running.endpoint, seconds=60)
            ensure_buckets(running.endpoint, running.admin_keys, BUCKETS)
            new = x509.load_pem_x509_certificate((folder / "inner.crt").read_bytes())
            assert (folder / "inner.crt").read_bytes() != old
            assert new.not_valid_after_utc > datetime.now(UTC) + timedelta(days=390)
        finally:
            stop_s3(running)


# SeaweedFS writes a warning and goes on without TLS when it cannot use what it is given.
@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("security.toml", 'max_version = "TLS 1.3"', ""),
        ("security.toml", "[grpc.s3]", "[grpc.unknown]"),
        ("security.toml", "[https.master]", "[unknown.master]"),
    ],
)
def test_s3_does_not_stay_up_with_an_inner_port_open(tmp_path: Path, file: str, old: str, new: str) -> None:
    with FakeIssuer() as issuer:
        running = supervised(s3_options(tmp_path, issuer), tmp_path / "log", {file: (old, new)})
        try:
            assert running.process.wait(90) == 1
        finally:
            running.process.kill()
        assert "answers strangers" in running.log.read_text()


def test_a_damaged_key_file_is_named_in_one_sentence(tmp_path: Path) -> None:
    with FakeIssuer() as issuer:
        options = s3_options(tmp_path, issuer)
        prepare(options, find_weed(), datetime.now(UTC))
        (options.folder / "keys.json").write_text(json.dumps({"write": "x"}))
        running = start_s3(options, tmp_path / "log")
        assert running.process.wait(30) == 1
        assert running.log.read_text().count("\n") == 1
        assert "keys.json does not hold keys." in running.log.read_text()
