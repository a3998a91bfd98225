"""S3 keys are got anew before they end, and a process is not run for each request."""

import json
import shlex
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.session import Session

from eohub_cubes.reading.keys import Keys, KeysMissing, RenewedKeys, keys_of

SECRET = "a-secret-of-mine"


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_keys_of_one_minute_are_kept_for_half_of_it() -> None:
    clock, given = Clock(), iter(range(9))
    keys = RenewedKeys(lambda: Keys(f"id-{next(given)}", SECRET, "token", 60), clock)
    seen: list[str] = []
    for clock.seconds in (0, 10, 29, 30, 59, 60):
        seen.append(keys()["access_key_id"])
    assert seen == ["id-0", "id-0", "id-0", "id-1", "id-1", "id-2"]
    assert keys.renewals == 2


def test_keys_that_were_refused_are_got_anew() -> None:
    given = iter(range(9))
    keys = RenewedKeys(lambda: Keys(f"id-{next(given)}", SECRET, None, None), Clock())
    assert (keys()["access_key_id"], keys()["access_key_id"]) == ("id-0", "id-0")
    keys.forget()
    assert (keys()["access_key_id"], keys.renewals) == ("id-1", 1)


def test_a_failure_is_told_until_there_are_keys() -> None:
    given: list[Keys | None] = [None, Keys("id", SECRET, None, None)]

    def source() -> Keys:
        found = given.pop(0)
        if found is None:
            raise KeysMissing("none.")
        return found

    keys = RenewedKeys(source, Clock())
    with pytest.raises(KeysMissing):
        keys()
    assert keys.failure == "none."
    assert (keys()["access_key_id"], keys.failure) == ("id", None)


def session_with(folder: Path, monkeypatch: pytest.MonkeyPatch, config: str) -> Session:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    (folder / "config").write_text(config)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(folder / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(folder / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return Session()


def process(folder: Path, answer: str) -> str:
    script = folder / "give.py"
    script.write_text(f"open({str(folder / 'ran')!r}, 'a').write('x')\nprint({answer!r})")
    return f"[default]\ncredential_process = {shlex.join([sys.executable, str(script)])}\n"


def test_a_credential_process_is_run_once_while_its_keys_are_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = (datetime.now(UTC) + timedelta(seconds=60)).isoformat()
    answer = {
        "Version": 1,
        "AccessKeyId": "id",
        "SecretAccessKey": SECRET,
        "SessionToken": "t",
        "Expiration": ends,
    }
    keys = RenewedKeys(keys_of(session_with(tmp_path, monkeypatch, process(tmp_path, json.dumps(answer)))))
    assert [keys()["token"] for _ in range(20)] == ["t"] * 20
    assert (tmp_path / "ran").read_text() == "x"
    assert SECRET not in repr(keys._kept)


@pytest.mark.parametrize("answer", ["", "[]", "{}", '{"AccessKeyId": "id"}', "no json"])
def test_a_process_that_gives_no_keys_is_told_without_what_it_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    source = keys_of(session_with(tmp_path, monkeypatch, process(tmp_path, answer)))
    with pytest.raises(KeysMissing, match="gave none"):
        source()


def test_keys_of_the_environment_go_before_a_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = session_with(tmp_path, monkeypatch, process(tmp_path, "{}"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "mine")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    assert keys_of(session)().access_key_id == "mine"


def test_no_keys_at_all_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeysMissing, match="none are configured"):
        keys_of(session_with(tmp_path, monkeypatch, ""))()
