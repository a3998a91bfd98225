"""Keeping a login fresh: when tokens are renewed, what becomes of groups, and what a refusal means."""

import asyncio
from typing import Any

import httpx2
import jwt
import pytest
from fakes.login_provider import ISSUER, NONCE, LoginProvider

from eohub_hub.claims import GroupRule, GroupRules
from eohub_hub.login.client import Tokens
from eohub_hub.login.refresh import LoginRefresh
from eohub_hub.login.state import LoginState
from eohub_toolkit.errors import EohubError, Unavailable, Upstream


@pytest.fixture
def provider() -> LoginProvider:
    return LoginProvider()


@pytest.fixture
def refresh(provider: LoginProvider) -> LoginRefresh:
    return LoginRefresh(provider.client(), rules=GroupRules(), clock=provider.clock)


def state_of(provider: LoginProvider, **changes: Any) -> LoginState:
    now = provider.clock()
    values: dict[str, Any] = {
        "issuer": ISSUER,
        "subject": "subject-1",
        "number": 1,
        "name": "anna",
        "nonce": NONCE,
        "access_token": "access-0",
        "access_token_expires_at": now + 600,
        "refresh_token": "refresh-1",
        "id_token": "id-0",
        "id_token_expires_at": now + 3_600,
        "groups": ("old",),
        "groups_sources": ("userinfo",),
        "tokens_at": now - 300,
        "asked_at": now - 300,
    }
    return LoginState(**{**values, **changes})


async def test_fresh_tokens_are_kept_and_groups_asked_again(
    provider: LoginProvider, refresh: LoginRefresh
) -> None:
    state = await refresh.refreshed(state_of(provider))
    assert state is not None
    assert state.access_token == "access-0"
    assert state.groups == ("eo-users",)
    assert state.asked_at == provider.clock()
    assert provider.forms == []


@pytest.mark.parametrize(
    ("changes", "renewed"),
    [
        ({"access_token_expires_at": 61}, False),
        ({"access_token_expires_at": 59}, True),
        ({"id_token_expires_at": 901}, False),
        ({"id_token_expires_at": 899}, True),
        ({"access_token_expires_at": -1_000, "id_token_expires_at": -1_000}, True),
    ],
)
async def test_tokens_are_renewed_before_they_end(
    provider: LoginProvider, refresh: LoginRefresh, changes: dict[str, float], renewed: bool
) -> None:
    times = {name: provider.clock() + seconds for name, seconds in changes.items()}
    state = await refresh.refreshed(state_of(provider, **{"tokens_at": provider.clock() - 3_000, **times}))
    assert state is not None
    assert (state.access_token == "access-1") is renewed
    if renewed:
        assert state.refresh_token == "refresh-2"
        assert state.id_token_expires_at == pytest.approx(provider.clock() + 3_600, abs=1)


@pytest.mark.parametrize(
    ("age", "renewed"), [(0, False), (140, False), (160, True), (299, True), (301, True)]
)
async def test_tokens_that_live_minutes_are_renewed_at_half_their_life(
    provider: LoginProvider, refresh: LoginRefresh, age: int, renewed: bool
) -> None:
    issued = provider.clock() - age
    ends = {"access_token_expires_at": issued + 300, "id_token_expires_at": issued + 300}
    await refresh.refreshed(state_of(provider, tokens_at=issued, **ends))
    assert bool(provider.forms) is renewed


async def test_a_revoked_access_token_is_renewed_at_once(
    provider: LoginProvider, refresh: LoginRefresh
) -> None:
    answers = iter([httpx2.Response(401), httpx2.Response(200, json=provider.userinfo)])
    provider.answers["userinfo"] = lambda: next(answers)
    state = await refresh.refreshed(state_of(provider))
    assert state is not None
    assert state.access_token == "access-1"


async def test_a_refused_refresh_means_a_new_login(provider: LoginProvider, refresh: LoginRefresh) -> None:
    provider.tokens = lambda _: httpx2.Response(400, json={"error": "invalid_grant"})
    assert await refresh.refreshed(state_of(provider, access_token_expires_at=0.0)) is None


