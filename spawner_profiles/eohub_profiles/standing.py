"""What the policy of now says of a server that runs already: when it ends, and whether it may go on."""

from collections.abc import Mapping
from dataclasses import dataclass

from eohub_profiles.decision import Lifetime, Refusal, Subject
from eohub_profiles.model import Policy
from eohub_profiles.request import parse_request
from eohub_profiles.resolve import still_allowed
from eohub_profiles.tiers import lifetime_of, tier_of


@dataclass(frozen=True, slots=True)
class Standing:
    """When a running server ends, and every reason why it may not go on, None where it may."""

    lifetime: Lifetime
    refusal: Refusal | None


def standing_of(subject: Subject, stored: Mapping[str, object], policy: Policy) -> Standing:
    """Judge a running server by the options that it was started with, as the hub stored them."""
    request = parse_request(stored, policy)
    tier = tier_of(subject.groups, policy)
    if isinstance(request, Refusal):
        return Standing(lifetime_of(None, tier, policy), request)
    lifetime = lifetime_of(policy.profile(request.profile), tier, policy)
    return Standing(lifetime, still_allowed(subject, request, policy))
