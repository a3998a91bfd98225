"""ID tokens: the good one, and each way in which one can be wrong."""

import base64
import hashlib
import hmac
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fakes.login_provider import CLIENT_ID, ISSUER, NONCE, LoginProvider

from eohub_hub.login.errors import TokenRefused
from eohub_hub.login.id_token import Expected, IdToken, key_choice, verify

FIRST = Expected(ISSUER, CLIENT_ID, NONCE, nonce_required=True)
REFRESHED = Expected(ISSUER, CLIENT_ID, NONCE, nonce_required=False)


@pytest.fixture(scope="module")
def provider() -> LoginProvider:
    return LoginProvider()


def key_of(provider: LoginProvider, name: str) -> jwt.PyJWK:
    return next(jwt.PyJWK(key) for key in provider.jwks()["keys"] if key["kid"] == name)


def check(provider: LoginProvider, token: str, expected: Expected = FIRST, key: str = "rsa") -> IdToken:
    return verify(token, key_of(provider, key), expected, now=provider.clock())


def encoded(part: object) -> str:
    text = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


@pytest.mark.parametrize("key", ["rsa", "ec", "ed"])
def test_a_good_token_of_each_allowed_algorithm_is_accepted(provider: LoginProvider, key: str) -> None:
    checked = check(provider, provider.id_token(key, groups=["a"]), key=key)
    assert checked.subject == "subject-1"
    assert checked.claims["groups"] == ["a"]
    assert checked.expires_at == pytest.approx(provider.clock() + 3600, abs=1)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "https://evil.invalid"}, "InvalidIssuerError"),
        ({"iss": ISSUER + "/"}, "InvalidIssuerError"),
        ({"iss": None}, "MissingRequiredClaimError"),
        ({"aud": "another"}, "InvalidAudienceError"),
        ({"aud": []}, "MissingRequiredClaimError"),
        ({"aud": None}, "MissingRequiredClaimError"),
        ({"aud": [CLIENT_ID, "another"]}, "several parties"),
        ({"aud": [CLIENT_ID, "another"], "azp": "another"}, "another party"),
        ({"azp": "another"}, "another party"),
        ({"nonce": "other"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"sub": ""}, "subject"),
        ({"sub": None}, "MissingRequiredClaimError"),
        ({"exp": None}, "MissingRequiredClaimError"),
        ({"iat": None}, "MissingRequiredClaimError"),
        ({"exp": "tomorrow"}, "exp is not a number"),
        ({"exp": True}, "exp is not a number"),
        ({"exp": float("nan")}, "exp is not a number"),
        ({"exp": float("inf")}, "exp is not a number"),
    ],
)
def test_a_token_with_a_wrong_claim_is_refused(
    provider: LoginProvider, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(TokenRefused, match=reason):
        check(provider, provider.id_token(**changes))


def test_several_parties_are_fine_when_we_are_the_one_that_asked(provider: LoginProvider) -> None:
    checked = check(provider, provider.id_token(aud=[CLIENT_ID, "account"], azp=CLIENT_ID))
    assert checked.subject == "subject-1"


@pytest.mark.parametrize(
    ("name", "seconds", "accepted"),
    [
        ("exp", -59, True), ("exp", -61, False),
        ("iat", 59, True), ("iat", 62, False),
        ("nbf", 59, True), ("nbf", 62, False),
    ],
)  # fmt: skip
def test_clocks_may_differ_by_a_minute(
    provider: LoginProvider, name: str, seconds: int, accepted: bool
) -> None:
    token = provider.id_token(**{name: int(provider.clock()) + seconds})
    if accepted:
        assert check(provider, token).subject == "subject-1"
    else:
        with pytest.raises(TokenRefused):
            check(provider, token)


def test_a_refreshed_token_may_leave_the_nonce_out_but_not_change_it(provider: LoginProvider) -> None:
    assert check(provider, provider.id_token(nonce=None), REFRESHED).subject == "subject-1"
    with pytest.raises(TokenRefused, match="nonce"):
        check(provider, provider.id_token(nonce="other"), REFRESHED)


def test_an_unsigned_token_is_refused(provider: LoginProvider) -> None:
    for name in ("none", "None", "NONE"):
        token = f"{encoded({'alg': name, 'kid': 'rsa'})}.{encoded(provider.claims())}."
        with pytest.raises(TokenRefused, match="not allowed"):
            check(provider, token)


def test_the_public_key_is_no_hmac_secret(provider: LoginProvider) -> None:
    public = (
        provider.keys["rsa"][1].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    for algorithm, digest in (("HS256", hashlib.sha256), ("HS512", hashlib.sha512)):
        signed = f"{encoded({'alg': algorithm, 'kid': 'rsa'})}.{encoded(provider.claims())}"
        token = f"{signed}.{encoded(hmac.new(public, signed.encode(), digest).digest())}"
        with pytest.raises(TokenRefused, match="not allowed"):
            check(provider, token)


@pytest.mark.parametrize(
    "algorithm", ["RS384", "RS512", "PS256", "ES384", "ES256K", "HS256", "", 7, None, ["RS256"]]
)
def test_an_algorithm_that_is_not_on_the_list_is_refused(algorithm: object) -> None:
    with pytest.raises(TokenRefused):
        key_choice(f"{encoded({'alg': algorithm})}.{encoded({})}.c2ln")


def test_a_key_of_another_kind_is_refused(provider: LoginProvider) -> None:
    with pytest.raises(TokenRefused, match="does not fit its key"):
        verify(provider.id_token("ec"), key_of(provider, "rsa"), FIRST, now=provider.clock())


def test_a_token_of_another_key_with_our_key_id_is_refused(provider: LoginProvider) -> None:
    forged = LoginProvider(provider.clock).id_token("rsa")
    with pytest.raises(TokenRefused, match="InvalidSignatureError"):
        check(provider, forged)


def test_a_changed_payload_is_refused(provider: LoginProvider) -> None:
    header, _, signature = provider.id_token().split(".")
    with pytest.raises(TokenRefused, match="InvalidSignatureError"):
        check(provider, f"{header}.{encoded(provider.claims(sub='admin'))}.{signature}")


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b", "a.b.c.d", "é.é.é", "{}", "null", encoded([]) + ".e30.x"]
)
def test_what_is_no_token_is_refused(provider: LoginProvider, token: str) -> None:
    with pytest.raises(TokenRefused):
        check(provider, token)


def test_a_huge_token_is_not_even_read(provider: LoginProvider) -> None:
    with pytest.raises(TokenRefused, match="larger than"):
        check(provider, provider.id_token() + "A" * 70_000)


def test_a_key_id_that_is_no_string_is_refused() -> None:
    with pytest.raises(TokenRefused):
        key_choice(f"{encoded({'alg': 'RS256', 'kid': {'a': 1}})}.{encoded({})}.c2ln")
