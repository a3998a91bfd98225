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


class Person(_Model):
    """Somebody whom the hub knows; groups as the identity provider gave them."""

    name: str
    groups: tuple[str, ...]
    last_activity: datetime | None
    servers: int
