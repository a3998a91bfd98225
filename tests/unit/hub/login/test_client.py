"""The hub as client of a provider: what it sends, what it believes, how it names what went wrong."""

import base64
from typing import Any

import httpx2
import pytest
from fakes.login_provider import ISSUER, NONCE, LoginProvider

from eohub_hub.login.client import LoginClient, Tokens
from eohub_hub.login.errors import GrantRefused, TokenRefused
from eohub_toolkit.errors import EohubError, Unavailable, Upstream

CALLBACK = "https://hub.example.invalid/hub/oauth_callback"


@pytest.fixture
def provider() -> LoginProvider:
    return LoginProvider()


@pytest.fixture
def client(provider: LoginProvider) -> LoginClient:
    return provider.client()


async def exchange(client: LoginClient) -> Tokens:
    return await client.exchange("code-1", code_verifier="verifier", redirect_uri=CALLBACK, nonce=NONCE)


async def test_a_code_is_exchanged_with_its_verifier(provider: LoginProvider, client: LoginClient) -> None:
    tokens = await exchange(client)
    assert tokens.access_token == "access-1"
    assert tokens.access_token_expires_at == provider.clock() + 600
    assert tokens.checked is not None
    assert tokens.checked.subject == "subject-1"
    form = provider.forms[0]
    assert (form["grant_type"], form["code"], form["code_verifier"]) == (
        "authorization_code",
        "code-1",
        "verifier",
    )
    assert form["redirect_uri"] == CALLBACK


async def test_the_secret_is_encoded_before_it_is_joined(
    provider: LoginProvider, client: LoginClient
) -> None:
    await exchange(client)
    kind, _, value = provider.forms[0]["authorization"].partition(" ")
    assert kind == "Basic"
    assert base64.b64decode(value).decode() == "eohub:s%3Ae%2Fc"
    assert "client_secret" not in provider.forms[0]


async def test_a_login_without_id_token_is_refused(provider: LoginProvider, client: LoginClient) -> None:
    provider.tokens = lambda _: httpx2.Response(
        200, json={"access_token": "a", "token_type": "Bearer", "expires_in": 600}
    )
    with pytest.raises(TokenRefused, match="no ID token"):
        await exchange(client)


@pytest.mark.parametrize("changes", [{"access_token": None}, {"access_token": 7}, {"token_type": "mac"}])
async def test_a_login_without_bearer_token_is_refused(
    provider: LoginProvider, client: LoginClient, changes: dict[str, Any]
) -> None:
    provider.tokens = lambda _: provider.token_answer(**changes)
    with pytest.raises(TokenRefused, match="bearer"):
        await exchange(client)


async def test_a_token_of_another_login_is_refused(provider: LoginProvider, client: LoginClient) -> None:
    provider.tokens = lambda _: provider.token_answer(id_token=provider.id_token(nonce="of another tab"))
    with pytest.raises(TokenRefused, match="nonce"):
        await exchange(client)


async def test_a_token_signed_with_an_unpublished_key_is_refused(
    provider: LoginProvider, client: LoginClient
) -> None:
    provider.tokens = lambda _: provider.token_answer(id_token=provider.id_token(kid="unknown"))
    with pytest.raises(TokenRefused, match="does not publish"):
        await exchange(client)


@pytest.mark.parametrize("lifetime", [None, "600", 0, -1, 1.5])
async def test_an_odd_lifetime_counts_as_an_hour(
    provider: LoginProvider, client: LoginClient, lifetime: object
) -> None:
    provider.tokens = lambda _: provider.token_answer(expires_in=lifetime)
    assert (await exchange(client)).access_token_expires_at == provider.clock() + 3_600


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"error": "invalid_grant"}, GrantRefused),
        (401, {"error": "invalid_client"}, Upstream),
        (400, {"error": "unauthorized_client"}, Upstream),
        (400, {"error": ["odd"]}, Upstream),
        (404, {}, Upstream),
        (429, {"error": "slow_down"}, Unavailable),
        (503, {}, Upstream),
    ],
)
async def test_a_refusal_says_whose_fault_it_is(
    provider: LoginProvider, client: LoginClient, status: int, body: dict[str, Any], kind: type[EohubError]
) -> None:
    provider.tokens = lambda _: httpx2.Response(status, json=body)
    with pytest.raises(kind):
        await exchange(client)


async def test_a_wrong_client_secret_is_explained_to_the_administrator(
    provider: LoginProvider, client: LoginClient
) -> None:
    provider.tokens = lambda _: httpx2.Response(401, json={"error": "invalid_client"})
    with pytest.raises(Upstream) as caught:
        await exchange(client)
    assert "client id and secret" in (caught.value.hint or "")


async def test_a_code_is_sent_once_even_when_the_provider_fails(
    provider: LoginProvider, client: LoginClient
) -> None:
    provider.tokens = lambda _: httpx2.Response(503)
    with pytest.raises(EohubError):
        await exchange(client)
    assert len(provider.forms) == 1


