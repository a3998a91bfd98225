"""What an ID token says before STS checks it."""

from datetime import UTC, datetime

import pytest
from fakes.storage_tokens import unsigned_id_token

from eohub_storage.errors import LoginTooOld, NoLogin, OtherName
from eohub_storage.identity import claims_of, require_usable

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def test_claims_are_read_whatever_the_padding() -> None:
    for name in ("a", "ab", "abc", "abcd", "é"):
        assert claims_of(unsigned_id_token(name, NOW))["preferred_username"] == name


@pytest.mark.parametrize(
    "token", ["", "a", "a.b", "a.b.c", "a.!!.c", "a.W10.c", "a.bnVsbA.c", "a.b.c.d", "a..c"]
)
def test_what_is_no_id_token_is_a_missing_login(token: str) -> None:
    with pytest.raises(NoLogin):
        claims_of(token)


def test_a_token_of_the_right_name_with_time_left_is_usable() -> None:
    require_usable(unsigned_id_token("alice", NOW), "alice", "preferred_username", NOW)
    require_usable(unsigned_id_token("alice", NOW), "anything", None, NOW)


@pytest.mark.parametrize("seconds", [-3600, 0, 9])
def test_a_token_that_ends_before_sts_could_see_it_is_an_old_login(seconds: float) -> None:
    token = unsigned_id_token("alice", NOW, lifetime_seconds=seconds)
    with pytest.raises(LoginTooOld) as caught:
        require_usable(token, "alice", None, NOW)
    assert "your server keeps running" in (caught.value.hint or "")


def test_a_token_with_just_enough_time_is_usable() -> None:
    require_usable(unsigned_id_token("alice", NOW, lifetime_seconds=11), "alice", None, NOW)


@pytest.mark.parametrize("exp", [None, "soon", [1], {}])
def test_a_token_without_an_end_is_an_old_login(exp: object) -> None:
    with pytest.raises(LoginTooOld):
        require_usable(unsigned_id_token("alice", NOW, exp=exp), "alice", None, NOW)


@pytest.mark.parametrize("said", ["bob", "Alice", "alice ", None, ["alice"], ""])
def test_a_name_that_differs_from_the_hubs_is_said_with_both_names(said: object) -> None:
    with pytest.raises(OtherName) as caught:
        require_usable(
            unsigned_id_token("x", NOW, preferred_username=said), "alice", "preferred_username", NOW
        )
    assert "'alice'" in caught.value.detail


def test_a_very_long_name_is_cut_in_the_message() -> None:
    with pytest.raises(OtherName) as caught:
        require_usable(unsigned_id_token("x" * 10_000, NOW), "alice", "preferred_username", NOW)
    assert len(caught.value.detail) < 200
