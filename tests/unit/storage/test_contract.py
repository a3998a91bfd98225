"""What crosses the wire, and what must not cross into a log."""

from datetime import UTC, datetime

from eohub_storage.contract import Credentials
from eohub_storage.ports import IssuedKeys, KeyRequest

KEYS = Credentials(
    access_key_id="ASIA1",
    secret_access_key="very-secret",
    session_token="also-secret",
    expiration=datetime(2026, 3, 1, 12, tzinfo=UTC),
)


def test_the_names_are_those_of_aws() -> None:
    assert set(KEYS.model_dump(by_alias=True)) == {
        "AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration",
    }  # fmt: skip


def test_the_end_is_written_as_utc_that_botocore_reads() -> None:
    assert '"Expiration":"2026-03-01T12:00:00Z"' in KEYS.model_dump_json(by_alias=True)


def test_printing_keys_shows_no_secret() -> None:
    issued = IssuedKeys("ASIA1", "very-secret", "also-secret", KEYS.expiration)
    request = KeyRequest("the.id.token", "u-1", "{}", 900)
    for text in (repr(KEYS), str(KEYS), repr(issued), repr(request)):
        assert "secret" not in text.replace("secret_access_key", "")
        assert "the.id.token" not in text
