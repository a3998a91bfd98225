"""The path from a hub user to keys, with fakes behind both ports."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fakes.storage_ports import MemoryAudit, MemoryIssuer, MemoryTokens
from fakes.storage_tokens import ISSUER, unsigned_id_token

from eohub_storage.contract import Credentials
from eohub_storage.errors import (
    KeysRefused,
    LoginTooOld,
    NoLogin,
    OtherName,
    StorageDown,
    TooManyPlaces,
    UnusableName,
)
from eohub_storage.issuing import Asker, Outside, Terms, credentials_for
from eohub_storage.places import Layout, places_of
from eohub_storage.policy import session_policy
from eohub_toolkit.errors import Unavailable

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LAYOUT = Layout("users", ("climate",), "groups")
TERMS = Terms(LAYOUT, 1800, "preferred_username")
ALICE = Asker("alice", frozenset({"eo"}))


class World:
    """The outside of one test, and what it saw."""

    def __init__(self, **id_tokens: str) -> None:
        self.issuer = MemoryIssuer(ISSUER, NOW)
        self.audit = MemoryAudit()
        self.outside = Outside(MemoryTokens(id_tokens), self.issuer, self.audit)

    async def keys(self, asker: Asker = ALICE) -> Credentials:
        return await credentials_for(asker, TERMS, self.outside, NOW)


def with_alice(**claims: Any) -> World:
    return World(alice=unsigned_id_token("alice", NOW, **claims))


async def test_a_person_gets_keys_for_their_prefix_and_groups_and_the_agreed_time() -> None:
    world = with_alice()
    keys = await world.keys()
    (asked,) = world.issuer.asked
    assert asked.policy == session_policy(places_of("alice", {"eo"}, LAYOUT))
    written = json.loads(asked.policy)["Statement"][-2]["Resource"]
    assert written == ["arn:aws:s3:::users/alice/*", "arn:aws:s3:::groups/eo/*"]
    assert asked.seconds == 1800
    assert keys.expiration == NOW + timedelta(minutes=30)


async def test_who_gets_keys_is_written_down_before_they_are_given() -> None:
    world = with_alice()
    keys = await world.keys()
    assert world.audit.written == [("issued", "alice", 3, keys.expiration)]


async def test_without_an_audit_log_there_are_no_keys() -> None:
    world = with_alice()
    world.audit.reachable = False
    with pytest.raises(Unavailable):
        await world.keys()


async def test_an_unusable_name_asks_nobody_and_is_written_down() -> None:
    world = World(**{"*": unsigned_id_token("*", NOW)})
    with pytest.raises(UnusableName) as caught:
        await world.keys(Asker("*"))
    assert world.issuer.asked == []
    assert world.audit.written == [("refused", "*", caught.value.detail)]


async def test_more_groups_than_a_policy_holds_are_refused_and_no_fewer_are_opened() -> None:
    world = with_alice()
    with pytest.raises(TooManyPlaces):
        await world.keys(Asker("alice", frozenset(f"group-{number}" for number in range(100))))
    assert world.issuer.asked == []


async def test_without_a_login_sts_is_not_asked() -> None:
    world = World()
    with pytest.raises(NoLogin):
        await world.keys()
    assert world.issuer.asked == []


@pytest.mark.parametrize(
    ("claims", "error"),
    [
        ({"exp": 0}, LoginTooOld),
        ({"preferred_username": "bob"}, OtherName),
        ({"iss": "http://x.test"}, KeysRefused),
    ],
)
async def test_a_token_that_does_not_fit_gives_its_own_error(
    claims: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await with_alice(**claims).keys()


async def test_s3_that_is_down_is_said_to_be_down() -> None:
    world = with_alice()
    world.issuer.reachable = False
    with pytest.raises(StorageDown):
        await world.keys()
