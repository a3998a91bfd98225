"""The hub as a client of its OpenID Connect provider: exchange a code, refresh, ask who somebody is."""

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote_plus, urlencode

from eohub_hub.login.access_token import is_jwt, verified_claims
from eohub_hub.login.discovery import Discovery, is_safe_url, json_object
from eohub_hub.login.errors import GrantRefused, TokenRefused
from eohub_hub.login.id_token import Expected, IdToken, key_choice, verify
from eohub_toolkit.errors import Unavailable, Upstream
from eohub_toolkit.http import Client

_LARGEST_ANSWER = 1024 * 1024
# RFC 6749 section 5.1: a missing lifetime is the provider's to document; an hour is what most of them mean.
_DEFAULT_LIFETIME_SECONDS = 3600
# A word of the protocol, which may stand in a log; what a provider writes beside it may not.
_ERROR_CODE = re.compile(r"[a-z_]{1,40}")


@dataclass(frozen=True)
class Tokens:
    """What the token endpoint gave; a refresh may come without refresh token or ID token.

    The access token `is_checked` when it is a JWT that its issuer signed; `unread` says what is wrong with
    one that is a JWT and is not.
    """

    access_token: str
    access_token_expires_at: float
    refresh_token: str | None
    id_token: str | None
    checked: IdToken | None
    received_at: float
    is_checked: bool = False
    unread: str | None = None


