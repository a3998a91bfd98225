"""The hub's REST API as one administrator may use it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

import httpx2

from eohub_hub.admin.contract import AuditPage, Person, PolicyInForce, RunningServers
from eohub_hub.notices.model import Banner, Terms
from eohub_toolkit.errors import Forbidden, Invalid
from eohub_toolkit.http import Client

PEOPLE_ON_A_PAGE = 50


class HubApi:
    """Asks the hub with the visitor's own token: what they may not see or do, the hub refuses.

    Every method raises Forbidden, Invalid with the hub's sentence, Unavailable or Upstream.
    """

    def __init__(self, client: Client, token: str) -> None:
        self._client = client
        self._headers = {"Authorization": f"token {token}"}

    async def running(self) -> RunningServers:
        """The servers that run, with what they cost."""
        return RunningServers.model_validate_json((await self._ask("GET", "eohub/servers")).content)

    async def policy(self) -> PolicyInForce:
        """The policy in force."""
        return PolicyInForce.model_validate_json((await self._ask("GET", "eohub/policy")).content)

    async def audit(self, query: Mapping[str, str]) -> AuditPage:
        """Lines of the audit log that match; an empty value asks for nothing."""
        params = {name: value for name, value in query.items() if value}
        answer = await self._ask("GET", "eohub/audit", params=params)
        return AuditPage.model_validate_json(answer.content)

    async def people(self, search: str, offset: int) -> list[Person]:
        """People whose name contains `search`, from `offset` on; one more than fit on a page where there
        are more."""
        params = {"name_filter": search, "offset": offset, "limit": PEOPLE_ON_A_PAGE + 1}
        answer = await self._ask("GET", "users", params=params)
        return [_person(model) for model in cast("list[dict[str, Any]]", answer.json())]

    async def banner(self) -> Banner | None:
        """The banner that is shown now."""
        found = (await self._ask("GET", "eohub/banner")).json()
        return None if found is None else Banner.model_validate(found)

    async def put_banner(self, fields: Mapping[str, object]) -> None:
        """Put up a banner."""
        await self._ask("PUT", "eohub/banner", json=dict(fields))

    async def take_banner_down(self) -> None:
        """Take the banner down."""
        await self._ask("DELETE", "eohub/banner")

    async def terms(self) -> tuple[Terms | None, int]:
        """The terms in force, and how many people accepted them."""
        found = (await self._ask("GET", "eohub/terms")).json()
        if found is None:
            return None, 0
        accepted = int(found.pop("accepted_by"))
        return Terms.model_validate(found), accepted

    async def publish(self, text: str) -> None:
        """Publish new terms."""
        await self._ask("POST", "eohub/terms", json={"text": text})

    async def _ask(self, method: str, path: str, **options: Any) -> httpx2.Response:
        answer = await self._client.request(method, path, headers=self._headers, **options)
        if answer.status_code < 400:
            return answer
        sentence = _message(answer)
        if answer.status_code in (401, 403):
            raise Forbidden(sentence, hint="Log in again, or ask for the right to do this.")
        raise Invalid(sentence)


def _person(model: Mapping[str, Any]) -> Person:
    active = model.get("last_activity")
    return Person(
        name=model["name"],
        groups=tuple(sorted(model.get("groups") or ())),
        last_activity=None if active is None else datetime.fromisoformat(active),
        servers=len(model.get("servers") or ()),
    )


def _message(answer: httpx2.Response) -> str:
    try:
        told = answer.json().get("message")
    except (ValueError, AttributeError):
        told = None
    return str(told) if told else f"The hub answered {answer.status_code}."
