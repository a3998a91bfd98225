"""Where one person's data lies in S3, and what they may do there. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from eohub_profiles.mounts import group_slug
from eohub_storage.errors import UnusableName

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+=-]{0,127}")
"""No `*`, `?` or `$`, which policies expand, and no `/`, which would reach into another prefix."""


@dataclass(frozen=True, slots=True)
class Place:
    """All objects of `bucket` below `prefix`, which is empty or ends with a slash."""

    bucket: str
    prefix: str
    title: str
    writable: bool


@dataclass(frozen=True, slots=True)
class Sharing:
    """A rule of the site: members of `group` (everybody where it is None) read the data of group `reads`."""

    reads: str
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """How a site's buckets are divided: a prefix for each person, one for each group, and buckets for all.

    `groups` are the groups that have a prefix, None where each has one; without `group_bucket` none has.
    """

    personal_bucket: str
    shared_buckets: tuple[str, ...] = ()
    group_bucket: str | None = None
    groups: frozenset[str] | None = None
    sharing: tuple[Sharing, ...] = ()


def places_of(name: str, groups: Iterable[str], layout: Layout) -> tuple[Place, ...]:
    """The places of the hub user `name`, member of `groups`: their own first, those of all last.

    Raises UnusableName when the name could mean more than one prefix.
    """
    if not _NAME.fullmatch(name):
        raise UnusableName(
            "Your user name has characters that an S3 prefix cannot have.",
            hint="Ask your administrator for a name of letters, digits and . _ @ + = -",
        )
    return (
        Place(layout.personal_bucket, f"{name}/", "My data", writable=True),
        *_of_groups(frozenset(groups), layout),
        *(Place(bucket, "", bucket, writable=False) for bucket in layout.shared_buckets),
    )


def _of_groups(groups: frozenset[str], layout: Layout) -> Iterator[Place]:
    bucket = layout.group_bucket
    if bucket is None:
        return
    members = groups if layout.groups is None else groups & layout.groups
    for group in sorted(members):
        yield Place(bucket, f"{group_slug(group)}/", f"Group {group}", writable=True)
    lent = {rule.reads for rule in layout.sharing if rule.group is None or rule.group in groups}
    for group in sorted(lent - members):
        yield Place(bucket, f"{group_slug(group)}/", f"Group {group}", writable=False)
