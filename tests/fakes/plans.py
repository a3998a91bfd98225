"""Plans as `resolve` makes them, for what obeys plans."""

from types import MappingProxyType

from eohub_profiles.decision import Lifetime, Placement, Plan

HOUR = 3_600
DAY = 86_400


def small_plan() -> Plan:
    """What the shipped policy plans for `small` with the environment `eo`."""
    return Plan(
        profile="small",
        title="Small",
        tier="free",
        size=None,
        cpu=2.0,
        memory_bytes=4 * 2**30,
        threads=2,
        gpu=None,
        ephemeral_storage_bytes=10 * 2**30,
        environment="eo",
        image=None,
        mounts=(),
        placement=Placement(MappingProxyType({}), (), None),
        lifetime=Lifetime(HOUR, 600, HOUR, DAY, 10.0, 5.0),
        price_micro_eur_per_hour=40_000,
    )
