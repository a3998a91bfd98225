"""What an OpenID Connect provider says about itself, and its signing keys: fetched when needed, then kept."""

import asyncio
import ipaddress
from collections.abc import Callable, Mapping
from typing import Any, cast
from urllib.parse import urlsplit

import jwt
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import from_json

from eohub_hub.login.errors import TokenRefused
from eohub_hub.login.id_token import KeyChoice
from eohub_toolkit.errors import EohubError, Upstream
from eohub_toolkit.http import Client

_KEPT_SECONDS = 3600.0
# An unknown key id makes us look again, but a stranger's tokens must not make us knock all the time.
_LOOK_AGAIN_SECONDS = 5.0
_LARGEST_DOCUMENT = 1024 * 1024
_MOST_KEYS = 64


class Metadata(BaseModel):
    """The parts of a discovery document that the hub uses (OpenID Connect Discovery 1.0, section 3)."""

    model_config = ConfigDict(frozen=True)

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None
    revocation_endpoint: str | None = None
    scopes_supported: tuple[str, ...] = ()


class Discovery:
    """The provider's document and keys. Raises Unavailable or Upstream when they cannot be had."""

    def __init__(self, issuer: str, http: Client, *, clock: Callable[[], float]) -> None:
        if not is_safe_url(issuer):
            raise ValueError(f"The issuer must be an https URL, or http on this machine: {issuer}")
        self._issuer = issuer
        self._http = http
        self._clock = clock
        self._lock = asyncio.Lock()
        self._metadata: tuple[float, Metadata] | None = None
        self._keys: tuple[float, tuple[jwt.PyJWK, ...]] | None = None

    async def metadata(self, *, fresh: bool = False) -> Metadata:
        """The discovery document, whose issuer equals the setting; an old one serves if none can be had.

        A `fresh` one is at most 5 s old: the provider is there, and people can be sent to it.
        """
        async with self._lock:
            kept = self._metadata
            age = _KEPT_SECONDS if kept is None else self._clock() - kept[0]
            if kept is not None and age < (_LOOK_AGAIN_SECONDS if fresh else _KEPT_SECONDS):
                return kept[1]
            try:
                found = await self._fetch_metadata()
            except EohubError:
                if kept is None or fresh:
                    raise
                found = kept[1]
            self._metadata = (self._clock(), found)
            return found

    async def key(self, choice: KeyChoice) -> jwt.PyJWK:
        """The signing key that a token names; raises TokenRefused when the provider has no such key."""
        jwks_uri = (await self.metadata()).jwks_uri
        async with self._lock:
            age = _LOOK_AGAIN_SECONDS if self._keys is None else self._clock() - self._keys[0]
            found = None if self._keys is None or age >= _KEPT_SECONDS else _choose(self._keys[1], choice)
            if found is None and age >= _LOOK_AGAIN_SECONDS:
                self._keys = (self._clock(), _keys_in(await self._fetch(jwks_uri)))
                found = _choose(self._keys[1], choice)
        if found is None:
            raise TokenRefused("The token is signed with a key that the provider does not publish.")
        return found

    async def _fetch_metadata(self) -> Metadata:
        document = await self._fetch(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        try:
            found = Metadata.model_validate(document)
        except ValidationError as error:
            names = ", ".join(str(problem["loc"][0]) for problem in error.errors() if problem["loc"])
            raise Upstream(f"The identity provider's discovery document is not usable ({names}).") from None
        if found.issuer != self._issuer:
            raise Upstream(
                f"The identity provider calls itself {found.issuer!r:.200}, not {self._issuer!r:.200}.",
                hint="Set the issuer exactly as the discovery document spells it.",
            )
        ends = (found.authorization_endpoint, found.token_endpoint, found.userinfo_endpoint, found.jwks_uri)
        if not all(map(is_safe_url, ends)):
            raise Upstream("The identity provider's discovery document names an endpoint without https.")
        return found

    async def _fetch(self, url: str) -> Mapping[str, Any]:
        answer = await self._http.get(url, headers={"Accept": "application/json"})
        if answer.status_code != 200 or len(answer.content) > _LARGEST_DOCUMENT:
            raise Upstream(f"The identity provider answered {url} with status {answer.status_code}.")
        return json_object(answer.content)


def json_object(content: bytes) -> dict[str, Any]:
    """A JSON object out of a provider's answer; raises Upstream for anything else."""
    try:
        value = from_json(content)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise Upstream("The identity provider answered with something that is not a JSON object.")
    return cast("dict[str, Any]", value)


def is_safe_url(url: str) -> bool:
    """Whether secrets may be sent to `url`: https, or http to this machine itself."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return bool(parts.hostname)
    return parts.scheme == "http" and _is_loopback(parts.hostname or "")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _keys_in(document: Mapping[str, Any]) -> tuple[jwt.PyJWK, ...]:
    entries = document.get("keys")
    if not isinstance(entries, list):
        raise Upstream("The identity provider's key set has no list of keys.")
    keys: list[jwt.PyJWK] = []
    for entry in cast("list[dict[str, Any]]", entries)[:_MOST_KEYS]:
        try:
            keys.append(jwt.PyJWK(entry))
        except (jwt.PyJWTError, AttributeError, TypeError, ValueError):
            # A key of a kind we cannot use does no harm beside one that we can.
            continue
    return tuple(keys)


def _choose(keys: tuple[jwt.PyJWK, ...], choice: KeyChoice) -> jwt.PyJWK | None:
    fitting = [
        key
        for key in keys
        if key.key_type == choice.key_type
        and key.algorithm_name == choice.algorithm
        and key.public_key_use in (None, "sig")
    ]
    if choice.key_id is not None:
        return next((key for key in fitting if key.key_id == choice.key_id), None)
    return fitting[0] if len(fitting) == 1 else None