async def test_a_refresh_may_bring_an_access_token_alone(
    provider: LoginProvider, client: LoginClient
) -> None:
    provider.tokens = lambda _: httpx2.Response(
        200, json={"access_token": "access-2", "token_type": "bearer", "expires_in": 60}
    )
    tokens = await client.refresh("refresh-1", nonce=NONCE, subject="subject-1")
    assert (tokens.id_token, tokens.checked, tokens.refresh_token) == (None, None, None)
    assert provider.forms[0]["refresh_token"] == "refresh-1"


async def test_a_refresh_that_brings_somebody_elses_token_is_refused(
    provider: LoginProvider, client: LoginClient
) -> None:
    provider.tokens = lambda _: provider.token_answer(id_token=provider.id_token(sub="subject-2", nonce=None))
    with pytest.raises(TokenRefused, match="somebody else"):
        await client.refresh("refresh-1", nonce=NONCE, subject="subject-1")


async def test_userinfo_is_asked_with_the_access_token(provider: LoginProvider, client: LoginClient) -> None:
    claims = await client.userinfo("access-1", subject="subject-1")
    assert claims["preferred_username"] == "anna"


@pytest.mark.parametrize("subject", ["subject-2", None, 1, ["subject-1"]])
async def test_userinfo_about_somebody_else_is_refused(
    provider: LoginProvider, client: LoginClient, subject: object
) -> None:
    provider.userinfo = {"sub": subject, "groups": ["/platform/admin"]}
    with pytest.raises(TokenRefused, match="somebody else"):
        await client.userinfo("access-1", subject="subject-1")


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, GrantRefused), (403, GrantRefused), (404, Upstream), (429, Unavailable), (500, Upstream)],
)
async def test_a_refused_token_and_a_failing_provider_are_told_apart(
    provider: LoginProvider, client: LoginClient, status: int, kind: type[EohubError]
) -> None:
    provider.answers["userinfo"] = lambda: httpx2.Response(status)
    with pytest.raises(kind):
        await client.userinfo("access-1", subject="subject-1")


async def test_an_endless_answer_is_refused(provider: LoginProvider, client: LoginClient) -> None:
    provider.userinfo = {"sub": "subject-1", "groups": ["x" * 100] * 20_000}
    with pytest.raises(Upstream):
        await client.userinfo("access-1", subject="subject-1")


async def test_the_end_of_session_is_where_the_provider_says(client: LoginClient) -> None:
    url = await client.end_session_url(return_to="https://hub.example.invalid/hub/logout")
    assert url == (
        f"{ISSUER}/logout?client_id=eohub"
        "&post_logout_redirect_uri=https%3A%2F%2Fhub.example.invalid%2Fhub%2Flogout"
    )


@pytest.mark.parametrize("endpoint", [None, "http://sso.example.invalid/logout"])
async def test_a_provider_without_a_safe_end_of_session_has_none(
    provider: LoginProvider, client: LoginClient, endpoint: str | None
) -> None:
    provider.metadata["end_session_endpoint"] = endpoint
    assert await client.end_session_url(return_to="r") is None


class TestRevoke:
    """A refresh token that is given back."""

    async def test_it_goes_to_the_place_that_the_provider_names(self, provider: LoginProvider) -> None:
        provider.metadata["revocation_endpoint"] = f"{ISSUER}/revoke"
        provider.answers["revoke"] = lambda: httpx2.Response(200)
        await provider.client().revoke("refresh-1")
        assert provider.asked[-1] == "revoke"

    @pytest.mark.parametrize("place", [None, "http://sso.example.invalid/revoke"])
    async def test_it_stays_where_there_is_no_safe_place(
        self, provider: LoginProvider, place: str | None
    ) -> None:
        provider.metadata["revocation_endpoint"] = place
        await provider.client().revoke("refresh-1")
        assert provider.asked == ["openid-configuration"]

    @pytest.mark.parametrize("status", [400, 429, 503])
    async def test_a_refusal_is_an_error(self, provider: LoginProvider, status: int) -> None:
        provider.metadata["revocation_endpoint"] = f"{ISSUER}/revoke"
        provider.answers["revoke"] = lambda: httpx2.Response(status)
        with pytest.raises((Upstream, Unavailable)):
            await provider.client().revoke("refresh-1")


@pytest.mark.parametrize(
    ("code", "named"), [("not_allowed", " (not_allowed)"), ("a b\n", ""), (7, ""), (None, ""), ("x" * 41, "")]
)
async def test_a_word_of_the_protocol_is_named_and_nothing_else(
    provider: LoginProvider, client: LoginClient, code: object, named: str
) -> None:
    answer = {"error": code, "error_description": "call +1 555"}
    provider.tokens = lambda _: httpx2.Response(400, json=answer)
    with pytest.raises(Upstream) as caught:
        await exchange(client)
    assert caught.value.detail == f"The identity provider answered with status 400{named}."
