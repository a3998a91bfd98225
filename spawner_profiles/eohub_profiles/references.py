"""Names in a policy's files that must be there in others: a tier's profiles, a profile's environments."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from eohub_profiles.faults import Fault, FieldPath, field_name
from eohub_profiles.fields import GROUP
from eohub_profiles.model import Mount, Profile, SiteRules
from eohub_profiles.wording import did_you_mean, listed, shown


@dataclass(frozen=True, slots=True)
class Written[T]:
    """What one file holds, with the line of each of its fields."""

    file: str
    lines: Mapping[FieldPath, int]
    value: T

    def fault(self, path: FieldPath, message: str) -> Fault:
        """Return a fault at a field of the file."""
        line = next(self.lines[path[:end]] for end in range(len(path), -1, -1) if path[:end] in self.lines)
        return Fault(self.file, line, field_name(path), message)


def dangling_references(
    rules: Written[SiteRules], profiles: Sequence[Written[Profile]], mounts: Sequence[Written[Mount]]
) -> Iterator[Fault]:
    """Give a fault for each name that no file has, and for mounts whose folders could have one name."""
    names = [profile.value.name for profile in profiles]
    for position, tier in enumerate(rules.value.tiers):
        path = ("tiers", position, "profiles")
        yield from _unknown(rules, path, tier.profiles or (), "profile", names)
    environments = [environment.id for environment in rules.value.environments]
    for profile in profiles:
        path = ("environments",)
        yield from _unknown(profile, path, profile.value.environments or (), "environment", environments)
    yield from _ambiguous_mounts(mounts)


def _unknown(
    written: Written[SiteRules] | Written[Profile],
    path: FieldPath,
    names: Sequence[str],
    what: str,
    known: Sequence[str],
) -> Iterator[Fault]:
    for position, name in enumerate(names):
        if name not in known:
            hint = did_you_mean(name, known)
            message = f"there is no {what} {shown(name)}{hint or '.'} Known: {listed(known)}"
            yield written.fault((*path, position), message)


def _ambiguous_mounts(mounts: Sequence[Written[Mount]]) -> Iterator[Fault]:
    # A mount with {group} becomes one folder for each group: its name, a hyphen and the group.
    for mount in mounts:
        if GROUP in mount.value.prefix:
            beginning = f"{mount.value.name}-"
            for other in mounts:
                if other.value.name.startswith(beginning):
                    message = f"must not begin with {beginning!r}, as the folders of {mount.file} do"
                    yield other.fault(("name",), message)
