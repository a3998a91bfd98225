"""What crosses the wire: from a person's server to the lifetime service and back, and on to the browser."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

type Count = Annotated[int, Field(ge=0, le=1_000_000_000)]


class Report(BaseModel):
    """What a server was doing since its last report that arrived; which server it is, its token says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    busy_kernels: Count = Field(default=0, description="Kernels that ran something")
    cpu_percent: float = Field(
        default=0.0, ge=0, le=1_000_000, allow_inf_nan=False, description="Of one core, summed over processes"
    )
    gpu_percent: float | None = Field(
        default=None, ge=0, le=100, allow_inf_nan=False, description="Of the busiest GPU; null: none to read"
    )
    dask_tasks: Count = Field(default=0, description="Tasks that clusters of its kernels work on")
    terminal_jobs: Count = Field(default=0, description="Terminals with a job in the foreground")


class Ending(BaseModel):
    """That a server is going to be stopped, and what a person can do about it."""

    model_config = ConfigDict(frozen=True)

    stops_in_seconds: float = Field(description="Not below 0, which is: at any moment")
    cause: Literal["refused", "age", "idle"]
    why: str = Field(description="A sentence for the person")
    keep_seconds: float | None = Field(
        description="For how long a `keep` would make it live from now on; null: it would not"
    )


class ServerLifetime(BaseModel):
    """When a server ends, as far as it is known now."""

    model_config = ConfigDict(frozen=True)

    ending: Ending | None = Field(description="The warning, null where nothing ends the server soon")
    rules: str = Field(description="The rules for this server, a sentence; empty: not known yet")
    busy_with: tuple[str, ...] = Field(description="What it was last seen to work on")
    age_seconds: float | None = Field(description="How long it has been running; null: not known yet")
    refresh_seconds: float = Field(description="After which time to report, or to ask, again")


class Nothing(BaseModel):
    """A request without a body."""

    model_config = ConfigDict(extra="forbid")
