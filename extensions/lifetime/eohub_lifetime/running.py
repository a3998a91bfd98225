"""A server that runs, what is remembered of it, and what follows from both. Pure: the time is passed in."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from eohub_lifetime.verdict import Cause, Facts, Refused, Verdict, judge
from eohub_profiles.decision import Lifetime, Refusal, Subject
from eohub_profiles.model import Policy
from eohub_profiles.standing import standing_of

_LONGEST_WHY = 500


@dataclass(frozen=True, slots=True)
class ServerKey:
    """One server of one person; the name of their default server is empty."""

    user: str
    server: str

    def __str__(self) -> str:
        """Write it as the audit log does: `alice`, `alice/big`."""
        return f"{self.user}/{self.server}".rstrip("/")


@dataclass(frozen=True, slots=True)
class Speaker:
    """A server that says something; `token` is a hash of its token, which every run has anew."""

    key: ServerKey
    token: str


@dataclass(frozen=True, slots=True)
class Running:
    """What the hub says of a running server; times are seconds since 1970."""

    key: ServerKey
    started_at: float
    hub_active_at: float | None
    groups: frozenset[str]
    options: Mapping[str, object]
    is_ready: bool = True
    """False while the hub starts, stops or looks for it: then nothing happens to it."""


@dataclass(frozen=True, slots=True)
class Record:
    """What is remembered of one run of a server, from `started_at` on; None is never."""

    started_at: float
    active_at: float | None = None
    heard_at: float | None = None
    keep_until: float | None = None
    refused_since: float | None = None
    announced: Mapping[Cause, float] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Assessment:
    """What happens to a server by the policy of now, and what is to be remembered of it."""

    lifetime: Lifetime
    verdict: Verdict
    record: Record


def record_of(running: Running, known: Record | None) -> Record:
    """Return what is remembered of this run: nothing of an earlier one counts."""
    if known is None or known.started_at != running.started_at:
        return Record(running.started_at)
    return known


def assess(
    running: Running, record: Record, policy: Policy, now: float, *, silent_seconds: float
) -> Assessment:
    """Judge one server; the record that is returned has nothing of a warning that nobody has given yet."""
    subject = Subject(issuer="", sub="", name=running.key.user, groups=running.groups)
    standing = standing_of(subject, running.options, policy)
    since = None
    if standing.refusal is not None:
        since = now if record.refused_since is None else record.refused_since
    record = replace(record, refused_since=since)
    facts = Facts(
        started_at=record.started_at,
        active_at=record.active_at,
        heard_at=record.heard_at,
        hub_active_at=running.hub_active_at,
        refused=None if since is None else Refused(since, _why(standing.refusal)),
        announced=record.announced,
    )
    verdict = judge(facts, standing.lifetime, record.keep_until, now, silent_seconds=silent_seconds)
    return Assessment(standing.lifetime, verdict, record)


def _why(refusal: Refusal | None) -> str:
    return "" if refusal is None else str(refusal.reasons[0])[:_LONGEST_WHY]
