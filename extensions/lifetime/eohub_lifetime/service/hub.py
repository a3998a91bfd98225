"""JupyterHub's API as the service uses it."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from urllib.parse import quote

from eohub_lifetime.running import Running, ServerKey
from eohub_profiles.faults import PolicyError
from eohub_profiles.model import Policy
from eohub_profiles.source import PolicySource
from eohub_toolkit.errors import Upstream
from eohub_toolkit.http import Client
from eohub_toolkit.logs import get_logger

_PAGE = 200
_MOST_PAGES = 1_000
_PAGINATED = "application/jupyterhub-pagination+json"


class HubApi:
    """A Hub on JupyterHub's API.

    The token needs the scopes list:users, read:users:groups, read:servers and delete:servers.
    """

    def __init__(self, client: Client, token: str) -> None:
        self._client = client
        self._headers = {"Authorization": f"token {token}"}

    async def running(self) -> Sequence[Running]:
        """Every server that runs, starts or stops."""
        found: list[Running] = []
        offset: int | None = 0
        for _ in range(_MOST_PAGES):
            page = await self._page(offset)
            found += [each for model in page["items"] for each in _servers_of(model)]
            following = (page.get("_pagination") or {}).get("next")
            if following is None:
                return found
            offset = int(following["offset"])
        raise Upstream("The hub's list of servers has no end.")

    async def stop(self, key: ServerKey) -> bool:
        """Begin to stop a server; False where it does not run any more."""
        user = f"users/{quote(key.user, safe='')}"
        path = f"{user}/servers/{quote(key.server, safe='')}" if key.server else f"{user}/server"
        answer = await self._client.request("DELETE", path, headers=self._headers)
        match answer.status_code:
            case 202 | 204:
                return True
            case 400 | 404:
                return False
            case status:
                raise Upstream(f"The hub did not stop {key}: it answered {status}.")

    async def policy_version(self) -> str:
        """The version of the policy in force; the token needs custom:admin:read."""
        answer = await self._client.get("eohub/policy", headers=self._headers)
        if answer.status_code != 200:
            raise Upstream(f"The hub did not say which policy is in force: it answered {answer.status_code}.")
        return str(answer.json()["version"])

    async def _page(self, offset: int | None) -> dict[str, Any]:
        params = {"state": "active", "offset": offset, "limit": _PAGE, "sort": "id"}
        answer = await self._client.get(
            "users", headers={**self._headers, "Accept": _PAGINATED}, params=params
        )
        if answer.status_code != 200:
            raise Upstream(f"The hub did not say which servers run: it answered {answer.status_code}.")
        return cast("dict[str, Any]", answer.json())


class AgreedPolicies:
    """The policy of our files as long as it is the hub's, and the last one that was while they differ.

    A hub that refuses what is on disk stays with the policy before; by ours alone, servers would be ended
    for what nobody has put in force.
    """

    def __init__(self, hub: HubApi, read: Callable[[], PolicySource]) -> None:
        self._hub = hub
        self._read = read
        self._source: PolicySource | None = None
        self._agreed: Policy | None = None

    async def in_force(self) -> Policy | None:
        """The policy in force; raises Unavailable or Upstream where the hub does not say."""
        version = await self._hub.policy_version()
        source = await asyncio.to_thread(self._look)
        if source is not None and source.version == version:
            self._agreed = source.current()
        if self._agreed is None:
            get_logger().error("the policy on disk is not the hub's, and no other is known", version=version)
        return self._agreed

    def _look(self) -> PolicySource | None:
        try:
            self._source = self._source or self._read()
        except PolicyError as error:
            get_logger().error("the policy on disk cannot be used", why=str(error))
            return None
        self._source.look_now()
        return self._source


def _servers_of(model: Mapping[str, Any]) -> Iterator[Running]:
    groups = frozenset(map(str, model.get("groups") or ()))
    for name, server in (model.get("servers") or {}).items():
        if server.get("stopped") or server.get("started") is None:
            continue
        yield Running(
            key=ServerKey(str(model["name"]), str(name)),
            started_at=_seconds(server["started"]),
            hub_active_at=_seconds(server["last_activity"]) if server.get("last_activity") else None,
            groups=groups,
            options=server.get("user_options") or {},
            is_ready=bool(server.get("ready")) and not server.get("pending"),
        )


def _seconds(time: str) -> float:
    return datetime.fromisoformat(time).timestamp()
