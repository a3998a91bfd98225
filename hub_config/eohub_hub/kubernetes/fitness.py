"""What keeps a sound policy from being used on a cluster. Pure."""

from collections.abc import Iterator

from eohub_profiles.catalog import RULES_FILE
from eohub_profiles.faults import Fault
from eohub_profiles.images import parse_image
from eohub_profiles.model import Policy
from eohub_profiles.pods import Cluster
from eohub_profiles.wording import listed


def unfit_for_pods(policy: Policy, cluster: Cluster, *, takes_tags: bool) -> list[Fault]:
    """A fault for each environment without an image that stays the same, and each mount without a volume.

    `takes_tags` lets images be named by a tag, which may mean another image tomorrow.
    """
    return [*_images(policy, takes_tags), *_mounts(policy, cluster)]


def _images(policy: Policy, takes_tags: bool) -> Iterator[Fault]:
    for position, environment in enumerate(policy.environments):
        field = f"environments[{position}].image"
        if environment.image is None:
            yield Fault(RULES_FILE, None, field, "is missing: servers here are containers")
        elif not takes_tags and parse_image(environment.image).digest is None:
            yield Fault(RULES_FILE, None, field, "needs a digest (...@sha256:...), so that it stays the same")


def _mounts(policy: Policy, cluster: Cluster) -> Iterator[Fault]:
    if not cluster.data_claims:
        # Then no data is shown as files at all, and the form says so.
        return
    for mount in policy.mounts:
        if mount.bucket not in cluster.data_claims:
            known = listed(sorted(cluster.data_claims))
            message = f"no volume shows this bucket as files. EOHUB_HUB_POD_DATA_CLAIMS has: {known}"
            yield Fault(f"mounts/{mount.name}.yaml", None, "bucket", message)
