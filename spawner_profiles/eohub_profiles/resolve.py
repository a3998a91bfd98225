"""Who may start what, and why not: the decision that the form, REST and the spawner share."""

from collections.abc import Iterator

from eohub_profiles.decision import Offer, Plan, Reason, Refusal, Request, Rule, Subject, Usage
from eohub_profiles.model import Policy, Profile
from eohub_profiles.pricing import format_price
from eohub_profiles.sizes import format_size
from eohub_profiles.wording import did_you_mean, listed, shown


def resolve(subject: Subject, usage: Usage, request: Request, policy: Policy) -> Plan | Refusal:
    """Return the complete plan of the requested server, or every reason why it is refused."""
    profile = next((profile for profile in policy.profiles if profile.name == request.profile), None)
    reasons = [
        *_request_reasons(subject, request, policy),
        *(_group_reasons(subject, profile, policy) if profile else ()),
        *_server_reasons(usage.running_servers - {request.server_name}, policy),
    ]
    if profile is None or reasons:
        return Refusal(tuple(reasons))
    return Plan(
        profile=profile.name,
        title=profile.title,
        cpu=profile.cpu,
        memory_bytes=profile.memory_bytes,
        threads=threads(profile.cpu),
        environment=request.environment,
        price_micro_eur_per_hour=profile.price_micro_eur_per_hour,
    )


def offers(subject: Subject, usage: Usage, policy: Policy) -> tuple[Offer, ...]:
    """Return every profile in the policy's order, with its texts and why it cannot be started now.

    The answer is for a further server: one that is not among the running ones.
    """
    server_reasons = tuple(_server_reasons(usage.running_servers, policy))
    return tuple(
        Offer(
            profile=profile.name,
            title=profile.title,
            cpu_text=f"{profile.cpu:g} CPU",
            memory_text=format_size(profile.memory_bytes),
            price_text=format_price(profile.price_micro_eur_per_hour),
            price_micro_eur_per_hour=profile.price_micro_eur_per_hour,
            reasons=(*_group_reasons(subject, profile, policy), *server_reasons),
        )
        for profile in policy.profiles
    )


def threads(cpu: float) -> int:
    """Return how many computing threads fit into so many cores: whole cores only, at least one.

    One thread more than there are cores makes all of them wait, where a scheduler enforces the limit.
    """
    return max(1, int(cpu))


def _request_reasons(subject: Subject, request: Request, policy: Policy) -> Iterator[Reason]:
    if request.profile not in {profile.name for profile in policy.profiles}:
        open_to = [profile.name for profile in policy.profiles if profile.is_open_to(subject.groups)]
        hint = did_you_mean(request.profile, open_to)
        yield Reason(
            Rule.UNKNOWN_PROFILE,
            f"There is no profile {shown(request.profile)}{hint or '.'}",
            f"Allowed: {listed(open_to)}.",
            policy.support,
            option="profile",
        )
    environments = [environment.id for environment in policy.environments]
    if request.environment not in environments:
        hint = did_you_mean(request.environment, environments)
        yield Reason(
            Rule.UNKNOWN_ENVIRONMENT,
            f"There is no environment {shown(request.environment)}{hint or '.'}",
            f"Allowed: {listed(environments)}.",
            policy.support,
            option="environment",
        )


def _group_reasons(subject: Subject, profile: Profile, policy: Policy) -> Iterator[Reason]:
    if profile.is_open_to(subject.groups):
        return
    one = len(profile.groups) == 1
    yield Reason(
        Rule.GROUP,
        f"{profile.title} needs {'the group' if one else 'one of the groups'} {listed(profile.groups)}.",
        f"Become a member of {'it' if one else 'one of them'}, or choose another profile.",
        policy.support,
        option="profile",
    )


def _server_reasons(other_servers: frozenset[str], policy: Policy) -> Iterator[Reason]:
    if len(other_servers) < policy.servers_per_user:
        return
    names = listed(name or "the default server" for name in sorted(other_servers))
    limit = policy.servers_per_user
    yield Reason(
        Rule.SERVERS_PER_USER,
        f"You run {len(other_servers)} of at most {limit} server{'' if limit == 1 else 's'}: {names}.",
        "Stop one of them first.",
        policy.support,
    )
