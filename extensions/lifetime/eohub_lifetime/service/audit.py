"""The hub's audit log: who was warned, and whose server was stopped."""

from eohub_lifetime.running import ServerKey
from eohub_lifetime.verdict import Cause
from eohub_toolkit.errors import EohubError
from eohub_toolkit.http import Client
from eohub_toolkit.logs import get_logger

_PATH = "eohub/audit"


class HubDiary:
    """A Diary on the hub's API; `token` needs the scope custom:audit:write.

    A line that cannot be written is logged: the rules hold whether or not the log takes it.
    """

    def __init__(self, client: Client, token: str) -> None:
        self._client = client
        self._headers = {"Authorization": f"token {token}"}

    async def announced(self, key: ServerKey, cause: Cause, why: str, seconds: float) -> None:
        """A person is warned that their server ends in so many seconds."""
        get_logger().info("announced", server=str(key), cause=cause.value, seconds=round(seconds))
        details = {"cause": cause.value, "why": why, "stops_in_seconds": round(seconds)}
        await self._write("announced", key, details)

    async def culled(self, key: ServerKey, cause: Cause, why: str) -> None:
        """A server was stopped."""
        get_logger().info("stopped", server=str(key), cause=cause.value)
        await self._write("culled", key, {"cause": cause.value, "why": why})

    async def _write(self, action: str, key: ServerKey, details: dict[str, str | int]) -> None:
        event = {"action": action, "object": f"server:{key}", "outcome": "allowed", "details": details}
        try:
            answer = await self._client.post(_PATH, json=event, headers=self._headers)
        except EohubError as error:
            get_logger().error("not in the audit log", action=action, server=str(key), why=error.detail)
            return
        if answer.status_code != 204:
            get_logger().error(
                "not in the audit log", action=action, server=str(key), status=answer.status_code
            )