class LoginClient:
    """Raises GrantRefused where a new login helps, TokenRefused where the answer is not to be trusted."""

    def __init__(
        self,
        discovery: Discovery,
        http: Client,
        *,
        issuer: str,
        client_id: str,
        secret: str,
        clock: Callable[[], float],
    ) -> None:
        self._discovery = discovery
        self._http = http
        self._issuer = issuer
        self._client_id = client_id
        self._secret = secret
        self._clock = clock

    async def exchange(self, code: str, *, code_verifier: str, redirect_uri: str, nonce: str) -> Tokens:
        """Exchange an authorization code; the ID token is there and checked."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": code_verifier,
            "redirect_uri": redirect_uri,
        }
        expected = Expected(self._issuer, self._client_id, nonce, nonce_required=True)
        tokens = await self._ask_for_tokens(form, expected)
        if tokens.checked is None:
            raise TokenRefused("The provider sent no ID token.")
        return await self._with_checked_access(tokens, tokens.checked.subject)

    async def refresh(self, refresh_token: str, *, nonce: str, subject: str) -> Tokens:
        """Refresh; an ID token that comes along is checked and of the same `subject`."""
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        expected = Expected(self._issuer, self._client_id, nonce, nonce_required=False)
        tokens = await self._ask_for_tokens(form, expected)
        if tokens.checked is not None and tokens.checked.subject != subject:
            raise TokenRefused("The refreshed ID token is somebody else's.")
        return await self._with_checked_access(tokens, subject)

    async def userinfo(self, access_token: str, *, subject: str) -> Mapping[str, object]:
        """The claims of the userinfo endpoint, which must be about `subject` (OpenID Connect Core, 5.3.2)."""
        url = (await self._discovery.metadata()).userinfo_endpoint
        headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/json"}
        answer = await self._http.get(url, headers=headers)
        if answer.status_code in (401, 403):
            raise GrantRefused("The identity provider does not accept the access token any more.")
        if answer.status_code != 200 or len(answer.content) > _LARGEST_ANSWER:
            raise _unasked(answer.status_code)
        claims = json_object(answer.content)
        if claims.get("sub") != subject:
            raise TokenRefused("The userinfo answer is about somebody else than the ID token.")
        return claims

    async def revoke(self, refresh_token: str) -> None:
        """Give a refresh token back (RFC 7009); does nothing where the provider has no place for that.

        An offline session outlives the provider's own, and ends only so.
        """
        endpoint = (await self._discovery.metadata()).revocation_endpoint
        if endpoint is None or not is_safe_url(endpoint):
            return
        form = {"token": refresh_token, "token_type_hint": "refresh_token"}
        answer = await self._http.post(endpoint, data=form, headers={"Authorization": self._authorization()})
        if answer.status_code != 200:
            raise _unasked(answer.status_code)

    async def end_session_url(self, *, return_to: str) -> str | None:
        """Where a browser ends the provider's session too; None where the provider has no such place.

        The client id says who asks (OpenID Connect RP-Initiated Logout 1.0, section 2). An ID token would
        do so, too, but STS gives keys for one, and a URL stays in histories and logs.
        """
        endpoint = (await self._discovery.metadata()).end_session_endpoint
        if endpoint is None or not is_safe_url(endpoint):
            return None
        query = {"client_id": self._client_id, "post_logout_redirect_uri": return_to}
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    async def _ask_for_tokens(self, form: Mapping[str, str], expected: Expected) -> Tokens:
        url = (await self._discovery.metadata()).token_endpoint
        headers = {"Authorization": self._authorization(), "Accept": "application/json"}
        answer = await self._http.post(url, data=form, headers=headers)
        if len(answer.content) > _LARGEST_ANSWER:
            raise _unasked(answer.status_code)
        content = json_object(answer.content)
        if answer.status_code != 200:
            raise _refusal(answer.status_code, content.get("error"))
        return await self._checked(content, expected)

    def _authorization(self) -> str:
        # RFC 6749 section 2.3.1: both parts are form-encoded before they are joined.
        credentials = f"{quote_plus(self._client_id)}:{quote_plus(self._secret)}"
        return f"Basic {b64encode(credentials.encode()).decode()}"

    async def _checked(self, content: Mapping[str, object], expected: Expected) -> Tokens:
        access_token, id_token = content.get("access_token"), content.get("id_token")
        refresh_token, lifetime = content.get("refresh_token"), content.get("expires_in")
        if not isinstance(access_token, str) or str(content.get("token_type", "")).lower() != "bearer":
            raise TokenRefused("The provider sent no bearer token.")
        checked = None
        if isinstance(id_token, str):
            key = await self._discovery.key(key_choice(id_token))
            checked = verify(id_token, key, expected, now=self._clock())
        seconds = lifetime if isinstance(lifetime, int) and lifetime > 0 else _DEFAULT_LIFETIME_SECONDS
        return Tokens(
            access_token=access_token,
            access_token_expires_at=self._clock() + seconds,
            refresh_token=refresh_token if isinstance(refresh_token, str) else None,
            id_token=id_token if isinstance(id_token, str) else None,
            checked=checked,
            received_at=self._clock(),
        )

    async def _with_checked_access(self, tokens: Tokens, subject: str) -> Tokens:
        """Look into an access token that is a JWT. One that cannot be trusted still serves as a token."""
        token = tokens.access_token
        if not is_jwt(token):
            return tokens
        try:
            key = await self._discovery.key(key_choice(token))
            verified_claims(
                token,
                key,
                issuer=self._issuer,
                client_id=self._client_id,
                subject=subject,
                now=self._clock(),
            )
        except TokenRefused as error:
            return replace(tokens, unread=error.detail)
        return replace(tokens, is_checked=True)


def _refusal(status: int, code: object) -> GrantRefused | Upstream | Unavailable:
    if code == "invalid_grant":
        return GrantRefused("The identity provider does not accept this login any more.")
    if code in ("invalid_client", "unauthorized_client"):
        return Upstream(
            "The identity provider does not accept the hub as its client.",
            hint="Compare the client id and secret in the hub's settings with the provider's.",
        )
    return _unasked(status, code)


def _unasked(status: int, code: object = None) -> Upstream | Unavailable:
    if status == 429:
        return Unavailable("The identity provider is busy.", hint="Try again in a moment.")
    named = f" ({code})" if isinstance(code, str) and _ERROR_CODE.fullmatch(code) else ""
    return Upstream(f"The identity provider answered with status {status}{named}.")
