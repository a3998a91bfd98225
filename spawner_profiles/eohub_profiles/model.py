"""What a site writes in policy.yaml and profiles/*.yaml, as frozen models that refuse anything else."""

import re
from collections.abc import Callable, Sequence
from typing import Annotated
from unicodedata import normalize

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from eohub_profiles.pricing import parse_price
from eohub_profiles.sizes import UNITS, format_size, parse_size
from eohub_profiles.wording import shown

NAME_CHARACTERS = 30
# The form of JupyterHub's own named servers, so that a name is safe in a URL, a path and a Kubernetes label.
NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
MINIMUM_MEMORY_BYTES = 256 * UNITS["MiB"]
MAXIMUM_MEMORY_BYTES = 64 * UNITS["TiB"]


def is_name(text: str) -> bool:
    """Tell whether `text` is 1 to 30 lowercase letters, digits and single hyphens, a letter first."""
    return len(text) <= NAME_CHARACTERS and NAME.fullmatch(text) is not None


def _name(text: str) -> str:
    if not is_name(text):
        raise ValueError(
            f"must be 1 to {NAME_CHARACTERS} lowercase letters, digits and single hyphens,"
            f" starting with a letter and not ending with a hyphen, not {shown(text)}"
        )
    return text


def _line_of_text(maximum: int) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not text or text != text.strip():
            raise ValueError(f"must not be empty nor begin or end with a space, not {shown(text)}")
        if len(text) > maximum:
            raise ValueError(f"must have at most {maximum} characters")
        if not text.isprintable():
            raise ValueError(f"must be one line of printable text, not {shown(text)}")
        return text

    return check


def _canonical_group(group: str) -> str:
    # The hub's claims arrive in this form; a group written otherwise here would silently never match.
    if any(part != part.strip() or part in ("", ".", "..") for part in group.split("/")):
        raise ValueError(
            f"must be a group's name as the hub knows it, such as platform/admin, not {shown(group)}"
        )
    return normalize("NFC", group)


def _milli_cores(cores: float) -> float:
    if cores != round(cores, 3):
        raise ValueError("must have at most 3 decimals (a thousandth of a core is the smallest unit)")
    return cores


def _reasonable_memory(size_bytes: int) -> int:
    if not MINIMUM_MEMORY_BYTES <= size_bytes <= MAXIMUM_MEMORY_BYTES:
        low, high = format_size(MINIMUM_MEMORY_BYTES), format_size(MAXIMUM_MEMORY_BYTES)
        raise ValueError(f"must be from {low} to {high}, not {format_size(size_bytes)}")
    return size_bytes


def _distinct(what: str, names: Sequence[str]) -> None:
    for position, name in enumerate(names):
        if name in names[:position]:
            raise ValueError(f"names the {what} {shown(name)} twice")


def _distinct_groups(groups: tuple[str, ...]) -> tuple[str, ...]:
    _distinct("group", groups)
    return groups


Name = Annotated[str, AfterValidator(_name)]
Title = Annotated[str, AfterValidator(_line_of_text(60))]
Contact = Annotated[str, AfterValidator(_line_of_text(200))]
Group = Annotated[str, AfterValidator(_line_of_text(255)), AfterValidator(_canonical_group)]
Cores = Annotated[float, Field(ge=0.1, le=512, allow_inf_nan=False), AfterValidator(_milli_cores)]
MemoryBytes = Annotated[int, BeforeValidator(parse_size), AfterValidator(_reasonable_memory)]
Price = Annotated[int, BeforeValidator(parse_price)]


class Model(BaseModel):
    """The base of all that a site writes: frozen, no unknown field, no silent conversion."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Environment(Model):
    """A software environment (an image or a virtual environment) that a server can be started with."""

    id: Name
    title: Title


class Profile(Model):
    """A server size: cores, memory in bytes, price in micro-EUR per hour, and who may start it."""

    name: Name
    title: Title
    cpu: Cores
    memory_bytes: MemoryBytes = Field(alias="memory")
    price_micro_eur_per_hour: Price = Field(alias="price")
    groups: Annotated[tuple[Group, ...], Field(max_length=50), AfterValidator(_distinct_groups)] = ()

    def is_open_to(self, groups: frozenset[str]) -> bool:
        """Tell whether a member of these groups may start it; without groups of its own, everybody may."""
        return not self.groups or not groups.isdisjoint(self.groups)


def _some_environments(environments: tuple[Environment, ...]) -> tuple[Environment, ...]:
    # Not `min_length`: pydantic would count only the sound entries and tell of a second fault.
    if not environments:
        raise ValueError("must have at least one entry")
    _distinct("environment", [environment.id for environment in environments])
    return environments


def _some_profiles(profiles: tuple[Profile, ...]) -> tuple[Profile, ...]:
    if not profiles:
        raise ValueError("must have at least one entry")
    _distinct("profile", [profile.name for profile in profiles])
    return profiles


class SiteRules(Model):
    """The rules for the whole site: what policy.yaml holds."""

    support: Contact
    servers_per_user: Annotated[int, Field(ge=1, le=100)]
    environments: Annotated[tuple[Environment, ...], Field(max_length=50), AfterValidator(_some_environments)]


class Policy(SiteRules):
    """All that decides: the rules of the site and its profiles."""

    profiles: Annotated[tuple[Profile, ...], AfterValidator(_some_profiles)]
