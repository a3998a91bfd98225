"""One attempt to log in, from leaving for the provider to coming back: kept in a signed cookie, used once."""

import base64
import hashlib
import re
import secrets
from collections import OrderedDict
from collections.abc import Callable
from typing import Self
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, ValidationError

COOKIE_PREFIX = "eohub-login-"
# As long as the embedded provider keeps its login page.
LIFETIME_SECONDS = 3600
_MOST_USED = 10_000
_STATE = re.compile(r"[A-Za-z0-9_-]{43}")


class LoginAttempt(BaseModel):
    """The secrets of one attempt, 256 bits each, and where the person wanted to go."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: str = Field(pattern=_STATE.pattern)
    nonce: str
    code_verifier: str
    next_url: str | None = Field(max_length=2_000)

    @classmethod
    def begin(cls, next_url: str | None) -> Self:
        """A new attempt; a target of more than 2,000 characters is forgotten."""
        target = next_url if next_url is not None and len(next_url) <= 2_000 else None
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return cls(state=state, nonce=nonce, code_verifier=verifier, next_url=target)

    @classmethod
    def read(cls, cookie: bytes | None) -> Self | None:
        """The attempt in a cookie whose signature was checked, or None."""
        try:
            return None if cookie is None else cls.model_validate_json(cookie)
        except ValidationError:
            return None

    def url(self, endpoint: str, *, client_id: str, redirect_uri: str, scope: str) -> str:
        """Where to send the browser: the authorization request with PKCE S256 (RFC 7636) and a nonce."""
        digest = hashlib.sha256(self.code_verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": redirect_uri,
            "scope": scope,
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"


def cookie_name(state: str) -> str | None:
    """The cookie of one attempt, so that two browser tabs can log in at once; None for an odd state."""
    return f"{COOKIE_PREFIX}{state[:12]}" if _STATE.fullmatch(state) else None


class UsedStates:
    """The states that came back already, so that none does twice; bounded in number and time."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._used: OrderedDict[str, float] = OrderedDict()

    def use(self, state: str) -> bool:
        """Whether this is the first use of `state`."""
        now = self._clock()
        while self._used:
            oldest, used_at = next(iter(self._used.items()))
            if len(self._used) < _MOST_USED and now - used_at < LIFETIME_SECONDS:
                break
            del self._used[oldest]
        if state in self._used:
            return False
        self._used[state] = now
        return True
