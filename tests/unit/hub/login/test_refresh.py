"""Keeping a login fresh: when tokens are renewed, what becomes of groups, and what a refusal means."""

import asyncio
from typing import Any

import httpx2
import pytest
from fakes.login_provider import ISSUER, NONCE, LoginProvider

from eohub_hub.login.refresh import LoginRefresh
from eohub_hub.login.state import LoginState
from eohub_toolkit.errors import EohubError, Unavailable, Upstream


@pytest.fixture
def provider() -> LoginProvider:
    return LoginProvider()


@pytest.fixture
def refresh(provider: LoginProvider) -> LoginRefresh:
    return LoginRefresh(provider.client(), groups_claim="groups", clock=provider.clock)


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
        "groups_source": "userinfo",
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
    state = await refresh.refreshed(state_of(provider, **times))
    assert state is not None
    assert (state.access_token == "access-1") is renewed
    if renewed:
        assert state.refresh_token == "refresh-2"
        assert state.id_token_expires_at == pytest.approx(provider.clock() + 3_600, abs=1)


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
    assert (state.groups, state.groups_source) == (None, None)


async def test_groups_from_an_id_token_stay_until_there_is_a_new_one(
    provider: LoginProvider, refresh: LoginRefresh
) -> None:
    del provider.userinfo["groups"]
    old = state_of(provider, groups_source="id_token")
    state = await refresh.refreshed(old)
    assert state is not None
    assert (state.groups, state.groups_source) == (("old",), "id_token")
    provider.tokens = lambda _: provider.token_answer(id_token=provider.id_token(groups=["/new"]))
    state = await refresh.refreshed(old.model_copy(update={"access_token_expires_at": 0.0}))
    assert state is not None
    assert (state.groups, state.groups_source) == (("new",), "id_token")
    provider.tokens = lambda _: provider.token_answer()
    state = await refresh.refreshed(
        old.model_copy(update={"access_token_expires_at": 0.0, "refresh_token": "refresh-9"})
    )
    assert state is not None
    assert state.groups is None


async def test_userinfo_wins_over_the_id_token(provider: LoginProvider, refresh: LoginRefresh) -> None:
    provider.userinfo["groups"] = []
    provider.tokens = lambda _: provider.token_answer(id_token=provider.id_token(groups=["/platform/admin"]))
    state = await refresh.refreshed(state_of(provider, access_token_expires_at=0.0))
    assert state is not None
    assert (state.groups, state.groups_source) == ((), "userinfo")


def test_a_state_survives_jupyterhubs_storage(provider: LoginProvider) -> None:
    state = state_of(provider)
    assert LoginState.read(state.model_dump(mode="json")) == state


@pytest.mark.parametrize("stored", [None, {}, {"access_token": "x"}, {"issuer": 1}])
def test_a_state_of_another_kind_is_none(stored: dict[str, Any] | None) -> None:
    assert LoginState.read(stored) is None


def test_a_refresh_without_new_tokens_keeps_the_old_ones(provider: LoginProvider) -> None:
    from eohub_hub.login.client import Tokens

    state = state_of(provider).with_tokens(Tokens("access-9", 1.0, None, None, None))
    assert (state.access_token, state.refresh_token, state.id_token) == ("access-9", "refresh-1", "id-0")
