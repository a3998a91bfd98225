"""What the administrators' pages ask the hub: what runs and what it costs, and the policy in force."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

from jupyterhub.apihandlers.base import APIHandler

from eohub_hub.access import ADMIN_READ
from eohub_hub.addresses import needs_scope
from eohub_hub.admin.contract import PolicyInForce, PolicyRow, RunningServer, RunningServers, TierRow
from eohub_hub.spawner.spend import moment, spent_micro_eur
from eohub_profiles.model import Amount, Policy, Profile
from eohub_profiles.pricing import format_price
from eohub_profiles.sizes import format_size

MOST_SERVERS = 500


class Source(Protocol):
    """Where the policy in force comes from."""

    version: str
    loaded_at: datetime
    fault: str | None

    def current(self) -> Policy:
        """The policy in force."""
        ...


class ServersCall(APIHandler):
    """`/api/eohub/servers`: what runs, and what it has cost so far."""

    @needs_scope(ADMIN_READ)
    async def get(self) -> None:
        """Answer the running servers, the dearest first."""
        spawners = [spawner for user in self.users.values() for spawner in user.spawners.values()]
        self.finish(running_servers(spawners, datetime.now(UTC)).model_dump_json())


class PolicyCall(APIHandler):
    """`/api/eohub/policy`: the policy in force."""

    @needs_scope(ADMIN_READ)
    async def get(self) -> None:
        """Answer version, fault, tiers, profiles and environments."""
        site = self.settings["spawner_class"].site
        self.finish(policy_in_force(site.policies).model_dump_json())


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
        started = moment(record.started)
        price = spawner.price_micro_eur_per_hour
        yield RunningServer(
            user=spawner.user.name,
            server=spawner.name,
            display_name=spawner.display_name or "",
            profile=spawner.size_text,
            state=_state(spawner.pending),
            started=started,
            last_activity=moment(record.last_activity),
            price_micro_eur_per_hour=price,
            cost_micro_eur=spent_micro_eur(price, started, now),
        )


def _state(pending: str | None) -> Literal["starting", "running", "stopping"]:
    match pending:
        case "spawn":
            return "starting"
        case "stop":
            return "stopping"
        case _:
            return "running"


def policy_in_force(source: Source) -> PolicyInForce:
    """The policy as administrators read it."""
    policy = source.current()
    return PolicyInForce(
        version=source.version,
        loaded_at=source.loaded_at,
        fault=source.fault,
        tiers=tuple(
            TierRow(
                title=tier.title,
                groups=tier.groups,
                servers_per_user=tier.servers_per_user,
                profiles=tier.profiles,
            )
            for tier in policy.tiers
        ),
        profiles=tuple(
            _row(profile, amount) for profile in policy.profiles for amount in (profile, *profile.sizes)
        ),
        environments=tuple(each.title for each in policy.environments),
    )


def _row(profile: Profile, amount: Amount) -> PolicyRow:
    is_size = amount is not profile
    gpu = "" if amount.gpu is None else f", {amount.gpu.count} x {amount.gpu.title}"
    return PolicyRow(
        name=f"{profile.name}/{amount.name}" if is_size else profile.name,
        title=f"{profile.title}, {amount.title}" if is_size else profile.title,
        size=f"{amount.cpu:g} CPU, {format_size(amount.memory_bytes)}{gpu}",
        price=format_price(amount.price_micro_eur_per_hour),
        groups=profile.groups,
    )


HANDLERS: list[tuple[str, type[Any]]] = [
    (r"/api/eohub/servers", ServersCall),
    (r"/api/eohub/policy", PolicyCall),
]
