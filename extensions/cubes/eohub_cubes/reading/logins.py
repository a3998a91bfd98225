"""Who a web server is told that one is: tokens that the hub exchanges, or the person's netrc file."""

import base64
import netrc
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import aiohttp
from pydantic import SecretStr

from eohub_cubes.errors import LoginEnded, StoreDown

_LONGEST_TOKEN = 16_384
_KEPT_SECONDS = 60.0
"""The hub gives a token that is good for longer, and keeps it: asking again costs nothing there."""
_DATA_LAKE = re.compile(r"https://(hda|hda-download\.[a-z0-9-]+)\.data\.destination-earth\.eu")
_EARTH_DATA_HUB = re.compile(r"https://[a-z0-9-]+\.earthdatahub\.destine\.eu")


class Tokens(Protocol):
    """Gives bearer tokens of one platform."""

    async def token(self) -> str:
        """Get one; raises LoginEnded or StoreDown."""
        ...


class Logins:
    """The header that each origin is sent; no origin is ever sent what another's is."""

    def __init__(
        self,
        tokens: Tokens | None = None,
        netrc_file: Path | None = None,
        takes_tokens: Callable[[str], bool] = lambda origin: _DATA_LAKE.fullmatch(origin) is not None,
        now: Callable[[], float] = time.monotonic,
        parse: Callable[[Path], netrc.netrc] = netrc.netrc,
    ) -> None:
        self._tokens = tokens
        self._parse = parse
        self._machines: tuple[tuple[int, int], Mapping[str, tuple[str, str, str]]] | None = None
        self._netrc = netrc_file
        self._takes_tokens = takes_tokens
        self._now = now
        self._kept: tuple[str, float] | None = None
        self._fetched = 0

    @property
    def renewals(self) -> int:
        """How often a token was got after the first."""
        return max(0, self._fetched - 1)

    async def headers(self, origin: str) -> Mapping[str, str]:
        """What to send to an origin such as https://data.example.org."""
        if self._tokens is not None and self._takes_tokens(origin):
            if self._kept is None or self._now() >= self._kept[1]:
                self._kept = (await self._tokens.token(), self._now() + _KEPT_SECONDS)
                self._fetched += 1
            return {"Authorization": f"Bearer {self._kept[0]}"}
        known = self._machine(origin)
        if known is None:
            return {}
        pair = base64.b64encode(":".join(known).encode()).decode()
        return {"Authorization": f"Basic {pair}"}

    async def renew(self, origin: str) -> bool:
        """Let go of a token that was refused; False where another could not be had."""
        if self._tokens is None or not self._takes_tokens(origin):
            return False
        self._kept = None
        return True

    def hint(self, origin: str) -> str:
        """What to do where an origin refuses."""
        host = urlsplit(origin).hostname
        if _EARTH_DATA_HUB.fullmatch(origin):
            return (
                f"Earth Data Hub wants a line `machine {host} login edh password <your token>` in ~/.netrc, "
                "with this very host."
            )
        if self._takes_tokens(origin):
            return "Log in to the hub again; ask whether your DestinE account may use the Data Lake."
        return f"With an account there, write `machine {host} login ... password ...` into ~/.netrc."

    def _machine(self, origin: str) -> tuple[str, str] | None:
        """Login and password of a host's own entry, over TLS alone; a default entry is for nobody."""
        parts = urlsplit(origin)
        if self._netrc is None or parts.scheme != "https":
            return None
        found = self._known(self._netrc).get(parts.hostname or "")
        return None if found is None else (found[0], found[2])

    def _known(self, file: Path) -> Mapping[str, tuple[str, str, str]]:
        """What the file says, read again where it changed."""
        try:
            told = file.stat()
        except OSError:
            return {}
        version = (told.st_mtime_ns, told.st_size)
        if self._machines is None or self._machines[0] != version:
            try:
                self._machines = (version, self._parse(file).hosts)
            except (OSError, netrc.NetrcParseError):
                self._machines = (version, {})
        return self._machines[1]


@dataclass(frozen=True)
class HubTokens:
    """Tokens that the hub exchanges for this person's login."""

    api_url: str
    server_token: SecretStr
    platform: str = "data-lake"
    timeout: aiohttp.ClientTimeout = field(default=aiohttp.ClientTimeout(total=10))

    async def token(self) -> str:
        """Ask the hub."""
        url = f"{self.api_url.rstrip('/')}/eohub/tokens/{self.platform}"
        headers = {"Authorization": f"token {self.server_token.get_secret_value()}"}
        try:
            async with (
                aiohttp.ClientSession(timeout=self.timeout) as session,
                session.post(url, headers=headers, allow_redirects=False) as answer,
            ):
                if answer.status in (401, 403, 404):
                    raise LoginEnded(
                        "The hub gives no token of DestinE for your login.",
                        hint="Log in to the hub again; those who run it can set up the exchange of logins.",
                    )
                said = await answer.json() if answer.status == 200 else {}
        except (aiohttp.ClientError, TimeoutError, ValueError):
            raise StoreDown("The hub did not give a token.", hint="Try again in a minute.") from None
        value = said.get("access_token") if isinstance(said, dict) else None
        if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_TOKEN or not value.isascii():
            raise StoreDown("The hub did not give a token.", hint="Try again in a minute.")
        return value


def hub_tokens(environ: Mapping[str, str]) -> HubTokens | None:
    """The hub's, where this server was started by one."""
    api_url, token = environ.get("JUPYTERHUB_API_URL"), environ.get("JUPYTERHUB_API_TOKEN")
    return HubTokens(api_url, SecretStr(token)) if api_url and token else None
