"""What a server and its person are told. Pure."""

from eohub_lifetime.contract import Ending, ServerLifetime
from eohub_lifetime.running import Assessment
from eohub_lifetime.verdict import Stop, Warned
from eohub_profiles.decision import Lifetime
from eohub_profiles.tiers import lifetime_text

LONGEST_REFRESH_SECONDS = 60.0
_WARNED_REFRESH_SECONDS = 15.0
_SHORTEST_REFRESH_SECONDS = 1.0
_LOOKS_PER_LIMIT = 6

NEW = ServerLifetime(ending=None, rules="", busy_with=(), age_seconds=None, refresh_seconds=5.0)
"""For a server that the hub has not been asked about since it started."""


def told(found: Assessment, busy_with: tuple[str, ...], now: float) -> ServerLifetime:
    """Say when a server ends; only what was announced is said, so that everybody is told the same."""
    ending = _ending(found, now)
    return ServerLifetime(
        ending=ending,
        rules=lifetime_text(found.lifetime),
        busy_with=busy_with,
        age_seconds=max(0.0, now - found.record.started_at),
        refresh_seconds=refresh_seconds(found.lifetime, is_warned=ending is not None),
    )


def refresh_seconds(lifetime: Lifetime, *, is_warned: bool) -> float:
    """Return how often a server is to report: often enough for its shortest limit, and for a warning."""
    limits = [lifetime.grace_seconds, lifetime.idle_seconds, lifetime.maximum_age_seconds]
    shortest = min(limit for limit in limits if limit is not None)
    longest = _WARNED_REFRESH_SECONDS if is_warned else LONGEST_REFRESH_SECONDS
    return max(_SHORTEST_REFRESH_SECONDS, min(longest, shortest / _LOOKS_PER_LIMIT))


def _ending(found: Assessment, now: float) -> Ending | None:
    match found.verdict:
        case Warned(stops_at, cause, why, keeps_until, announced):
            # A warning of now has not been written down yet; the next round over all servers does.
            if announced[cause] != found.record.announced.get(cause):
                return None
            keep = None if keeps_until is None else keeps_until - now
            left = max(0.0, stops_at - now)
            return Ending(stops_in_seconds=left, cause=cause.value, why=why, keep_seconds=keep)
        case Stop(cause, why):
            return Ending(stops_in_seconds=0.0, cause=cause.value, why=why, keep_seconds=None)
        case _:
            return None
