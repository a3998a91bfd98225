"""The form on which a person chooses a server: what it shows, decided here, written out by a template."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader

from eohub_hub.isolation.limits import Machine
from eohub_hub.spawner.choice import Choice, suggested
from eohub_profiles.decision import Reason, Refusal
from eohub_profiles.model import Profile
from eohub_profiles.offers import Choosable, Offer, environments_for, images_for, mounts_for, offers
from eohub_profiles.tiers import tier_of, tier_text
from eohub_profiles.wording import listed

if TYPE_CHECKING:
    from eohub_hub.spawner.planned import PlannedSpawner

PAGES = Path(__file__).parents[1] / "pages"
FIELDS = ("profile", "environment", "server_name", "size", "mounts")
"""Fields that a reason may stand beside in every form; the one for an image is not always there."""


@dataclass(frozen=True, slots=True)
class SpawnForm:
    """All that the template shows; it decides nothing."""

    offers: tuple[Offer, ...]
    environments: tuple[Choosable, ...]
    choice: Choice
    server: str | None
    enforcement: tuple[str, ...]
    isolation: str
    blocked: str | None = None
    support: str = ""
    machine_note: str | None = None
    mounts: tuple[Choosable, ...] = ()
    mounts_obstacle: str | None = None
    images: tuple[str, ...] = ()
    tier: str = ""
    ends_servers: bool = False
    reasons: Mapping[str, tuple[Reason, ...]] = field(default_factory=dict[str, tuple[Reason, ...]])

    @property
    def can_start(self) -> bool:
        """Whether there is anything to start."""
        return self.blocked is None and any(offer.is_allowed for offer in self.offers)

    @property
    def refusal(self) -> Refusal | None:
        """Why nothing can be started whatever is chosen; None where a choice is left."""
        shared = _shared(self.offers)
        return Refusal(shared) if shared else None

    def reasons_for(self, option: str) -> tuple[Reason, ...]:
        """The reasons of a refusal that belong beside a field (`""`: above the form)."""
        beside = self.reasons.get(option, ())
        return beside if option else tuple(dict.fromkeys((*beside, *_shared(self.offers))))

    def reasons_of(self, offer: Offer) -> tuple[Reason, ...]:
        """Why this profile cannot be started, beside what is said once above the form."""
        shared = _shared(self.offers)
        return tuple(reason for reason in offer.reasons if reason not in shared)

    @property
    def has_gpus(self) -> bool:
        """Whether any profile has GPUs, so that the form needs a column for them."""
        return any(offer.gpu_text for offer in self.offers)

    @property
    def lifetime(self) -> str:
        """When a server ends; empty where profiles differ in that, or nothing ends any."""
        texts = {offer.lifetime_text for offer in self.offers if offer.is_allowed}
        return texts.pop() if self.ends_servers and len(texts) == 1 else ""

    def lifetime_of(self, offer: Offer) -> str:
        """When a server of this profile ends, where that differs between profiles."""
        return offer.lifetime_text if self.ends_servers and offer.is_allowed and not self.lifetime else ""

    def refused(self, refusal: Refusal) -> "SpawnForm":
        """The form with each reason beside the field that it belongs to."""
        fields = (*FIELDS, "image") if self.images else FIELDS
        return replace(self, reasons=by_option(refusal, fields))

    def completed(self, options: Mapping[str, list[str]]) -> dict[str, list[str]]:
        """Add what the form would fill in to the options of a link that says only a part."""
        profile = self.choice.profile or self.offers[0].profile
        environment = self.choice.environment or self.environments[0].name
        filled = {"profile": [profile], "environment": [environment], "mounts": list(self.choice.mounts)}
        return {name: values for name, values in (filled | dict(options)).items() if values}

    def render(self) -> str:
        """Write the form's fields as HTML; every text is escaped."""
        return _templates().get_template("spawn_options.html").render(form=self)


