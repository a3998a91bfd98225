"""The discovery document and the key set: when they are fetched, and when they are not believed."""

import asyncio
from typing import Any

import httpx2
import pytest
from fakes.login_provider import ISSUER, LoginProvider

from eohub_hub.login.discovery import Discovery, is_safe_url, json_object
from eohub_hub.login.errors import TokenRefused
from eohub_hub.login.id_token import KeyChoice
from eohub_toolkit.errors import Unavailable, Upstream

RSA = KeyChoice("RS256", "RSA", "rsa")


@pytest.fixture
def provider() -> LoginProvider:
    return LoginProvider()


async def test_nothing_is_fetched_before_it_is_needed(provider: LoginProvider) -> None:
    provider.discovery()
    assert provider.asked == []


async def test_many_logins_at_once_fetch_the_document_and_the_keys_once(provider: LoginProvider) -> None:
    discovery = provider.discovery()
    await asyncio.gather(*(discovery.key(RSA) for _ in range(20)))
    assert provider.asked == ["openid-configuration", "jwks"]


async def test_after_an_hour_both_are_fetched_again(provider: LoginProvider) -> None:
    discovery = provider.discovery()
    await discovery.key(RSA)
    provider.clock.now += 3_601
    await discovery.key(RSA)
    assert provider.asked == ["openid-configuration", "jwks"] * 2


async def test_an_old_document_serves_while_the_provider_is_away(provider: LoginProvider) -> None:
    discovery = provider.discovery()
    await discovery.metadata()
    provider.clock.now += 3_601
    provider.answers["openid-configuration"] = lambda: httpx2.Response(503)
    assert (await discovery.metadata()).token_endpoint == f"{ISSUER}/token"


async def test_a_fresh_document_is_not_an_old_one(provider: LoginProvider) -> None:
    discovery = provider.discovery()
    await discovery.metadata(fresh=True)
    await discovery.metadata(fresh=True)
    assert len(provider.asked) == 1
    provider.clock.now += 6
    provider.answers["openid-configuration"] = lambda: httpx2.Response(503)
    with pytest.raises(Upstream):
        await discovery.metadata(fresh=True)


async def test_a_failure_is_not_kept(provider: LoginProvider) -> None:
    discovery = provider.discovery()
    provider.answers["openid-configuration"] = lambda: httpx2.Response(500)
    with pytest.raises(Upstream):
        await discovery.metadata()
    del provider.answers["openid-configuration"]
    assert (await discovery.metadata()).issuer == ISSUER


async def test_a_provider_that_cannot_be_reached_is_unavailable(provider: LoginProvider) -> None:
    def refuse() -> httpx2.Response:
        raise httpx2.ConnectError("refused")

    provider.answers["openid-configuration"] = refuse
    with pytest.raises(Unavailable):
        await provider.discovery().metadata()


@pytest.mark.parametrize("issuer", ["https://evil.invalid", ISSUER + "/", ISSUER.upper(), ""])
async def test_a_document_of_another_issuer_is_refused(provider: LoginProvider, issuer: str) -> None:
    provider.metadata["issuer"] = issuer
    with pytest.raises(Upstream, match="calls itself") as caught:
        await provider.discovery().metadata()
    assert caught.value.hint is not None


@pytest.mark.parametrize(
    "endpoint", ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"]
)
async def test_an_endpoint_without_https_is_refused(provider: LoginProvider, endpoint: str) -> None:
    provider.metadata[endpoint] = "http://sso.example.invalid/x"
    with pytest.raises(Upstream, match="without https"):
        await provider.discovery().metadata()


async def test_a_document_without_an_endpoint_names_what_is_missing(provider: LoginProvider) -> None:
    del provider.metadata["token_endpoint"]
    with pytest.raises(Upstream, match="token_endpoint"):
        await provider.discovery().metadata()


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b'"x"', b"[" * 10_000, b"\xff"])
async def test_an_answer_that_is_no_object_is_refused(provider: LoginProvider, body: bytes) -> None:
    provider.answers["openid-configuration"] = lambda: httpx2.Response(200, content=body)
    with pytest.raises(Upstream):
        await provider.discovery().metadata()


