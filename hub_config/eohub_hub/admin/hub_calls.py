"""Addresses of the hub that the administrators' pages ask: what runs and what it costs."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Literal

from jupyterhub.apihandlers.base import APIHandler

from eohub_hub.access import ADMIN_READ
from eohub_hub.addresses import needs_scope
from eohub_hub.admin.contract import RunningServer, RunningServers
from eohub_profiles.pricing import cost

MOST_SERVERS = 500


class ServersCall(APIHandler):
    """`/api/eohub/servers`: what runs, and what it has cost so far."""

    @needs_scope(ADMIN_READ)
    async def get(self) -> None:
        """Answer the running servers, the dearest first."""
        spawners = [spawner for user in self.users.values() for spawner in user.spawners.values()]
        self.finish(running_servers(spawners, datetime.now(UTC)).model_dump_json())


def running_servers(spawners: Iterable[Any], now: datetime) -> RunningServers:
    """What runs among `spawners` at `now`; at most 500 are listed, all are counted."""
    every = sorted(_active(spawners, now), key=lambda each: (-each.cost_micro_eur, each.user, each.server))
    return RunningServers(
        servers=tuple(every[:MOST_SERVERS]),
        total=len(every),
        cost_micro_eur=sum(each.cost_micro_eur for each in every),
        price_micro_eur_per_hour=sum(each.price_micro_eur_per_hour for each in every),
    )


def _active(spawners: Iterable[Any], now: datetime) -> Iterator[RunningServer]:
    for spawner in spawners:
        if not spawner.active:
            continue
        record = spawner.orm_spawner
        started = _utc(record.started)
        price = spawner.price_micro_eur_per_hour
        seconds = 0.0 if started is None else (now - started).total_seconds()
        yield RunningServer(
            user=spawner.user.name,
            server=spawner.name,
            display_name=spawner.display_name or "",
            profile=spawner.size_text,
            state=_state(spawner.pending),
            started=started,
            last_activity=_utc(record.last_activity),
            price_micro_eur_per_hour=price,
            cost_micro_eur=cost(price, seconds),
        )


def _state(pending: str | None) -> Literal["starting", "running", "stopping"]:
    match pending:
        case "spawn":
            return "starting"
        case "stop":
            return "stopping"
        case _:
            return "running"


def _utc(moment: datetime | None) -> datetime | None:
    # JupyterHub keeps times in UTC without saying so.
    return None if moment is None else moment.replace(tzinfo=UTC)


HANDLERS: list[tuple[str, type[Any]]] = [
    (r"/api/eohub/servers", ServersCall),
]
