"""Group claims made canonical: whatever a provider sends, a group is `platform/admin`, and only that is."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import cast

from eohub_toolkit.errors import Invalid

_MOST_GROUPS = 1_000
# JupyterHub keeps group names in a column of 255 characters.
_LONGEST_NAME = 255


def groups_of(claims: Mapping[str, object], claim: str = "groups") -> frozenset[str] | None:
    """The canonical groups in `claim`; None where the provider sent no such claim, which is not "no groups".

    `claim` is a name, or a dotted path like `resource_access.eohub.roles`. Over 1,000 groups are Invalid.
    """
    value = _value_at(claims, claim)
    if value is None:
        return None
    if isinstance(value, str):
        sent: Sequence[object] = (value,)
    elif isinstance(value, Sequence):
        sent = cast("Sequence[object]", value)
    else:
        sent = ()
    groups = frozenset(name for name in map(canonical_group, sent) if name is not None)
    if len(groups) > _MOST_GROUPS:
        raise Invalid(
            f"Your account is in more than {_MOST_GROUPS} groups.",
            hint="Ask the administrator of your identity provider to send only the groups that EOHub needs.",
        )
    return groups


def canonical_group(value: object) -> str | None:
    """One group in canonical form, composed Unicode without slashes at its ends; None for what is no group.

    Case is kept. A path with an empty, `.` or `..` part is no group, so that no path means another one.
    """
    if not isinstance(value, str):
        return None
    name = unicodedata.normalize("NFC", value).strip().strip("/")
    parts = name.split("/")
    if any(part.strip() in ("", ".", "..") or part != part.strip() for part in parts):
        return None
    if len(name) > _LONGEST_NAME or any(unicodedata.category(character)[0] == "C" for character in name):
        return None
    return name


def _value_at(claims: Mapping[str, object], claim: str) -> object:
    # A name may hold dots itself (https://example.org/groups), so the whole name is tried first.
    if claim in claims:
        return claims[claim]
    value: object = claims
    for part in claim.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value
