"""The login of DestinE's Data Lake: a bearer token that stays in this process and is made anew in time.

Where a hub exchanges logins, it is asked; elsewhere a file holds a refresh token, which is exchanged here.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr

from eohub_catalogue.errors import LoginNeeded
from eohub_catalogue.index.placing import write_whole
from eohub_catalogue.reading import count, mapping, text
from eohub_catalogue.server.addresses import Origin
from eohub_catalogue.server.settings import DestineLogin
from eohub_catalogue.server.web import Answer, Ask, Web
from eohub_toolkit.errors import Upstream

_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
_ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105
_LARGEST_ANSWER = 2**20
_LONGEST_TOKEN = 16_384
_DEFAULT_LIFETIME_SECONDS = 60
_WHO = "DestinE"


@dataclass(frozen=True)
class Token:
    """A bearer token, and for how many seconds from now it is good."""

    value: str
    seconds: float


class TokenSource(Protocol):
    """Gives tokens of one platform."""

    async def token(self) -> Token:
        """Make one; raises LoginNeeded, Unavailable or Upstream."""
        ...


class BearerLogin:
    """The port Login: one token at a time, given until half its life is over or it was refused."""

    hint = "Ask whether your DestinE account may use the Data Lake; its terms may have to be accepted first."

    def __init__(self, source: TokenSource, now: Callable[[], float]) -> None:
        self._source = source
        self._now = now
        self._kept: tuple[str, float] | None = None
        self._making: asyncio.Task[tuple[str, float]] | None = None

    async def headers(self, refused: Mapping[str, str] | None = None) -> Mapping[str, str]:
        """The Authorization header; with a token made anew where these headers were refused."""
        # Of many that were refused together, one makes the new token.
        kept = self._kept
        if kept is None or self._now() >= kept[1] or refused == _bearer(kept[0]):
            if self._making is None:
                self._making = asyncio.create_task(self._make())
                self._making.add_done_callback(lambda made: made.cancelled() or made.exception())
            # A search that is given up must not end this half-way: its refresh token may be used up already.
            kept = await asyncio.shield(self._making)
        return _bearer(kept[0])

    async def _make(self) -> tuple[str, float]:
        try:
            made = await self._source.token()
            self._kept = (made.value, self._now() + made.seconds / 2)
            return self._kept
        finally:
            self._making = None


class HubTokens:
    """Tokens that the hub exchanges for this person's login."""

    def __init__(self, web: Web, api_url: str, server_token: SecretStr, platform: str) -> None:
        self._web = web
        self._url = f"{api_url.rstrip('/')}/eohub/tokens/{platform}"
        self._server_token = server_token

    async def token(self) -> Token:
        """Ask the hub."""
        secrets = {"Authorization": f"token {self._server_token.get_secret_value()}"}
        ask = Ask(self._url, "POST", form={}, secrets=secrets, trusted=Origin.of(self._url), repeats=1,
                  most_bytes=_LARGEST_ANSWER)  # fmt: skip
        answer = await self._web.send(ask)
        said = mapping(answer.json())
        if answer.status == 404:
            raise LoginNeeded(
                f"{_WHO} asks for a login, and this hub gives no tokens for it.",
                hint="Those who run this hub can set up the exchange of logins, see its guide on DestinE.",
            )
        if answer.status == 403:
            hint = text(said.get("message"), 300) or "Log in to the hub again."
            raise LoginNeeded(f"{_WHO} asks for a login.", hint=hint)
        # The hub tells when the token ends; asked again too early costs it nothing, since it keeps the token.
        return Token(_token_in(answer, "The hub"), 2.0 * _DEFAULT_LIFETIME_SECONDS)


