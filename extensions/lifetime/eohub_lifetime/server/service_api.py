"""The lifetime service as this server reaches it."""

from typing import Any

from eohub_lifetime.contract import Report, ServerLifetime
from eohub_lifetime.errors import CannotKeep
from eohub_toolkit.errors import Forbidden, Upstream
from eohub_toolkit.http import Client


class ServiceApi:
    """A LifetimeService over HTTP, asked with the server's own token."""

    def __init__(self, client: Client, token: str) -> None:
        self._client = client
        self._headers = {"Authorization": f"token {token}"}

    async def report(self, report: Report) -> ServerLifetime:
        """Say what the server did."""
        return await self._said("report", report.model_dump())

    async def keep(self) -> ServerLifetime:
        """Keep the server for longer."""
        return await self._said("keep", {})

    async def _said(self, path: str, body: dict[str, Any]) -> ServerLifetime:
        answer = await self._client.post(path, json=body, headers=self._headers)
        if answer.status_code == 200:
            return ServerLifetime.model_validate_json(answer.content)
        problem = _problem(answer)
        detail = str(problem.get("detail") or f"The lifetime service answered {answer.status_code}.")
        hint = problem.get("hint")
        match answer.status_code:
            case 409:
                raise CannotKeep(detail, hint=hint)
            case 401 | 403:
                raise Forbidden(detail, hint=hint)
            case _:
                raise Upstream(detail, hint=hint)


def _problem(answer: Any) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
