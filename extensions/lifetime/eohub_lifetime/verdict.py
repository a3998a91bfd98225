"""Whether a server lives on, is warned or is stopped. Pure: all times are seconds of one clock, passed in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from eohub_profiles.decision import Lifetime

SILENT_SECONDS = 300
"""After so long without a report, what a server does is not known any more."""


class Cause(StrEnum):
    """Why a server ends; where two end it in the same second, the first of these is said."""

    REFUSED = "refused"
    AGE = "age"
    IDLE = "idle"


@dataclass(frozen=True, slots=True)
class Refused:
    """The policy does not let the person run this server any more, since `since`."""

    since: float
    why: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a running server.

    `active_at` is when it was last seen to work and `heard_at` when it last reported, None for never.
    `hub_active_at` is JupyterHub's last activity, which any open tab renews: it counts only where the server
    does not report. `announced` is since when the person is warned, by cause.
    """

    started_at: float
    active_at: float | None
    heard_at: float | None
    hub_active_at: float | None
    refused: Refused | None
    announced: Mapping[Cause, float]


@dataclass(frozen=True, slots=True)
class Alive:
    """Nothing ends this server soon; what was announced is taken back."""


@dataclass(frozen=True, slots=True)
class Warned:
    """The server ends at `stops_at`; the next judgement is to be given `announced` as its facts'.

    `keeps_until` is how long a "keep" would make it live; None where it would change nothing or is not
    allowed.
    """

    stops_at: float
    cause: Cause
    why: str
    keeps_until: float | None
    announced: Mapping[Cause, float]


@dataclass(frozen=True, slots=True)
class Stop:
    """The server is to be stopped: the person was warned for the grace."""

    cause: Cause
    why: str


type Verdict = Alive | Warned | Stop


@dataclass(frozen=True, slots=True)
class _End:
    """One end of a server: announced from `opens_at` on, and a grace after that it is stopped."""

    cause: Cause
    opens_at: float
    why: str

    def announced_at(self, announced: Mapping[Cause, float]) -> float | None:
        """Return when the person was first warned of this end."""
        since = announced.get(self.cause)
        # A warning before this end opened was for another one, which activity or a keep has moved since.
        return None if since is None or since < self.opens_at else since


def judge(
    facts: Facts,
    lifetime: Lifetime,
    keep_until: float | None,
    now: float,
    *,
    silent_seconds: float = SILENT_SECONDS,
) -> Verdict:
    """Return what happens to a server: it is never stopped before it was warned for the whole grace."""
    idle = _idle(facts, now, silent_seconds)
    ends = [end for end in _ends(facts, lifetime, keep_until, idle) if now >= end.opens_at]
    if not ends:
        return Alive()
    warned = {end.cause: end.announced_at(facts.announced) for end in ends}
    announced = {cause: now if since is None else since for cause, since in warned.items()}
    at = {cause: since + lifetime.grace_seconds for cause, since in announced.items()}
    first = min(ends, key=lambda end: at[end.cause])
    if now >= at[first.cause] and warned[first.cause] is not None:
        return Stop(first.cause, first.why)
    keeps_until = _keeps_until(facts, lifetime, at, now) if first.cause is Cause.IDLE else None
    return Warned(at[first.cause], first.cause, first.why, keeps_until, announced)


def kept_until(keep_until: float | None, lifetime: Lifetime, now: float) -> float:
    """Return until when a server is kept after a "keep" at `now`; keeping twice does not add up."""
    return max(keep_until or now, now + lifetime.keep_seconds)


def _ends(
    facts: Facts, lifetime: Lifetime, keep_until: float | None, known_idle: tuple[float, str]
) -> Iterator[_End]:
    if facts.refused is not None:
        yield _End(Cause.REFUSED, facts.refused.since, facts.refused.why)
    age = lifetime.maximum_age_seconds
    if age is not None:
        due = facts.started_at + age
        yield _End(Cause.AGE, due - _ahead(age, lifetime), "It has run for as long as a server may.")
    idle = lifetime.idle_seconds
    if idle is not None:
        since, why = known_idle
        due = max(since + idle, keep_until or since)
        yield _End(Cause.IDLE, due - _ahead(idle, lifetime), why)


def _idle(facts: Facts, now: float, silent_seconds: float) -> tuple[float, str]:
    """Since when there is no activity, and how that is known."""
    since = max(facts.started_at, facts.active_at or facts.started_at)
    heard_at = facts.heard_at
    if heard_at is not None and now - heard_at <= silent_seconds:
        return since, "Nothing is running in it."
    # What it did after its last report is not known, so that counts as activity until then.
    since = max(since, heard_at or since, facts.hub_active_at or since)
    return since, "It does not report what it does, and nobody has used it."


def _ahead(seconds: float, lifetime: Lifetime) -> float:
    # A grace longer than half of a short limit must not warn a server that has only just been used.
    return min(lifetime.grace_seconds, seconds / 2)


def _keeps_until(facts: Facts, lifetime: Lifetime, at: Mapping[Cause, float], now: float) -> float | None:
    if lifetime.keep_seconds == 0:
        return None
    limits = [time for cause, time in at.items() if cause is not Cause.IDLE]
    if lifetime.maximum_age_seconds is not None and Cause.AGE not in at:
        limits.append(facts.started_at + lifetime.maximum_age_seconds)
    until = min(now + lifetime.keep_seconds, *limits) if limits else now + lifetime.keep_seconds
    return until if until > at[Cause.IDLE] else None
