"""Checks an ID token against one key as OpenID Connect Core 1.0, 3.1.3.7 asks: no clock, no network."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, cast

import jwt

from eohub_hub.login.errors import TokenRefused

LEEWAY_SECONDS = 60
_LARGEST_TOKEN = 64 * 1024
# Each allowed algorithm with the type of key it needs: a public key never serves as an HMAC secret.
KEY_TYPES: Mapping[str, str] = {"RS256": "RSA", "ES256": "EC", "EdDSA": "OKP"}


@dataclass(frozen=True)
class Expected:
    """What a token must say. A refreshed token may leave the nonce out, the first one may not."""

    issuer: str
    client_id: str
    nonce: str
    nonce_required: bool


@dataclass(frozen=True)
class IdToken:
    """A token that was checked; `expires_at` in seconds since 1970, `claims` as the provider sent them."""

    subject: str
    expires_at: float
    claims: Mapping[str, object]


@dataclass(frozen=True)
class KeyChoice:
    """Which key a token says it was signed with."""

    algorithm: str
    key_type: str
    key_id: str | None


def key_choice(token: str) -> KeyChoice:
    """Read the token's header, not vouched for yet; raises TokenRefused for an algorithm not allowed."""
    if len(token) > _LARGEST_TOKEN:
        raise TokenRefused("The token is larger than 64 KiB.")
    try:
        header = cast("Mapping[str, object]", jwt.get_unverified_header(token))
    except jwt.PyJWTError as error:
        raise TokenRefused("The token is malformed.") from error
    algorithm, key_id = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in KEY_TYPES:
        raise TokenRefused(f"The token is signed with {algorithm!r:.40}, which is not allowed.")
    if key_id is not None and not isinstance(key_id, str):
        raise TokenRefused("The token's key id is not a string.")
    return KeyChoice(algorithm, KEY_TYPES[algorithm], key_id)


def verify(token: str, key: jwt.PyJWK, expected: Expected, *, now: float) -> IdToken:
    """Check signature, issuer, audience, times (60 s leeway) and nonce; TokenRefused names what is wrong."""
    choice = key_choice(token)
    if key.key_type != choice.key_type:
        raise TokenRefused("The ID token's algorithm does not fit its key.")
    options: Any = {
        "require": ["iss", "sub", "aud", "exp", "iat"],
        # Times are checked below against the caller's clock.
        "verify_exp": False,
        "verify_iat": False,
        "verify_nbf": False,
        "verify_aud": True,
        "verify_iss": True,
    }
    try:
        claims: dict[str, object] = jwt.decode(
            token,
            key,
            algorithms=[choice.algorithm],
            audience=expected.client_id,
            issuer=expected.issuer,
            options=options,
        )
    except jwt.PyJWTError as error:
        raise TokenRefused(f"The ID token does not verify ({type(error).__name__}).") from error
    _check_party(claims, expected.client_id)
    _check_nonce(claims, expected)
    return IdToken(_subject(claims), _check_times(claims, now), claims)


def _check_party(claims: Mapping[str, object], client_id: str) -> None:
    audience, party = claims["aud"], claims.get("azp")
    if isinstance(audience, list) and len(cast("list[object]", audience)) > 1 and party is None:
        raise TokenRefused("The ID token is for several parties and does not say which asked for it.")
    if party is not None and party != client_id:
        raise TokenRefused("The ID token was asked for by another party.")


def _check_nonce(claims: Mapping[str, object], expected: Expected) -> None:
    nonce = claims.get("nonce")
    if nonce is None and not expected.nonce_required:
        return
    if nonce != expected.nonce:
        raise TokenRefused("The ID token does not belong to this login (nonce).")


def _subject(claims: Mapping[str, object]) -> str:
    subject = claims["sub"]
    if not isinstance(subject, str) or not subject:
        raise TokenRefused("The ID token's subject is not a string.")
    return subject


def _check_times(claims: Mapping[str, object], now: float) -> float:
    expires_at, issued_at = _seconds(claims, "exp"), _seconds(claims, "iat")
    if expires_at <= now - LEEWAY_SECONDS:
        raise TokenRefused("The ID token has expired.")
    if issued_at > now + LEEWAY_SECONDS:
        raise TokenRefused("The ID token was issued in the future: compare the clocks of hub and provider.")
    if "nbf" in claims and _seconds(claims, "nbf") > now + LEEWAY_SECONDS:
        raise TokenRefused("The ID token is not valid yet: compare the clocks of hub and provider.")
    return expires_at


def _seconds(claims: Mapping[str, object], name: str) -> float:
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise TokenRefused(f"The ID token's {name} is not a number.")
    return float(value)
