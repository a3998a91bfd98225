"""What the form offers to one person: every choice with its texts, and why not, in the words of a refusal."""

from dataclasses import dataclass

from eohub_profiles.decision import ANYWHERE, Place, Reason, Subject, Usage
from eohub_profiles.model import Amount, Environment, Gpu, Policy, Profile
from eohub_profiles.pricing import format_price
from eohub_profiles.reasons import Reasons
from eohub_profiles.sizes import format_size
from eohub_profiles.tiers import lifetime_of, lifetime_text, tier_of


@dataclass(frozen=True, slots=True)
class SizeOffer:
    """A size of a profile as the form shows it; the profile's own has no name."""

    name: str
    title: str
    cpu_text: str
    memory_text: str
    gpu_text: str
    price_text: str

    def __str__(self) -> str:
        """Write it as one line: `8 CPU, 32 GiB, 1 x L4 24 GiB, 0.98 EUR/h`."""
        return ", ".join(filter(None, (self.cpu_text, self.memory_text, self.gpu_text, self.price_text)))


@dataclass(frozen=True, slots=True)
class Offer:
    """A profile as the form shows it to one person; without reasons it may be started."""

    profile: str
    title: str
    cpu_text: str
    memory_text: str
    price_text: str
    price_micro_eur_per_hour: int
    reasons: tuple[Reason, ...] = ()
    gpu_text: str = ""
    lifetime_text: str = ""
    sizes: tuple[SizeOffer, ...] = ()

    @property
    def is_allowed(self) -> bool:
        """Tell whether the person may start it now."""
        return not self.reasons


@dataclass(frozen=True, slots=True)
class Choosable:
    """An environment or a mount as the form shows it to one person; `note` is what it is beside its title."""

    name: str
    title: str
    note: str = ""
    reasons: tuple[Reason, ...] = ()

    @property
    def is_allowed(self) -> bool:
        """Tell whether the person may choose it."""
        return not self.reasons


def offers(subject: Subject, usage: Usage, policy: Policy, place: Place = ANYWHERE) -> tuple[Offer, ...]:
    """Return every profile in the policy's order, with its texts and why it cannot be started now.

    The answer is for a further server: one that is not among the running ones.
    """
    tier = tier_of(subject.groups, policy)
    say = Reasons(policy)
    shared = tuple(say.of_count(usage.running_servers, tier))
    return tuple(
        _offer(
            profile,
            lifetime_text(lifetime_of(profile, tier, policy)),
            (*say.of_profile(profile, subject, tier), *say.of_place(profile, "", place), *shared),
        )
        for profile in policy.profiles
    )


def environments_for(subject: Subject, policy: Policy, place: Place = ANYWHERE) -> tuple[Choosable, ...]:
    """Return the environments in the policy's order, with why the person may not choose one.

    Those that the place does not list are left out, unless it lists none.
    """
    say = Reasons(policy)
    listed = [each for each in policy.environments if place.environment(each.id).listed]
    return tuple(
        Choosable(
            each.id,
            each.title,
            "; ".join(filter(None, (place.environment(each.id).note, _profiles_of(each, policy)))),
            tuple(say.of_environment(each, subject, place)),
        )
        for each in listed or policy.environments
    )


def mounts_for(subject: Subject, policy: Policy, place: Place = ANYWHERE) -> tuple[Choosable, ...]:
    """Return every mount in the policy's order, with why the person may not choose it."""
    say = Reasons(policy)
    return tuple(
        Choosable(
            each.name,
            each.title,
            "read only" if each.access == "read-only" else "",
            tuple(say.of_mount(each, subject, place)),
        )
        for each in policy.mounts
    )


def images_for(subject: Subject, policy: Policy) -> tuple[str, ...]:
    """Return the patterns of images that the person may name, none where they may name no image."""
    images = policy.images
    return images.allowed if images is not None and images.is_open_to(subject.groups) else ()


def gpu_text(gpu: Gpu | None) -> str:
    """Write a profile's GPUs as `1 x L4 24 GiB`; nothing where there are none."""
    if gpu is None:
        return ""
    memory = "" if gpu.memory_bytes is None else f" {format_size(gpu.memory_bytes)}"
    return f"{gpu.count} x {gpu.title}{memory}"


def _offer(profile: Profile, ends: str, reasons: tuple[Reason, ...]) -> Offer:
    own = _size("", profile)
    return Offer(
        profile=profile.name,
        title=profile.title,
        cpu_text=own.cpu_text,
        memory_text=own.memory_text,
        price_text=own.price_text,
        price_micro_eur_per_hour=profile.price_micro_eur_per_hour,
        reasons=reasons,
        gpu_text=own.gpu_text,
        lifetime_text=ends,
        sizes=(own, *(_size(size.name, size) for size in profile.sizes)) if profile.sizes else (),
    )


def _size(name: str, amount: Amount) -> SizeOffer:
    return SizeOffer(
        name=name,
        title=amount.title,
        cpu_text=f"{amount.cpu:g} CPU",
        memory_text=format_size(amount.memory_bytes),
        gpu_text=gpu_text(amount.gpu),
        price_text=format_price(amount.price_micro_eur_per_hour),
    )


def _profiles_of(environment: Environment, policy: Policy) -> str:
    """Say which profiles an environment goes with, where it is not all of them."""
    titles = [
        each.title
        for each in policy.profiles
        if each.environments is None or environment.id in each.environments
    ]
    return "" if len(titles) == len(policy.profiles) else f"with {', '.join(titles) or 'no profile'}"