async def test_without_refresh_token_the_end_means_a_new_login(
    provider: LoginProvider, refresh: LoginRefresh
) -> None:
    ended = state_of(provider, access_token_expires_at=0.0, refresh_token=None)
    assert await refresh.refreshed(ended) is None
    assert provider.asked == []


async def test_somebody_elses_tokens_mean_a_new_login(provider: LoginProvider, refresh: LoginRefresh) -> None:
    provider.tokens = lambda _: provider.token_answer(id_token=provider.id_token(sub="subject-2"))
    assert await refresh.refreshed(state_of(provider, access_token_expires_at=0.0)) is None


async def test_a_renewed_token_that_userinfo_refuses_means_a_new_login(
    provider: LoginProvider, refresh: LoginRefresh
) -> None:
    provider.answers["userinfo"] = lambda: httpx2.Response(401)
    assert await refresh.refreshed(state_of(provider)) is None
    assert len(provider.forms) == 1


@pytest.mark.parametrize(("status", "kind"), [(503, Upstream), (429, Unavailable)])
async def test_a_provider_that_cannot_be_asked_says_nothing_about_the_person(
    provider: LoginProvider, refresh: LoginRefresh, status: int, kind: type[EohubError]
) -> None:
    provider.answers["userinfo"] = lambda: httpx2.Response(status)
    with pytest.raises(kind):
        await refresh.refreshed(state_of(provider))
    provider.answers["token"] = lambda: httpx2.Response(status, json={})
    with pytest.raises(kind):
        await refresh.refreshed(state_of(provider, access_token_expires_at=0.0))


async def test_many_requests_at_once_spend_one_refresh_token(
    provider: LoginProvider, refresh: LoginRefresh
) -> None:
    ended = state_of(provider, access_token_expires_at=0.0)
    states = await asyncio.gather(*(refresh.refreshed(ended) for _ in range(20)))
    assert {state.refresh_token for state in states if state} == {"refresh-2"}
    assert len(provider.forms) == 1


async def test_whoever_still_holds_the_spent_token_gets_the_same_answer_for_a_while(
    provider: LoginProvider, refresh: LoginRefresh
) -> None:
    ended = state_of(provider, access_token_expires_at=0.0)
    await refresh.refreshed(ended)
    provider.clock.now += 299
    late = await refresh.refreshed(ended)
    assert late is not None
    assert late.refresh_token == "refresh-2"
    provider.clock.now += 2
    await refresh.refreshed(ended)
    assert len(provider.forms) == 2


async def test_a_refused_token_is_not_tried_all_the_time(
    provider: LoginProvider, refresh: LoginRefresh
) -> None:
    provider.tokens = lambda _: httpx2.Response(400, json={"error": "invalid_grant"})
    for _ in range(10):
        assert await refresh.refreshed(state_of(provider, access_token_expires_at=0.0)) is None
    assert len(provider.forms) == 1


async def test_a_failed_renewal_is_tried_again(provider: LoginProvider, refresh: LoginRefresh) -> None:
    ended = state_of(provider, access_token_expires_at=0.0)
    provider.tokens = lambda _: httpx2.Response(503, json={})
    with pytest.raises(Upstream):
        await refresh.refreshed(ended)
    provider.tokens = lambda _: provider.token_answer()
    assert await refresh.refreshed(ended) is not None


async def test_a_visitor_who_leaves_does_not_lose_the_rotated_token(
    provider: LoginProvider, refresh: LoginRefresh
) -> None:
    ended = state_of(provider, access_token_expires_at=0.0)
    leaving = asyncio.create_task(refresh.refreshed(ended))
    await asyncio.sleep(0)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    state = await refresh.refreshed(ended)
    assert state is not None
    assert len(provider.forms) <= 1


