"""The path from a hub user to keys, with fakes behind both ports."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from fakes.storage_ports import MemoryIssuer, MemoryTokens
from fakes.storage_tokens import ISSUER, unsigned_id_token

from eohub_storage.errors import KeysRefused, LoginTooOld, NoLogin, OtherName, StorageDown, UnusableName
from eohub_storage.issuing import Terms, credentials_for
from eohub_storage.policy import session_policy

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TERMS = Terms("users", ("climate",), 1800, "preferred_username")


async def test_a_person_gets_keys_for_their_prefix_and_the_agreed_time() -> None:
    issuer = MemoryIssuer(ISSUER, NOW)
    tokens = MemoryTokens({"alice": unsigned_id_token("alice", NOW)})
    keys = await credentials_for("alice", TERMS, tokens, issuer, NOW)
    (asked,) = issuer.asked
    assert asked.policy == session_policy("alice", "users", ("climate",))
    assert json.loads(asked.policy)["Statement"][2]["Resource"] == ["arn:aws:s3:::users/alice/*"]
    assert asked.seconds == 1800
    assert keys.expiration == NOW + timedelta(minutes=30)


async def test_an_unusable_name_asks_nobody() -> None:
    issuer = MemoryIssuer(ISSUER, NOW)
    with pytest.raises(UnusableName):
        await credentials_for("*", TERMS, MemoryTokens({"*": unsigned_id_token("*", NOW)}), issuer, NOW)
    assert issuer.asked == []


async def test_without_a_login_sts_is_not_asked() -> None:
    issuer = MemoryIssuer(ISSUER, NOW)
    with pytest.raises(NoLogin):
        await credentials_for("alice", TERMS, MemoryTokens({}), issuer, NOW)
    assert issuer.asked == []


@pytest.mark.parametrize(
    ("claims", "error"),
    [
        ({"exp": 0}, LoginTooOld),
        ({"preferred_username": "bob"}, OtherName),
        ({"iss": "http://x.test"}, KeysRefused),
    ],
)
async def test_a_token_that_does_not_fit_gives_its_own_error(
    claims: dict[str, object], error: type[Exception]
) -> None:
    tokens = MemoryTokens({"alice": unsigned_id_token("alice", NOW, **claims)})
    with pytest.raises(error):
        await credentials_for("alice", TERMS, tokens, MemoryIssuer(ISSUER, NOW), NOW)


async def test_s3_that_is_down_is_said_to_be_down() -> None:
    issuer = MemoryIssuer(ISSUER, NOW)
    issuer.reachable = False
    with pytest.raises(StorageDown):
        await credentials_for(
            "alice", TERMS, MemoryTokens({"alice": unsigned_id_token("alice", NOW)}), issuer, NOW
        )
