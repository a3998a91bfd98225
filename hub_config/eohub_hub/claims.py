"""Group claims made canonical: whatever a provider sends, a group is `platform/admin`, and only that is."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal, cast, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from eohub_toolkit.errors import Invalid

type Source = Literal["userinfo", "id_token", "access_token"]
SOURCES: tuple[Source, ...] = get_args(Source.__value__)
"""Where a provider may say something, in the order in which it is looked for."""

_MOST_GROUPS = 1_000
# JupyterHub keeps group names in a column of 255 characters.
_LONGEST_NAME = 255
_MOST_DOTS = 15


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


def _group(value: str) -> str:
    name = canonical_group(value)
    if name is None:
        raise ValueError(f"has {value!r:.100}, which is no name of a group")
    return name


def _path(value: str) -> str:
    if value.count(".") > _MOST_DOTS or not value.isprintable():
        raise ValueError(f"has {value!r:.100}, which is no name of a claim and no dotted path to one")
    return value


def _each_once(sources: tuple[Source, ...]) -> tuple[Source, ...]:
    if len(set(sources)) != len(sources):
        raise ValueError("names a source twice")
    return sources


Group = Annotated[str, AfterValidator(_group)]
"""A group that is written in a setting: made canonical, or refused."""


class GroupRule(BaseModel):
    """Where one kind of group is found: a claim, the sources to look in, and what to put before the names.

    `claim` is a name, or a dotted path like `resource_access.eohub.roles`. The first source that has it
    decides. With the prefix `role`, the role `gpu-user` becomes the group `role/gpu-user`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    claim: Annotated[str, AfterValidator(_path)] = Field(min_length=1, max_length=_LONGEST_NAME)
    sources: Annotated[tuple[Source, ...], AfterValidator(_each_once)] = Field(default=SOURCES, min_length=1)
    prefix: Group | None = None

    def group(self, sent: object) -> str | None:
        """The group that a value of this claim means; None for what is no group."""
        name = canonical_group(sent)
        return name if name is None or self.prefix is None else canonical_group(f"{self.prefix}/{name}")

    def needs_tokens(self, userinfo: Mapping[str, object]) -> bool:
        """Whether a token may decide although userinfo said this."""
        if "userinfo" not in self.sources or _value_at(userinfo, self.claim) is None:
            return self.sources != ("userinfo",)
        return self.sources[0] != "userinfo"


@dataclass(frozen=True, slots=True)
class ClaimSets:
    """What a provider said about one person, by source; a source that has nothing to read is empty."""

    userinfo: Mapping[str, object] = field(default_factory=dict[str, object])
    id_token: Mapping[str, object] = field(default_factory=dict[str, object])
    access_token: Mapping[str, object] = field(default_factory=dict[str, object])

    def of(self, source: Source) -> Mapping[str, object]:
        """The claims of one source."""
        return cast("Mapping[str, object]", getattr(self, source))


@dataclass(frozen=True, slots=True)
class GroupsFound:
    """A person's canonical groups, and the sources that the rules found their claims in."""

    groups: frozenset[str]
    sources: frozenset[Source]


@dataclass(frozen=True, slots=True)
class GroupRules:
    """All rules of a site; a person has the groups of every one. `aliases` gives groups another name."""

    rules: tuple[GroupRule, ...] = (GroupRule(claim="groups"),)
    aliases: Mapping[str, str] = field(default_factory=dict[str, str])

    def found_in(self, claims: ClaimSets) -> GroupsFound | None:
        """The groups that were sent; None where no rule's claim was, which is not "no groups".

        Over 1,000 groups are Invalid.
        """
        groups: set[str] = set()
        sources: set[Source] = set()
        for rule in self.rules:
            source = _first_source(rule, claims)
            if source is not None:
                sources.add(source)
                sent = _sequence(_value_at(claims.of(source), rule.claim))
                names = (rule.group(value) for value in sent)
                groups |= {self.aliases.get(name, name) for name in names if name is not None}
        if len(groups) > _MOST_GROUPS:
            raise Invalid(
                f"Your account is in more than {_MOST_GROUPS} groups.",
                hint="Ask whoever runs your identity provider to send only the groups that EOHub needs.",
            )
        return GroupsFound(frozenset(groups), frozenset(sources)) if sources else None

    def needs_tokens(self, userinfo: Mapping[str, object]) -> bool:
        """Whether a token may say what this userinfo answer does not: tokens then tell what is new."""
        return any(rule.needs_tokens(userinfo) for rule in self.rules)

    def reads(self, source: Source) -> bool:
        """Whether any rule looks into this source."""
        return any(source in rule.sources for rule in self.rules)


def _first_source(rule: GroupRule, claims: ClaimSets) -> Source | None:
    return next((one for one in rule.sources if _value_at(claims.of(one), rule.claim) is not None), None)


def _sequence(value: object) -> Sequence[object]:
    if isinstance(value, str):
        return (value,)  # one group, and never its letters
    return cast("Sequence[object]", value) if isinstance(value, list | tuple) else ()


def _value_at(claims: Mapping[str, object], claim: str) -> object:
    # A name may hold dots itself (https://example.org/groups): the whole name is tried first, at each step.
    if claim in claims:
        return claims[claim]
    head, dot, rest = claim.partition(".")
    while dot:
        inner = claims.get(head)
        if isinstance(inner, Mapping):
            found = _value_at(cast("Mapping[str, object]", inner), rest)
            if found is not None:
                return found
        part, dot, rest = rest.partition(".")
        head = f"{head}.{part}"
    return None
