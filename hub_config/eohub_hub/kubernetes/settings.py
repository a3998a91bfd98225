"""All that the cluster's spawner is told, once, at the start of the hub."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from eohub_hub.audit.event import Audit
from eohub_hub.isolation.limits import Bound, Machine
from eohub_hub.kubernetes.ports import GpuCluster
from eohub_hub.spawner.settings import Catalogue, Policies, Registry
from eohub_profiles.decision import Place
from eohub_profiles.model import Policy
from eohub_profiles.pods import Cluster

MANY_MACHINES = Machine(Bound.CGROUP, Bound.CGROUP, (), Bound.CGROUP)


@dataclass(frozen=True, slots=True)
class PodSettings:
    """Addresses as a pod reaches them, how long a start may take, and what the site fixes for pods."""

    people: Registry
    s3_url: str
    s3_region: str
    storage_url: str
    cluster: Cluster
    start_seconds: int
    gpu_wait_seconds: int
    gpu_nodes_grow: bool = False
    longest_gpu_queue: int = 5
    lifetime_url: str | None = None
    catalogues: tuple[Catalogue, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class ClusterSite:
    """The settings, the policy, and where the cluster is asked for its GPUs; the `Grounds` of a cluster."""

    settings: PodSettings
    policies: Policies
    audit: Audit
    gpu_cluster: GpuCluster | None = None

    @property
    def people(self) -> Registry:
        """Who is behind a hub user name."""
        return self.settings.people

    @property
    def policy(self) -> Policy:
        """The policy in force now; ask once for each decision, so that one policy decides all of it."""
        return self.policies.current()

    @property
    def place(self) -> Place:
        """What a cluster can do for a server; data is shown as files where a claim has it."""
        return Place(
            shows_data_as_files=bool(self.settings.cluster.data_claims),
            ends_servers=self.settings.lifetime_url is not None,
        )

    @property
    def machine(self) -> Machine:
        """No machine that all servers share."""
        return MANY_MACHINES

    @property
    def limits_lines(self) -> tuple[str, ...]:
        """What Kubernetes enforces for each pod, for people."""
        return (
            "Memory: enforced for the whole server",
            "CPU: enforced for the whole server",
            "Temporary files: enforced for the whole server",
        )

    @property
    def separation(self) -> str:
        """What stands between servers of different people, for people."""
        return "a container, file system and process list of its own for each server"

    @property
    def mounts_obstacle(self) -> str | None:
        """Why no server shows data as files, a sentence; None where they do."""
        if self.settings.cluster.data_claims:
            return None
        return "This hub knows no volume that shows data as files."