def by_option(refusal: Refusal, fields: Sequence[str] = FIELDS) -> dict[str, tuple[Reason, ...]]:
    """Group a refusal's reasons by the form's field that they belong beside."""
    grouped: dict[str, tuple[Reason, ...]] = {}
    for reason in refusal.reasons:
        option = reason.option or ""
        place = option if option in fields else ""
        grouped[place] = (*grouped.get(place, ()), reason)
    return grouped


def on_machine(offered: Sequence[Offer], profiles: Sequence[Profile], machine: Machine) -> tuple[Offer, ...]:
    """Write beside each profile how many of its cores this machine has."""
    cores = len(machine.cores)
    cpu = {profile.name: profile.cpu for profile in profiles}
    return tuple(
        replace(offer, cpu_text=f"{cores} of {offer.cpu_text}") if 0 < cores < cpu[offer.profile] else offer
        for offer in offered
    )


def with_free_gpus(offered: Sequence[Offer], free: Mapping[str, str]) -> tuple[Offer, ...]:
    """Write beside each profile's GPUs how many of their kind are free now."""
    return tuple(
        replace(offer, gpu_text=f"{offer.gpu_text}, {free[offer.profile]}")
        if offer.profile in free and offer.gpu_text
        else offer
        for offer in offered
    )


def machine_note(profiles: Iterable[Profile], machine: Machine) -> str | None:
    """Say which profiles are larger than this machine, None where none is."""
    larger = [each.title for each in profiles if machine.is_smaller_than(each.cpu, each.memory_bytes)]
    if not larger:
        return None
    cores = f"{len(machine.cores)} core{'' if len(machine.cores) == 1 else 's'}" if machine.cores else ""
    memory = f"{machine.memory_bytes / 2**30:.1f} GiB of memory" if machine.memory_bytes else ""
    has = " and ".join(part for part in (cores, memory) if part)
    are = "is" if len(larger) == 1 else "are"
    return f"{listed(larger)} {are} larger than this machine, which has {has} in all."


async def form_of(spawner: "PlannedSpawner", server: str | None = None) -> SpawnForm:
    """Decide what the form shows to the person whose server `spawner` is.

    `server` names a server that is not there yet. Whatever runs counts against it: a server that runs has no
    form.
    """
    site = spawner.grounds
    policy, place = site.policy, site.place
    person = await spawner.person()
    subject = spawner.subject(person)
    offered = offers(subject, spawner.usage(), policy, place)
    environments, mounts = environments_for(subject, policy, place), mounts_for(subject, policy, place)
    stored = spawner.orm_spawner.user_options or spawner.user.spawner.orm_spawner.user_options
    return SpawnForm(
        offers=with_free_gpus(on_machine(offered, policy.profiles, site.machine), await spawner.free_gpus()),
        environments=environments,
        mounts=mounts,
        mounts_obstacle=site.mounts_obstacle,
        images=images_for(subject, policy) if place.runs_images else (),
        tier=tier_text(tier_of(subject.groups, policy)),
        ends_servers=place.ends_servers,
        choice=suggested(offered, environments, mounts, policy, stored),
        server=(spawner.display_name or spawner.name) if spawner.name else server,
        enforcement=site.limits_lines,
        isolation=site.separation,
        blocked=await spawner.blocked(person),
        support=policy.support,
        machine_note=machine_note(
            (profile for profile, offer in zip(policy.profiles, offered, strict=True) if offer.is_allowed),
            site.machine,
        ),
    )


async def form_for(spawner: "PlannedSpawner") -> str:
    """Write the form for the person whose server `spawner` is, as JupyterHub's `options_form` wants it."""
    return (await form_of(spawner)).render()


def _shared(offered: Sequence[Offer]) -> tuple[Reason, ...]:
    """The reasons about the whole request, where no profile is without them."""
    first = offered[0].reasons if offered else ()
    return tuple(
        each for each in first if each.option is None and all(each in offer.reasons for offer in offered)
    )


@cache
def _templates() -> Environment:
    return Environment(loader=FileSystemLoader(PAGES), autoescape=True, trim_blocks=True, lstrip_blocks=True)
