"""What a person may have at all, and when their servers end."""

from eohub_profiles.decision import Lifetime
from eohub_profiles.durations import format_duration
from eohub_profiles.model import Policy, Profile, Tier


def tier_of(groups: frozenset[str], policy: Policy) -> Tier:
    """Return the first tier that is open to these groups; the policy's last one is open to everybody."""
    return next(tier for tier in policy.tiers if tier.is_open_to(groups))


def lifetime_of(profile: Profile | None, tier: Tier, policy: Policy) -> Lifetime:
    """Return when a server ends: by the site's rules, the profile's own, and the tier's limits.

    A server of a profile that the policy has no more (None) ends by the site's rules.
    """
    rules = policy.culling if profile is None else policy.culling.overridden_by(profile.culling)
    return Lifetime(
        idle_seconds=_shorter(rules.idle_seconds, tier.idle_seconds),
        grace_seconds=rules.grace_seconds,
        keep_seconds=rules.keep_seconds or 0,
        maximum_age_seconds=_shorter(rules.maximum_age_seconds, tier.maximum_age_seconds),
        cpu_percent=rules.cpu_percent,
        gpu_percent=rules.gpu_percent,
    )


def lifetime_text(lifetime: Lifetime) -> str:
    """Say when a server ends: `Stops after 1 h without activity, at the latest after 24 h.`"""
    ends: list[str] = []
    if lifetime.idle_seconds is not None:
        ends.append(f"after {format_duration(lifetime.idle_seconds)} without activity")
    if lifetime.maximum_age_seconds is not None:
        ends.append(f"at the latest after {format_duration(lifetime.maximum_age_seconds)}")
    return f"Stops {', '.join(ends)}." if ends else "Runs until it is stopped."


def tier_text(tier: Tier) -> str:
    """Say what a tier allows: `With the free tier you may run 2 servers at the same time.`"""
    servers = "one server" if tier.servers_per_user == 1 else f"{tier.servers_per_user} servers"
    return f"With {tier.title} you may run {servers} at the same time."


def _shorter(first: int | None, second: int | None) -> int | None:
    known = [seconds for seconds in (first, second) if seconds is not None]
    return min(known, default=None)