async def test_a_group_that_is_gone_is_gone_even_if_the_claim_is_left_out(
    provider: LoginProvider, refresh: LoginRefresh
) -> None:
    del provider.userinfo["groups"]
    state = await refresh.refreshed(state_of(provider))
    assert state is not None
    assert (state.groups, state.groups_sources) == (None, ())


class TestGroupsInTokens:
    """Groups that userinfo does not tell are asked for by new tokens."""

    async def test_new_tokens_are_fetched_although_the_old_ones_are_good(
        self, provider: LoginProvider, refresh: LoginRefresh
    ) -> None:
        del provider.userinfo["groups"]
        provider.tokens = lambda _: provider.token_answer(id_token=provider.id_token(groups=["/new"]))
        state = await refresh.refreshed(state_of(provider, id_token=provider.id_token(groups=["old"])))
        assert state is not None
        assert (state.groups, state.groups_sources) == (("new",), ("id_token",))
        assert len(provider.forms) == 1

    async def test_tokens_that_just_came_are_not_fetched_again(
        self, provider: LoginProvider, refresh: LoginRefresh
    ) -> None:
        del provider.userinfo["groups"]
        now = provider.clock()
        known = state_of(provider, id_token=provider.id_token(groups=["a"]), tokens_at=now - 4)
        state = await refresh.refreshed(known)
        assert state is not None
        assert state.groups == ("a",)
        assert provider.forms == []
        await refresh.refreshed(known.model_copy(update={"tokens_at": now - 6}))
        assert len(provider.forms) == 1

    async def test_groups_stay_where_no_newer_token_says_otherwise(
        self, provider: LoginProvider, refresh: LoginRefresh
    ) -> None:
        del provider.userinfo["groups"]
        known = state_of(provider, id_token=provider.id_token(groups=["old"]))
        provider.tokens = lambda _: httpx2.Response(200, json={"access_token": "x", "token_type": "Bearer"})
        state = await refresh.refreshed(known)
        assert state is not None
        assert (state.groups, state.groups_sources) == (("old",), ("id_token",))
        without = await refresh.refreshed(state_of(provider, refresh_token=None, id_token=known.id_token))
        assert without is not None
        assert without.groups == ("old",)

    async def test_a_new_id_token_without_the_claim_ends_its_groups(
        self, provider: LoginProvider, refresh: LoginRefresh
    ) -> None:
        del provider.userinfo["groups"]
        state = await refresh.refreshed(state_of(provider, id_token=provider.id_token(groups=["old"])))
        assert state is not None
        assert state.groups is None

    async def test_client_roles_come_from_a_verified_access_token_only(self, provider: LoginProvider) -> None:
        rules = GroupRules((GroupRule(claim="resource_access.eohub.roles", sources=("access_token",)),))
        refresh = LoginRefresh(provider.client(), rules=rules, clock=provider.clock)
        roles = {"resource_access": {"eohub": {"roles": ["gpu"]}}}
        for change, groups in (
            ({}, ("gpu",)),
            ({"azp": "eohub"}, ("gpu",)),
            ({"azp": "another"}, None),
            ({"client_id": "another"}, None),
            ({"iss": "https://evil.invalid"}, None),
            ({"sub": "subject-2"}, None),
            ({"sub": None}, ("gpu",)),
            ({"exp": int(provider.clock()) - 61}, None),
            ({"exp": True}, None),
            ({"exp": None}, None),
        ):
            token = provider.id_token(**{"aud": "account", **roles, **change})
            provider.tokens = lambda _, token=token: provider.token_answer(access_token=token)
            state = await refresh.refreshed(state_of(provider, refresh_token=f"for {change}"))
            assert state is not None, change
            assert state.groups == groups, change
            assert state.access_token == token

    async def test_an_access_token_with_another_key_or_algorithm_is_not_read(
        self, provider: LoginProvider
    ) -> None:
        other = LoginProvider(provider.clock)
        forged = other.id_token(groups=["/platform/admin"])
        symmetric = jwt.encode(provider.claims(groups=["/platform/admin"]), "k" * 32, algorithm="HS256")
        unsigned = jwt.encode(provider.claims(groups=["/platform/admin"]), None, algorithm="none")
        del provider.userinfo["groups"]
        refresh = LoginRefresh(provider.client(), rules=GroupRules(), clock=provider.clock)
        for token in (forged, symmetric, unsigned, "a.b.c", "opaque", "x." * 100_000):
            provider.tokens = lambda _, token=token: provider.token_answer(access_token=token)
            state = await refresh.refreshed(state_of(provider, refresh_token=f"for {token[:40]}{len(token)}"))
            assert state is not None
            assert state.groups is None
            assert state.access_token_is_checked is False