async def test_an_unknown_key_is_looked_for_again_but_not_all_the_time(provider: LoginProvider) -> None:
    discovery = provider.discovery()
    await discovery.key(RSA)
    for _ in range(10):
        with pytest.raises(TokenRefused, match="does not publish"):
            await discovery.key(KeyChoice("RS256", "RSA", "new"))
    assert provider.asked.count("jwks") == 1
    provider.clock.now += 5
    for _ in range(10):
        with pytest.raises(TokenRefused):
            await discovery.key(KeyChoice("RS256", "RSA", "new"))
    assert provider.asked.count("jwks") == 2


async def test_a_new_key_of_the_provider_is_found(provider: LoginProvider) -> None:
    discovery = provider.discovery()
    await discovery.key(RSA)
    provider.keys["new"] = LoginProvider(provider.clock).keys["rsa"]
    provider.clock.now += 6
    assert (await discovery.key(KeyChoice("RS256", "RSA", "new"))).key_id == "new"


async def test_a_token_without_key_id_is_fine_where_one_key_fits(provider: LoginProvider) -> None:
    discovery = provider.discovery()
    assert (await discovery.key(KeyChoice("ES256", "EC", None))).key_id == "ec"
    provider.keys["second"] = LoginProvider(provider.clock).keys["ec"]
    provider.clock.now += 3_601
    with pytest.raises(TokenRefused):
        await discovery.key(KeyChoice("ES256", "EC", None))


@pytest.mark.parametrize(
    "key",
    [
        {"kty": "oct", "kid": "rsa", "k": "c2VjcmV0"},
        {"kty": "RSA", "kid": "rsa", "n": "!", "e": "AQAB"},
        {"kty": "RSA", "kid": "rsa"},
        {"kid": "rsa"},
        {},
        "rsa",
        None,
    ],
)
async def test_a_key_that_cannot_be_used_is_left_out(provider: LoginProvider, key: Any) -> None:
    good = provider.jwks()["keys"]
    provider.answers["jwks"] = lambda: httpx2.Response(200, json={"keys": [key, *good[1:]]})
    discovery = provider.discovery()
    with pytest.raises(TokenRefused):
        await discovery.key(RSA)
    assert (await discovery.key(KeyChoice("ES256", "EC", "ec"))).key_id == "ec"


async def test_a_key_for_encryption_signs_nothing(provider: LoginProvider) -> None:
    keys = [{**key, "use": "enc"} for key in provider.jwks()["keys"]]
    provider.answers["jwks"] = lambda: httpx2.Response(200, json={"keys": keys})
    with pytest.raises(TokenRefused):
        await provider.discovery().key(RSA)


async def test_a_key_set_without_list_is_refused(provider: LoginProvider) -> None:
    provider.answers["jwks"] = lambda: httpx2.Response(200, json={"keys": "none"})
    with pytest.raises(Upstream):
        await provider.discovery().key(RSA)


def test_an_issuer_without_https_is_refused_at_once(provider: LoginProvider) -> None:
    with pytest.raises(ValueError, match="https"):
        Discovery("http://sso.example.invalid", provider.http(), clock=provider.clock)


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://sso.example.invalid/x", True),
        ("http://127.0.0.1:8003", True),
        ("http://[::1]:8003/x", True),
        ("http://localhost/x", True),
        ("http://127.0.0.1.example.invalid", False),
        ("http://localhost.example.invalid", False),
        ("http://10.0.0.1", False),
        ("ftp://127.0.0.1", False),
        ("https://", False),
        ("", False),
    ],
)
def test_secrets_go_by_https_or_stay_on_this_machine(url: str, safe: bool) -> None:
    assert is_safe_url(url) is safe


def test_a_json_object_is_read() -> None:
    assert json_object(b'{"a": 1}') == {"a": 1}
