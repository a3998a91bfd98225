"""Why a person may or may not start something, in the words of the form. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eohub_hub.spawner.decision import decide
from eohub_profiles.decision import Place, Refusal, Subject, Usage
from eohub_profiles.model import Policy
from eohub_profiles.offers import SizeOffer, environments_for, offers
from eohub_profiles.tiers import lifetime_text, tier_of, tier_text
from eohub_profiles.wording import listed, shown

_FURTHER_SERVER = "another"


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer, and the lines that say it."""

    is_allowed: bool
    lines: tuple[str, ...]


def explain(
    subject: Subject, usage: Usage, options: Mapping[str, Sequence[str]], policy: Policy, place: Place
) -> Explanation:
    """Decide on options as the form would send them; without an environment it is the first that the person
    may use."""
    first = next((each.name for each in environments_for(subject, policy, place) if each.is_allowed), "")
    raw = {"environment": [first]} | {name: list(values) for name, values in options.items()}
    server = next(iter(options.get("server_name", ())), "")
    if not server and server in usage.running_servers:
        # The form is for a further server, too: one that runs has no form.
        server = _FURTHER_SERVER
    decided = decide(raw, server, subject, usage, policy, place)
    about = (
        f"Groups, as the hub last saw them: {listed(sorted(subject.groups))}.",
        f"Running servers: {listed(name or 'the default server' for name in sorted(usage.running_servers))}.",
        tier_text(tier_of(subject.groups, policy)),
    )
    wanted = next(iter(options.get("profile", ())), "")
    if isinstance(decided, Refusal):
        reasons = (f"  {reason}" for reason in decided.reasons)
        return Explanation(False, (f"{subject.name} may not start {shown(wanted)}.", *reasons, *about))
    request, plan = decided
    offer = next(each for each in offers(subject, usage, policy, place) if each.profile == plan.profile)
    own = SizeOffer("", offer.title, offer.cpu_text, offer.memory_text, offer.gpu_text, offer.price_text)
    size = next((each for each in offer.sizes if each.name == request.size), own)
    ends = (lifetime_text(plan.lifetime),) if place.ends_servers else ()
    return Explanation(True, (f"{subject.name} may start {plan.title}: {size}.", *ends, *about))