class FileTokens:
    """Tokens for the refresh token in a file: it gives an access token, which the Data Lake exchanges."""

    def __init__(self, web: Web, login: DestineLogin) -> None:
        self._web = web
        self._login = login
        self._refresh_token: str | None = None
        self._endpoints: dict[str, str] = {}

    async def token(self) -> Token:
        """Refresh, then exchange."""
        login = self._login
        refresh_token = self._refresh_token or await asyncio.to_thread(_read, login.token_file)
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token, "client_id": login.client_id}
        refreshed = await self._post(login.issuer, form)
        if refreshed.status in (400, 401):
            self._refresh_token = None
            raise LoginNeeded(
                f"The login of {_WHO} has ended.",
                hint="Log in anew and write the new refresh token into the file that the settings name.",
            )
        access_token = _token_in(refreshed, _WHO)
        await self._keep(mapping(refreshed.json()).get("refresh_token"), refresh_token)
        exchanged = await self._post(
            login.exchange_issuer,
            {
                "grant_type": _EXCHANGE,
                "subject_token": access_token,
                "subject_token_type": _ACCESS_TOKEN,
                "subject_issuer": login.subject_issuer,
                "client_id": login.exchange_client_id,
                "audience": login.audience,
            },
        )
        if exchanged.status in (400, 401, 403):
            raise LoginNeeded(f"{_WHO} gives no token for this login.", hint=BearerLogin.hint)
        seconds = count(mapping(exchanged.json()).get("expires_in"))
        return Token(_token_in(exchanged, _WHO), seconds or _DEFAULT_LIFETIME_SECONDS)

    async def _keep(self, given: object, before: str) -> None:
        """A realm may give a new refresh token each time, and then takes the one before no more."""
        if not isinstance(given, str) or not 0 < len(given) <= _LONGEST_TOKEN or given == before:
            self._refresh_token = before
            return
        self._refresh_token = given
        await asyncio.to_thread(_write, self._login.token_file, given)

    async def _post(self, issuer: str, form: Mapping[str, str]) -> Answer:
        endpoint = await self._endpoint(issuer)
        trusted = Origin.of(issuer)
        ask = Ask(endpoint, "POST", form=form, trusted=trusted, repeats=1, most_bytes=_LARGEST_ANSWER)
        answer = await self._web.send(ask)
        if answer.status >= 500:
            raise Upstream(f"{_WHO} did not answer to a login.", hint="Try again in some minutes.")
        return answer

    async def _endpoint(self, issuer: str) -> str:
        if issuer not in self._endpoints:
            url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
            answer = await self._web.send(Ask(url, trusted=Origin.of(issuer), most_bytes=_LARGEST_ANSWER))
            endpoint = text(mapping(answer.json()).get("token_endpoint"), 2000)
            # A token is sent there: nowhere else than to whom the settings name.
            if answer.status != 200 or endpoint is None or _origin(endpoint) != Origin.of(issuer):
                raise Upstream(f"{_WHO} does not tell where a login is asked for.", hint="Try again later.")
            self._endpoints[issuer] = endpoint
        return self._endpoints[issuer]


def _bearer(token: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _token_in(answer: Answer, who: str) -> str:
    value = mapping(answer.json()).get("access_token") if answer.status == 200 else None
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_TOKEN or not value.isascii():
        raise Upstream(f"{who} gave no token for {_WHO}.", hint="Try again in some minutes.")
    return value


def _origin(url: str) -> Origin | None:
    try:
        return Origin.of(url)
    except ValueError:
        return None


def _read(path: str) -> str:
    try:
        found = Path(path).read_text("ascii").strip()
    except (OSError, ValueError):
        found = ""
    if not 0 < len(found) <= _LONGEST_TOKEN:
        raise LoginNeeded(
            f"{_WHO} asks for a login, and the file with its refresh token cannot be read.",
            hint="Write the token into the file that EOHUB_CATALOGUE_SERVER_DESTINE_LOGIN names.",
        )
    return found


def _write(path: str, token: str) -> None:
    """Replace the file whole; where that cannot be done the token lives as long as this process."""
    with suppress(OSError):
        write_whole(Path(path), token.encode())
