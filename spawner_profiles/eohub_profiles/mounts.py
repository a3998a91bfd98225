"""Mounts of the policy for one person: the placeholders in a prefix filled in."""

import hashlib
import re
from collections.abc import Iterator

from eohub_profiles.decision import MountPlan, Subject
from eohub_profiles.fields import GROUP, USER
from eohub_profiles.model import Mount

_USER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+=-]{0,127}")
_PLAIN_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,58}[a-z0-9])?")
_OTHER = re.compile(r"[^a-z0-9]+")


def has_usable_name(subject: Subject) -> bool:
    """Tell whether the person's name can stand in a prefix and mean nothing but itself."""
    return _USER.fullmatch(subject.name) is not None


def group_slug(group: str) -> str:
    """Name a group's folder: the group where that is a harmless name, else a slug with a hash.

    Two groups never share one: a slug has two hyphens before its hash, and so has no plain name.
    """
    if _PLAIN_SLUG.fullmatch(group) and "--" not in group:
        return group
    digest = hashlib.sha256(group.encode()).hexdigest()[:16]
    return f"{_OTHER.sub('-', group.lower()).strip('-')[:30].strip('-') or 'group'}--{digest}"


def planned(mount: Mount, subject: Subject) -> Iterator[MountPlan]:
    """Give what a mount is for one person: one part, or one for each group that its prefix names.

    Raises ValueError where the prefix needs a name that cannot stand in it.
    """
    if USER in mount.prefix and not has_usable_name(subject):
        raise ValueError("the name cannot stand in a prefix")
    prefix = mount.prefix.replace(USER, subject.name)
    if GROUP not in prefix:
        yield _plan(mount, mount.name, mount.title, prefix)
        return
    for group in sorted(subject.groups.intersection(mount.groups)):
        slug = group_slug(group)
        yield _plan(mount, f"{mount.name}-{slug}", f"{mount.title} ({group})", prefix.replace(GROUP, slug))


def _plan(mount: Mount, name: str, title: str, prefix: str) -> MountPlan:
    return MountPlan(name, title, mount.bucket, prefix, read_only=mount.access == "read-only")
