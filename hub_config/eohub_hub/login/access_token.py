"""Reads claims out of an access token, where it is a JWT that its issuer signed: no clock, no network."""

from collections.abc import Mapping
from typing import Any

import jwt

from eohub_hub.login.errors import TokenRefused
from eohub_hub.login.id_token import LEEWAY_SECONDS, key_choice

_PARTS = 3


def is_jwt(token: str) -> bool:
    """Whether a token looks like a signed JWT; any other is opaque and has nothing to read."""
    if token.count(".") != _PARTS - 1:
        return False
    try:
        return "alg" in jwt.get_unverified_header(token)
    except jwt.PyJWTError:
        return False


def verified_claims(
    token: str, key: jwt.PyJWK, *, issuer: str, client_id: str, subject: str, now: float
) -> Mapping[str, object]:
    """The claims, after signature, issuer, end (60 s leeway), party and subject were checked.

    It came straight from the token endpoint and nothing is granted for it, so its audience is not the hub's
    to check; a party or subject that it names must be ours. Raises TokenRefused with what is wrong.
    """
    choice = key_choice(token)
    options: Any = {"require": ["iss", "exp"], "verify_aud": False, "verify_exp": False, "verify_iat": False}
    options |= {"verify_nbf": False, "verify_sub": False}
    try:
        claims: dict[str, object] = jwt.decode(
            token, key, algorithms=[choice.algorithm], issuer=issuer, options=options
        )
    except jwt.PyJWTError as error:
        raise TokenRefused(f"The access token does not verify ({type(error).__name__}).") from error
    ends = claims["exp"]
    if isinstance(ends, bool) or not isinstance(ends, int | float) or not ends > now - LEEWAY_SECONDS:
        raise TokenRefused("The access token has expired.")
    if claims.get("azp", client_id) != client_id or claims.get("client_id", client_id) != client_id:
        raise TokenRefused("The access token was asked for by another party.")
    if claims.get("sub", subject) != subject:
        raise TokenRefused("The access token is somebody else's.")
    return claims


def claims_of_checked(token: str) -> Mapping[str, object]:
    """The claims of a token that was verified when it came; empty for what is no JWT."""
    try:
        return jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError:
        return {}
