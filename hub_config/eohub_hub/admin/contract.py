"""What the hub tells the administrators' pages."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class RunningServer(_Model):
    """A server that runs, starts or stops; times in UTC, money in micro-EUR."""

    user: str
    server: str = Field(description="JupyterHub's name of it; empty for the default server")
    display_name: str
    profile: str = Field(description="What was started: the profile's title and price per hour")
    state: Literal["starting", "running", "stopping"]
    started: datetime | None
    last_activity: datetime | None
    price_micro_eur_per_hour: int
    cost_micro_eur: int = Field(description="Since its start, by today's price of the profile")


class RunningServers(_Model):
    """Every running server, the dearest first, at most as many as fit on a page; `total` counts them all."""

    servers: tuple[RunningServer, ...]
    total: int
    cost_micro_eur: int = Field(description="Of all of them since their start")
    price_micro_eur_per_hour: int = Field(description="Of all of them together")


class PolicyRow(_Model):
    """A profile or one of its further sizes, as people read it."""

    name: str
    title: str
    size: str
    price: str
    groups: tuple[str, ...]


class TierRow(_Model):
    """What a person may have at all; the last tier is for people who are in none of the groups before."""

    title: str
    groups: tuple[str, ...]
    servers_per_user: int
    profiles: tuple[str, ...] | None = Field(description="None: every profile")


class PolicyInForce(_Model):
    """The policy that decides now; `fault` says why a newer one on disk is not in force."""

    version: str
    loaded_at: datetime
    fault: str | None
    tiers: tuple[TierRow, ...]
    profiles: tuple[PolicyRow, ...]
    environments: tuple[str, ...]


class AuditEntry(_Model):
    """One line of the audit log."""

    number: int
    time: datetime
    action: str
    actor: str
    object: str
    outcome: str
    details: dict[str, str | int | float | bool | None]


class AuditPage(_Model):
    """Lines of the audit log, the newest first; there may be older ones where `is_all` is false."""

    events: tuple[AuditEntry, ...]
    is_all: bool


class Person(_Model):
    """Somebody whom the hub knows; groups as the identity provider gave them."""

    name: str
    groups: tuple[str, ...]
    last_activity: datetime | None
    servers: int
