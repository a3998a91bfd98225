"""Tokens of other platforms for a person's own login: OAuth 2.0 token exchange (RFC 8693)."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from eohub_hub.login.discovery import Discovery, is_safe_url, json_object
from eohub_toolkit.errors import Forbidden, NotFound, Unavailable, Upstream
from eohub_toolkit.http import Client

_GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
_ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105
_LARGEST_ANSWER = 1024 * 1024
_LONGEST_TOKEN = 64 * 1024
_DEFAULT_LIFETIME_SECONDS = 60
_MOST_KEPT = 1_000
# What the other platform says about the person, and not about the hub (RFC 6749, RFC 8693, Keycloak).
_REFUSALS = frozenset({"invalid_grant", "invalid_token", "access_denied", "invalid_target", "not_allowed"})


def _safe(url: str) -> str:
    if not is_safe_url(url):
        raise ValueError("is not an https URL, nor http on this machine")
    return url


class Platform(BaseModel):
    """Another platform as a site names it; the hub is its public client `client_id`.

    `subject_issuer` is what that platform calls the hub's own provider (Keycloak's identity brokering).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")
    title: str = Field(min_length=1, max_length=60)
    issuer: Annotated[str, Field(max_length=500), AfterValidator(_safe)]
    client_id: str = Field(min_length=1, max_length=200)
    audience: str = Field(min_length=1, max_length=200)
    subject_issuer: str = Field(min_length=1, max_length=200)


@dataclass(frozen=True, slots=True)
class ExchangedToken:
    """An access token of another platform; times in seconds since 1970. Its `repr` does not show it."""

    access_token: str
    received_at: float
    expires_at: float

    def __repr__(self) -> str:
        return f"ExchangedToken(expires_at={self.expires_at})"


class TokenExchange(Protocol):
    """One platform that gives a token for a person's access token."""

    async def exchange(self, access_token: str) -> ExchangedToken:
        """Raises Forbidden where it refuses the person, Unavailable or Upstream where it cannot be asked."""
        ...


class EndpointExchange:
    """The token endpoint of a platform, found by discovery, asked as DestinE's Data Lake wants to be."""

    def __init__(
        self, platform: Platform, discovery: Discovery, http: Client, *, clock: Callable[[], float]
    ) -> None:
        self._platform = platform
        self._discovery = discovery
        self._http = http
        self._clock = clock

    async def exchange(self, access_token: str) -> ExchangedToken:
        """Send the person's access token; nothing of it is in an error."""
        platform = self._platform
        form = {
            "grant_type": _GRANT,
            "subject_token": access_token,
            "subject_token_type": _ACCESS_TOKEN,
            "subject_issuer": platform.subject_issuer,
            "client_id": platform.client_id,
            "audience": platform.audience,
        }
        url = (await self._discovery.metadata()).token_endpoint
        answer = await self._http.post(url, data=form, headers={"Accept": "application/json"})
        if len(answer.content) > _LARGEST_ANSWER:
            raise Upstream(f"{platform.title} sent more than 1 MiB instead of a token.")
        content = json_object(answer.content)
        if answer.status_code != 200:
            raise self._refusal(answer.status_code, content.get("error"))
        return self._token(content)

    def _token(self, content: Mapping[str, object]) -> ExchangedToken:
        token, lifetime = content.get("access_token"), content.get("expires_in")
        if not isinstance(token, str) or not 0 < len(token) <= _LONGEST_TOKEN:
            raise Upstream(f"{self._platform.title} sent no access token.")
        seconds = _DEFAULT_LIFETIME_SECONDS
        if isinstance(lifetime, int) and not isinstance(lifetime, bool) and lifetime > 0:
            seconds = lifetime
        now = self._clock()
        return ExchangedToken(token, now, now + seconds)

    def _refusal(self, status: int, code: object) -> Forbidden | Unavailable | Upstream:
        title = self._platform.title
        if isinstance(code, str) and code in _REFUSALS:
            return Forbidden(
                f"{title} gives no token for your login.",
                hint=f"Ask {title} whether your account may use it; you may have to accept its terms first.",
            )
        if status == 429:
            return Unavailable(f"{title} is busy.", hint="Try again in a moment.")
        return Upstream(f"{title} answered with status {status} instead of a token.")


class Exchanges:
    """All platforms of a site. A token is given again until half its life is over, for 1,000 people."""

    def __init__(self, exchanges: Mapping[str, TokenExchange], *, clock: Callable[[], float]) -> None:
        self._exchanges = exchanges
        self._clock = clock
        self._kept: OrderedDict[tuple[str, int], ExchangedToken] = OrderedDict()

    async def token(self, name: str, *, number: int, access_token: str) -> ExchangedToken:
        """A token of the platform `name` for the person with this number; raises NotFound for a stranger."""
        exchange = self._exchanges.get(name)
        if exchange is None:
            known = ", ".join(sorted(self._exchanges))
            raise NotFound("This hub knows no such platform.", hint=f"It knows: {known}.")
        kept = self._kept.get((name, number))
        if kept is not None and self._clock() < (kept.received_at + kept.expires_at) / 2:
            return kept
        found = await exchange.exchange(access_token)
        self._kept[name, number] = found
        self._kept.move_to_end((name, number))
        while len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return found


def exchanges_of(platforms: Sequence[Platform]) -> Exchanges:
    """The platforms of a site over HTTP."""
    exchanges: dict[str, TokenExchange] = {}
    for platform in platforms:
        http = Client(platform.issuer, deadline_seconds=8.0, headers={"User-Agent": "EOHub"})
        discovery = Discovery(platform.issuer, http, clock=time.monotonic)
        exchanges[platform.name] = EndpointExchange(platform, discovery, http, clock=time.time)
    return Exchanges(exchanges, clock=time.time)
