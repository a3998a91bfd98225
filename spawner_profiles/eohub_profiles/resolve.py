"""Who may start what, and why not: the decision that the form, REST, the terminal and the spawner share."""

from collections.abc import Iterator
from types import MappingProxyType

from eohub_profiles.decision import (
    ANYWHERE,
    GpuRequest,
    Place,
    Placement,
    Plan,
    Reason,
    Refusal,
    Request,
    Subject,
    Toleration,
    Usage,
)
from eohub_profiles.images import parse_image
from eohub_profiles.model import Gpu, Nodes, Policy, Tier
from eohub_profiles.mounts import planned
from eohub_profiles.reasons import Reasons
from eohub_profiles.tiers import lifetime_of, tier_of


def resolve(
    subject: Subject, usage: Usage, request: Request, policy: Policy, place: Place = ANYWHERE
) -> Plan | Refusal:
    """Return the complete plan of the requested server, or every reason why it is refused."""
    tier = tier_of(subject.groups, policy)
    profile = policy.profile(request.profile)
    amount = None if profile is None else profile.amount(request.size)
    environment = policy.environment(request.environment)
    say = Reasons(policy)
    reasons = (
        *_of_profile(subject, request, policy, tier),
        *_of_environment(subject, request, policy, place),
        *say.of_image(request.image, subject),
        *(say.of_place(amount, request.image, place) if amount else ()),
        *_of_mounts(subject, request, policy, place),
        *say.of_servers(usage, request, tier),
    )
    if profile is None or amount is None or environment is None or reasons:
        return Refusal(reasons)
    return Plan(
        profile=profile.name,
        title=profile.title,
        tier=tier.name,
        size=request.size or None,
        cpu=amount.cpu,
        memory_bytes=amount.memory_bytes,
        threads=threads(amount.cpu),
        gpu=gpu_request(amount.gpu),
        ephemeral_storage_bytes=profile.ephemeral_storage_bytes,
        environment=environment.id,
        image=str(parse_image(request.image)) if request.image else environment.image,
        mounts=tuple(
            part
            for mount in policy.mounts
            if mount.name in request.mounts
            for part in planned(mount, subject)
        ),
        placement=planned_placement(profile.placement),
        lifetime=lifetime_of(profile, tier, policy),
        price_micro_eur_per_hour=amount.price_micro_eur_per_hour,
    )


def still_allowed(subject: Subject, request: Request, policy: Policy) -> Refusal | None:
    """Return why a server that runs may not go on, None where it may; what else runs does not count."""
    answer = resolve(subject, Usage(), request, policy)
    return answer if isinstance(answer, Refusal) else None


def threads(cpu: float) -> int:
    """Return how many computing threads fit into so many cores: whole cores only, at least one.

    One thread more than there are cores makes all of them wait, where a scheduler enforces the limit.
    """
    return max(1, int(cpu))


def gpu_request(gpu: Gpu | None) -> GpuRequest | None:
    """Return a profile's GPUs as a plan has them."""
    return None if gpu is None else GpuRequest(gpu.resource, gpu.count, gpu.title, gpu.memory_bytes)


def planned_placement(nodes: Nodes) -> Placement:
    """Return where a profile's servers run, as a plan has it."""
    return Placement(
        node_selector=MappingProxyType(dict(nodes.node_selector)),
        tolerations=tuple(
            Toleration(each.key, each.operator, each.value, each.effect) for each in nodes.tolerations
        ),
        priority_class=nodes.priority_class,
    )


def _of_profile(subject: Subject, request: Request, policy: Policy, tier: Tier) -> Iterator[Reason]:
    say = Reasons(policy)
    profile = policy.profile(request.profile)
    if profile is None:
        known = [each.name for each in policy.profiles if not any(say.of_profile(each, subject, tier))]
        yield say.unknown_profile(request.profile, known)
        return
    yield from say.of_profile(profile, subject, tier)
    if profile.amount(request.size) is None:
        yield say.unknown_size(request.size, profile)


def _of_environment(subject: Subject, request: Request, policy: Policy, place: Place) -> Iterator[Reason]:
    say = Reasons(policy)
    environment, profile = policy.environment(request.environment), policy.profile(request.profile)
    if environment is None:
        yield say.unknown_environment(request.environment)
        return
    yield from say.of_environment(environment, subject, place)
    if profile is not None:
        yield from say.of_pair(profile, environment)


def _of_mounts(subject: Subject, request: Request, policy: Policy, place: Place) -> Iterator[Reason]:
    say = Reasons(policy)
    for name in request.mounts:
        mount = policy.mount(name)
        if mount is None:
            yield say.unknown_mount(name)
        else:
            yield from say.of_mount(mount, subject, place)
