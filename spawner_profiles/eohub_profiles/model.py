"""What a site writes in policy.yaml, profiles/*.yaml and mounts/*.yaml, as frozen models that refuse anything
else."""

from collections.abc import Callable
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from eohub_profiles.fields import (
    GROUP,
    Access,
    AllowedImage,
    Bucket,
    Contact,
    Cores,
    Groups,
    Image,
    LabelKey,
    LabelValue,
    MemoryBytes,
    Name,
    Names,
    Percent,
    Prefix,
    Price,
    PriorityClass,
    Resource,
    Seconds,
    SecondsOrNever,
    StorageBytes,
    Title,
    distinct,
)
from eohub_profiles.sizes import UNITS


class Model(BaseModel):
    """The base of all that a site writes: frozen, no unknown field, no silent conversion."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ForGroups(Model):
    """Something that members of any of these groups may use; without groups of its own, everybody may."""

    groups: Groups = ()

    def is_open_to(self, groups: frozenset[str]) -> bool:
        """Tell whether a member of these groups may use it."""
        return not self.groups or not groups.isdisjoint(self.groups)


class Environment(ForGroups):
    """A software environment that a server can be started with; on a cluster it is a container image."""

    id: Name
    title: Title
    image: Image | None = None


class Images(ForGroups):
    """Images that people may name themselves: patterns for the whole reference, and who may."""

    allowed: Annotated[tuple[AllowedImage, ...], Field(max_length=50)]
    digest: Literal["optional", "required"] = "optional"


class Culling(Model):
    """When servers end; `never` is None."""

    idle_seconds: SecondsOrNever = Field(default=3_600, alias="idle")
    grace_seconds: Seconds = Field(default=600, alias="grace")
    keep_seconds: SecondsOrNever = Field(default=3_600, alias="keep")
    maximum_age_seconds: SecondsOrNever = Field(default=86_400, alias="maximum_age")
    cpu_percent: Percent = 10.0
    gpu_percent: Percent = 5.0

    def overridden_by(self, other: "Culling") -> "Culling":
        """Return these rules with those that `other` writes out."""
        return self.model_copy(update={name: getattr(other, name) for name in other.model_fields_set})


class Tier(ForGroups):
    """What a person may have at all, whatever the profile; the first tier with a group of theirs counts.

    Without `profiles`, every profile; `idle` and `maximum_age` shorten what the profile says.
    """

    name: Name
    title: Title
    servers_per_user: Annotated[int, Field(ge=1, le=100)]
    profiles: Names | None = None
    idle_seconds: SecondsOrNever = Field(default=None, alias="idle")
    maximum_age_seconds: SecondsOrNever = Field(default=None, alias="maximum_age")


class Gpu(Model):
    """GPUs under the name by which Kubernetes counts them, and how people call them."""

    resource: Resource = "nvidia.com/gpu"
    count: Annotated[int, Field(ge=1, le=64)] = 1
    title: Title
    memory_bytes: MemoryBytes | None = Field(default=None, alias="memory")


class Tolerated(Model):
    """A taint of Kubernetes nodes that a server may run beside."""

    key: LabelKey
    operator: Literal["Equal", "Exists"] = "Equal"
    value: LabelValue = ""
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute", ""] = ""


class Nodes(Model):
    """On which nodes of a cluster a profile's servers run."""

    node_selector: Annotated[dict[LabelKey, LabelValue], Field(max_length=20)] = Field(
        default_factory=dict[str, str]
    )
    tolerations: Annotated[tuple[Tolerated, ...], Field(max_length=20)] = ()
    priority_class: PriorityClass | None = None


class Amount(Model):
    """Cores, memory in bytes, price in micro-EUR per hour, and GPUs if any."""

    name: Name
    title: Title
    cpu: Cores
    memory_bytes: MemoryBytes = Field(alias="memory")
    price_micro_eur_per_hour: Price = Field(alias="price")
    gpu: Gpu | None = None


class Size(Amount):
    """A further size of a profile; its GPUs are the size's own, not those of the profile."""


def _distinct_entries[M: BaseModel](
    what: str, attribute: str = "name"
) -> Callable[[tuple[M, ...]], tuple[M, ...]]:
    def check(entries: tuple[M, ...]) -> tuple[M, ...]:
        distinct(what, [str(getattr(entry, attribute)) for entry in entries])
        return entries

    return check


def _at_least_one[M](entries: tuple[M, ...]) -> tuple[M, ...]:
    # Not `min_length`: pydantic would count only the sound entries and tell of a second fault.
    if not entries:
        raise ValueError("must have at least one entry")
    return entries


class Profile(Amount, ForGroups):
    """A kind of server: its own size and further ones, who may start it, where it runs and when it ends.

    Without `environments`, every environment.
    """

    ephemeral_storage_bytes: StorageBytes = Field(default=10 * UNITS["GiB"], alias="ephemeral_storage")
    sizes: Annotated[tuple[Size, ...], Field(max_length=20), AfterValidator(_distinct_entries("size"))] = ()
    environments: Names | None = None
    placement: Nodes = Nodes()
    culling: Culling = Culling()

    def amount(self, size: str) -> Amount | None:
        """Return the profile itself for `""`, a further size by its name, None for any other."""
        return next((each for each in self.sizes if each.name == size), None) if size else self


class Mount(ForGroups):
    """Data that a server can show as files: a bucket, or what lies below a prefix of it.

    In the prefix, `{user}` stands for the person's name, and `{group}` for each group of the mount that they
    are in.
    """

    name: Name
    title: Title
    bucket: Bucket
    prefix: Prefix = ""
    access: Access

    @model_validator(mode="after")
    def _names_its_groups(self) -> Self:
        if GROUP in self.prefix and not self.groups:
            raise ValueError(f"needs groups, since its prefix has {GROUP}")
        return self


def _ordered_tiers(tiers: tuple[Tier, ...]) -> tuple[Tier, ...]:
    if tiers[-1].groups:
        raise ValueError("must end with a tier without groups, for people who are in none")
    for tier in tiers[:-1]:
        if not tier.groups:
            raise ValueError(
                f"has the tier {tier.name!r} without groups before the last, which hides the rest"
            )
    return tiers


class SiteRules(Model):
    """The rules for the whole site: what policy.yaml holds."""

    support: Contact
    tiers: Annotated[
        tuple[Tier, ...],
        Field(max_length=50),
        AfterValidator(_at_least_one),
        AfterValidator(_distinct_entries("tier")),
        AfterValidator(_ordered_tiers),
    ]
    environments: Annotated[
        tuple[Environment, ...],
        Field(max_length=50),
        AfterValidator(_at_least_one),
        AfterValidator(_distinct_entries("environment", "id")),
    ]
    images: Images | None = None
    culling: Culling = Culling()


class Policy(SiteRules):
    """All that decides: the rules of the site, its profiles and its mounts."""

    profiles: Annotated[
        tuple[Profile, ...], AfterValidator(_at_least_one), AfterValidator(_distinct_entries("profile"))
    ]
    mounts: Annotated[tuple[Mount, ...], AfterValidator(_distinct_entries("mount"))] = ()

    def profile(self, name: str) -> Profile | None:
        """Return the profile of this name."""
        return next((each for each in self.profiles if each.name == name), None)

    def environment(self, name: str) -> Environment | None:
        """Return the environment of this id."""
        return next((each for each in self.environments if each.id == name), None)

    def mount(self, name: str) -> Mount | None:
        """Return the mount of this name."""
        return next((each for each in self.mounts if each.name == name), None)
