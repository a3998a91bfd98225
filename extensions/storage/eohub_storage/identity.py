"""What an ID token says, read without checking it: STS checks it, we only choose better words. Pure."""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from eohub_storage.errors import LoginTooOld, NoLogin, OtherName

LEAST_LEFT = timedelta(seconds=10)
"""A token that ends sooner may end on its way to STS."""


def require_usable(id_token: str, name: str, name_claim: str | None, now: datetime) -> None:
    """Raise LoginTooOld, NoLogin or OtherName where STS or S3 would refuse this token anyway."""
    claims = claims_of(id_token)
    ends = claims.get("exp")
    if not isinstance(ends, int | float) or datetime.fromtimestamp(ends, UTC) < now + LEAST_LEFT:
        raise LoginTooOld(
            "Your login has ended, so there are no new S3 keys.",
            hint="Log in to the hub again in your browser; your server keeps running.",
        )
    if name_claim is not None and claims.get(name_claim) != name:
        raise OtherName(
            f"The identity provider knows you as {str(claims.get(name_claim))[:64]!r}, the hub as {name!r}.",
            hint="S3 goes by the former. Ask your administrator to make both the same.",
        )


def claims_of(id_token: str) -> Mapping[str, Any]:
    """The claims in the middle part of a JWT, unchecked; raises NoLogin when it is none."""
    parts = id_token.split(".")
    try:
        payload = parts[1] if len(parts) == 3 else ""
        claims: object = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (binascii.Error, ValueError):
        claims = None
    if not isinstance(claims, dict):
        raise NoLogin("What the hub keeps of your login is no ID token.", hint="Log out and in again.")
    return cast("Mapping[str, Any]", claims)
