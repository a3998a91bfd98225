"""The hub's audit log: who got keys, and who did not."""

from contextlib import suppress
from datetime import datetime

from eohub_toolkit.errors import EohubError, Unavailable
from eohub_toolkit.http import Client

_PATH = "eohub/audit"
_OBJECT = "s3"


class HubAudit:
    """A KeyAudit on the hub's API; `token` needs the scope custom:audit:write."""

    def __init__(self, client: Client, token: str) -> None:
        self._client = client
        self._headers = {"Authorization": f"token {token}"}

    async def issued(self, name: str, places: int, expiration: datetime) -> None:
        """Return when it is on the hub's disk; raises Unavailable where it is not."""
        await self._write("key.issued", name, "allowed", {"places": places, "until": expiration.isoformat()})

    async def refused(self, name: str, why: str) -> None:
        """Write it if the hub takes it; the person is refused in any case."""
        with suppress(EohubError):
            await self._write("key.refused", name, "refused", {"why": why})

    async def _write(self, action: str, name: str, outcome: str, details: dict[str, str | int]) -> None:
        event = {"action": action, "actor": name, "object": _OBJECT, "outcome": outcome, "details": details}
        try:
            answer = await self._client.post(_PATH, json=event, headers=self._headers)
        except EohubError as error:
            raise _not_written() from error
        if answer.status_code != 204:
            raise _not_written()


def _not_written() -> Unavailable:
    return Unavailable(
        "There are no S3 keys now, since it cannot be written down who gets them.",
        hint="Try again in a minute; else tell your administrator that the audit log takes nothing.",
    )
