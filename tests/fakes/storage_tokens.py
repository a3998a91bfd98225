"""ID tokens for tests without a network; nothing checks their signature there."""

import base64
import json
from datetime import datetime, timedelta

ISSUER = "http://issuer.test"


def unsigned_id_token(name: str, now: datetime, *, lifetime_seconds: float = 3600, **claims: object) -> str:
    """A JWT of three parts for `name`; keyword claims replace the usual ones."""
    said = {
        "iss": ISSUER,
        "sub": f"sub-{name}",
        "aud": "eohub-hub",
        "exp": (now + timedelta(seconds=lifetime_seconds)).timestamp(),
        "preferred_username": name,
        **claims,
    }
    parts = (json.dumps({"alg": "RS256"}), json.dumps(said), "signature")
    return ".".join(base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in parts)
