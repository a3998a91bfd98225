"""What a decision is about and what comes out of it: frozen values without behaviour of their own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


class Rule(StrEnum):
    """The rule that a refusal rests on; the value is stable, for logs and metrics."""

    UNKNOWN_OPTION = "unknown-option"
    MISSING_OPTION = "missing-option"
    MALFORMED_OPTION = "malformed-option"
    UNKNOWN_PROFILE = "unknown-profile"
    UNKNOWN_ENVIRONMENT = "unknown-environment"
    UNKNOWN_SIZE = "unknown-size"
    UNKNOWN_MOUNT = "unknown-mount"
    ENVIRONMENT = "environment"
    IMAGE = "image"
    MOUNT = "mount"
    GROUP = "group"
    TIER = "tier"
    NOT_HERE = "not-here"
    SERVERS_PER_USER = "servers-per-user"


# Rules that no right and no freed server would satisfy: the request itself must be written differently.
REQUEST_RULES = frozenset(
    {
        Rule.UNKNOWN_OPTION,
        Rule.MISSING_OPTION,
        Rule.MALFORMED_OPTION,
        Rule.UNKNOWN_PROFILE,
        Rule.UNKNOWN_ENVIRONMENT,
        Rule.UNKNOWN_SIZE,
        Rule.UNKNOWN_MOUNT,
        Rule.ENVIRONMENT,
        Rule.IMAGE,
    }
)
# Rules about who somebody is: a membership would satisfy them, waiting would not.
RIGHT_RULES = frozenset({Rule.GROUP, Rule.TIER, Rule.MOUNT})


@dataclass(frozen=True, slots=True)
class Subject:
    """Who asks: identified by issuer and subject, named for display, with canonical group names."""

    issuer: str
    sub: str
    name: str
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Usage:
    """What the subject uses now: names of running or starting servers (JupyterHub's default one is "")."""

    running_servers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class EnvironmentHere:
    """What a place knows of an environment: a note beside its title, and why it cannot be used, if so.

    One that is not `listed` was never there, and whoever chooses is not told of it.
    """

    note: str = ""
    obstacle: str = ""
    listed: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """What the place where servers run can do beside running processes.

    `environments` has what is known there of each by its id; of what is not in it, nothing is known.
    """

    has_gpus: bool = True
    runs_images: bool = True
    shows_data_as_files: bool = True
    ends_servers: bool = True
    environments: Mapping[str, EnvironmentHere] = field(default_factory=dict[str, EnvironmentHere])

    def environment(self, identifier: str) -> EnvironmentHere:
        """Return what is known of an environment."""
        return self.environments.get(identifier, EnvironmentHere())


ANYWHERE = Place()
ONE_MACHINE = Place(has_gpus=False, runs_images=False, shows_data_as_files=False, ends_servers=False)
"""As it comes; a hub says what it has beside that."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the subject asks for; the names are not yet known to exist, `""` is the profile's own size."""

    profile: str
    environment: str
    server_name: str = ""
    size: str = ""
    image: str = ""
    mounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GpuRequest:
    """GPUs (or parts of one) under the name by which Kubernetes counts them; `title` is for people."""

    resource: str
    count: int
    title: str
    memory_bytes: int | None


@dataclass(frozen=True, slots=True)
class MountPlan:
    """Objects to show as files: all of a bucket below `prefix`, which is empty or ends with a slash."""

    name: str
    title: str
    bucket: str
    prefix: str
    read_only: bool


@dataclass(frozen=True, slots=True)
class Toleration:
    """A taint of Kubernetes nodes that the server may run beside; an empty effect means every effect."""

    key: str
    operator: Literal["Equal", "Exists"]
    value: str
    effect: str


@dataclass(frozen=True, slots=True)
class Placement:
    """On which nodes of a cluster the server may run."""

    node_selector: Mapping[str, str]
    tolerations: tuple[Toleration, ...]
    priority_class: str | None


@dataclass(frozen=True, slots=True)
class Lifetime:
    """When the server ends: without activity, and at the latest; None means never for this cause.

    Whoever is warned has `grace_seconds`, and may add `keep_seconds` (0: may not). The server is busy above
    `cpu_percent` of one core, or above `gpu_percent` of a GPU.
    """

    idle_seconds: int | None
    grace_seconds: int
    keep_seconds: int
    maximum_age_seconds: int | None
    cpu_percent: float
    gpu_percent: float


@dataclass(frozen=True, slots=True)
class Plan:
    """The complete specification of a server: the only thing that a spawner may obey.

    `size` is None for the profile's own; `image` is None where the environment is not a container image.
    """

    profile: str
    title: str
    tier: str
    size: str | None
    cpu: float
    memory_bytes: int
    threads: int
    gpu: GpuRequest | None
    ephemeral_storage_bytes: int
    environment: str
    image: str | None
    mounts: tuple[MountPlan, ...]
    placement: Placement
    lifetime: Lifetime
    price_micro_eur_per_hour: int


@dataclass(frozen=True, slots=True)
class Reason:
    """Why not: the rule, a sentence for the person, what would change it and whom to ask.

    `option` is the form's field that the reason belongs beside; None means the whole request. The texts may
    quote what a person sent, so a page must escape them.
    """

    rule: Rule
    sentence: str
    change: str
    ask: str
    option: str | None = None

    def __str__(self) -> str:
        """Write the reason as one line."""
        return f"{self.sentence} {self.change} Ask: {self.ask}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Every reason why a request is refused; there is at least one."""

    reasons: tuple[Reason, ...]

    @property
    def is_invalid_request(self) -> bool:
        """Tell whether the request itself is wrong, rather than not allowed to this person now."""
        return any(reason.rule in REQUEST_RULES for reason in self.reasons)

    @property
    def is_missing_right(self) -> bool:
        """Tell whether the person lacks a right, whatever else is in the way."""
        return any(reason.rule in RIGHT_RULES for reason in self.reasons)

    def __str__(self) -> str:
        """Write one reason a line, as a refused REST call shows it."""
        return "\n".join(str(reason) for reason in self.reasons)