async def test_a_refresh_token_that_stays_good_is_used_again(
    provider: LoginProvider, refresh: LoginRefresh
) -> None:
    provider.tokens = lambda _: provider.token_answer(refresh_token=None)
    ended = state_of(provider, access_token_expires_at=0.0)
    await asyncio.gather(*(refresh.refreshed(ended) for _ in range(3)))
    assert len(provider.forms) == 1
    await refresh.refreshed(ended)
    assert len(provider.forms) == 2


@pytest.mark.parametrize(
    ("changes", "adds"),
    [
        ({}, False),
        ({"asked_at": 299.0}, False),
        ({"asked_at": 301.0}, True),
        ({"asked_at": 60.0, "groups": ("new",)}, True),
        ({"asked_at": 60.0, "groups": None}, True),
        ({"asked_at": 60.0, "refresh_token": "new"}, True),
    ],
)
def test_only_what_is_new_is_stored(provider: LoginProvider, changes: dict[str, Any], adds: bool) -> None:
    stored = state_of(provider, asked_at=0.0)
    assert stored.model_copy(update=changes).adds_to(stored) is adds


class TestNewest:
    """Two answers about one person that are written at the same time."""

    def test_a_later_login_is_kept(self, provider: LoginProvider) -> None:
        early = state_of(provider, nonce="a", logged_in_at=1.0, tokens_at=9.0, asked_at=9.0)
        late = state_of(provider, nonce="b", logged_in_at=2.0, tokens_at=2.0, asked_at=2.0)
        assert early.newest(late) == late.newest(early) == late

    def test_later_tokens_are_kept_with_the_groups_that_were_asked_for_last(
        self, provider: LoginProvider
    ) -> None:
        renewed = state_of(provider, refresh_token="new", tokens_at=5.0, asked_at=5.0, groups=("then",))
        late_page = state_of(provider, refresh_token="spent", tokens_at=1.0, asked_at=6.0, groups=("now",))
        for kept in (renewed.newest(late_page), late_page.newest(renewed)):
            assert (kept.refresh_token, kept.tokens_at) == ("new", 5.0)
            assert (kept.groups, kept.asked_at) == (("now",), 6.0)


async def test_userinfo_wins_over_the_id_token(provider: LoginProvider, refresh: LoginRefresh) -> None:
    provider.userinfo["groups"] = []
    provider.tokens = lambda _: provider.token_answer(id_token=provider.id_token(groups=["/platform/admin"]))
    state = await refresh.refreshed(state_of(provider, access_token_expires_at=0.0))
    assert state is not None
    assert (state.groups, state.groups_sources) == ((), ("userinfo",))


def test_a_state_survives_jupyterhubs_storage(provider: LoginProvider) -> None:
    state = state_of(provider)
    assert LoginState.read(state.model_dump(mode="json")) == state


@pytest.mark.parametrize("stored", [None, {}, {"access_token": "x"}, {"issuer": 1}])
def test_a_state_of_another_kind_is_none(stored: dict[str, Any] | None) -> None:
    assert LoginState.read(stored) is None


def test_a_refresh_without_new_tokens_keeps_the_old_ones(provider: LoginProvider) -> None:
    state = state_of(provider).with_tokens(Tokens("access-9", 1.0, None, None, None, 7.0))
    assert (state.access_token, state.refresh_token, state.id_token) == ("access-9", "refresh-1", "id-0")
