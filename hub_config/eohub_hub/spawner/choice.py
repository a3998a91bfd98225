"""What is filled in when the form is shown: the last choice, what somebody typed, what a link says. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eohub_hub.spawner.decision import previous_request
from eohub_profiles.model import Policy
from eohub_profiles.offers import Choosable, Offer

SIZE_OF = "size-of-"
"""Begins the name of the field that holds a profile's size: without JavaScript each profile needs its own."""

_SHOWN_CHARACTERS = 100
_SHOWN_IMAGE_CHARACTERS = 400
_SHOWN_MOUNTS = 100


@dataclass(frozen=True, slots=True)
class Choice:
    """A value for each field; the texts may be anything that somebody typed."""

    profile: str | None = None
    environment: str | None = None
    server_name: str = ""
    size: str = ""
    image: str = ""
    mounts: tuple[str, ...] = ()


def suggested(
    offered: Sequence[Offer],
    environments: Sequence[Choosable],
    mounts: Sequence[Choosable],
    policy: Policy,
    stored: Mapping[str, object] | None,
) -> Choice:
    """Fill in the last choice where it can be started again, else the first of each that can.

    Without a last choice all data that the person may use is chosen.
    """
    startable = [offer.profile for offer in offered if offer.is_allowed]
    usable = [each.name for each in environments if each.is_allowed]
    places = [each.name for each in mounts if each.is_allowed]
    before = previous_request(stored, policy)
    if before is None:
        first = next(iter(usable), environments[0].name)
        return Choice(next(iter(startable), None), first, mounts=tuple(places))
    same = before.profile in startable
    sizes = [size.name for offer in offered if offer.profile == before.profile for size in offer.sizes]
    return Choice(
        profile=before.profile if same else next(iter(startable), None),
        environment=before.environment if before.environment in usable else next(iter(usable), None),
        size=before.size if same and before.size in sizes else "",
        image=before.image,
        mounts=tuple(name for name in places if name in before.mounts),
    )


def typed(raw: Mapping[str, Sequence[str]]) -> Choice:
    """What a person filled in, to be shown to them again beside the reasons; long texts are cut."""
    first = {name: values[0] for name, values in raw.items() if values}
    return Choice(
        profile=first["profile"][:_SHOWN_CHARACTERS] if "profile" in first else None,
        environment=first["environment"][:_SHOWN_CHARACTERS] if "environment" in first else None,
        server_name=first.get("server_name", "")[:_SHOWN_CHARACTERS],
        size=first.get("size", "")[:_SHOWN_CHARACTERS],
        image=first.get("image", "")[:_SHOWN_IMAGE_CHARACTERS],
        mounts=tuple(name[:_SHOWN_CHARACTERS] for name in raw.get("mounts", ())[:_SHOWN_MOUNTS]),
    )


def with_its_size(filled_in: Mapping[str, list[str]], policy: Policy) -> dict[str, list[str]]:
    """The form's fields as options: of the sizes only that of the chosen profile.

    A field for the size of a profile that is not there stays, and is refused as any unknown option.
    """
    fields = {SIZE_OF + profile.name: profile.name for profile in policy.profiles}
    options = {name: values for name, values in filled_in.items() if name not in fields}
    for field, profile in fields.items():
        if field in filled_in and filled_in.get("profile") == [profile]:
            options.setdefault("size", filled_in[field])
    return options
