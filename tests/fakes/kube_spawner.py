"""A spawner of a cluster that is only rendered: KubeSpawner with everything but a cluster."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

# Read when kubernetes_asyncio is imported.
os.environ["KUBECONFIG"] = str(Path(__file__).with_name("kubeconfig.yaml"))

from fakes.audit_log import FakeAudit
from fakes.fixed_policy import FixedPolicy
from fakes.spawner_people import FakePeople
from jupyterhub import orm
from traitlets.config import Config

from eohub_hub.kubernetes.install import spawner_for
from eohub_hub.kubernetes.ports import GpuCluster
from eohub_hub.kubernetes.settings import ClusterSite, PodSettings
from eohub_hub.kubernetes.spawner import EohubKubeSpawner
from eohub_hub.spawner.settings import Catalogue
from eohub_profiles.model import Environment, Gpu, Mount, Nodes, Policy, Profile, Size, Tier, Tolerated
from eohub_profiles.pods import Cluster

DIGEST = "sha256:" + "0123456789abcdef" * 4
IMAGE = f"registry.example.org/eohub/eo:1@{DIGEST}"
PLAIN = {"cpu": 2, "memory": "4 GiB", "price": "0.04 EUR/h"}


def cluster_policy() -> Policy:
    """A small profile, one with a GPU and a larger size, one with a part of a GPU, and data."""
    gpu = Gpu.model_validate({"title": "L4", "memory": "24 GiB"})
    part = Gpu.model_validate({"title": "Part", "resource": "nvidia.com/mig-1g.10gb", "memory": "10 GiB"})
    nodes = Nodes(
        node_selector={"example.org/accelerator": "l4"},
        tolerations=(Tolerated(key="nvidia.com/gpu", operator="Exists", effect="NoSchedule"),),
        priority_class="gpu-work",
    )
    two = Size.model_validate(
        {"name": "two", "title": "Two GPUs", "cpu": 16, "memory": "64 GiB", "price": "1.96 EUR/h",
         "gpu": {"title": "L4", "memory": "24 GiB", "count": 2}}
    )  # fmt: skip
    large = {"cpu": 8, "memory": "32 GiB", "price": "0.98 EUR/h"}
    return Policy(
        support="the desk",
        tiers=(Tier(name="free", title="the free tier", servers_per_user=3),),
        environments=(Environment(id="eo", title="Earth", image=IMAGE),),
        profiles=(
            Profile.model_validate({"name": "small", "title": "Small"} | PLAIN),
            Profile.model_validate(
                {"name": "gpu-l4", "title": "GPU L4", "gpu": gpu, "placement": nodes, "sizes": (two,)} | large
            ),
            Profile.model_validate({"name": "gpu-part", "title": "Part", "gpu": part} | large),
        ),
        mounts=(
            Mount(name="climate", title="Climate", bucket="cubes", prefix="climate/", access="read-only"),
            Mount(name="mine", title="Mine", bucket="people", prefix="{user}/", access="read-write"),
        ),
    )


def cluster_site(policy: Policy | None = None, gpus: GpuCluster | None = None, **changed: Any) -> ClusterSite:
    """The site of these tests; `changed` are settings of pods."""
    known: dict[str, Any] = {
        "people": FakePeople("alice"),
        "s3_url": "https://s3.example.org",
        "s3_region": "test-region",
        "storage_url": "http://storage.example.org/services/storage",
        "cluster": Cluster("/srv/people", {"cubes": "data-cubes", "people": "data-people"}, 50),
        "start_seconds": 300,
        "gpu_wait_seconds": 600,
        "catalogues": (Catalogue("eohub", "EOHub", "http://catalogue.example.org"),),
    }
    return ClusterSite(
        PodSettings(**(known | changed)), FixedPolicy(policy or cluster_policy()), FakeAudit(), gpus
    )


def kube_spawner(
    site: ClusterSite | None = None, server: str = "", chart: dict[str, Any] | None = None
) -> EohubKubeSpawner:
    """A server of alice, whose groups are none; `chart` is what a chart configures for every pod.

    Needs a running loop.
    """
    kind = spawner_for(site or cluster_site())
    base = {"volumes": [{"name": "home", "persistentVolumeClaim": {"claimName": "{pvc_name}"}}],
            "volume_mounts": [{"name": "home", "mountPath": "/srv/people"}],
            "storage_pvc_ensure": True}  # fmt: skip
    user: Any = SimpleNamespace(
        name="alice", id=7, url="/user/alice/", escaped_name="alice", groups=[], spawners={}, settings={}
    )
    hub: Any = SimpleNamespace(
        public_host="", base_url="/hub/", api_url="http://hub:8081/hub/api", url="http://hub:8081/hub/"
    )
    spawner: EohubKubeSpawner = kind(
        user=user, hub=hub, orm_spawner=orm.Spawner(name=server), api_token="the-token",
        oauth_client_id="jupyterhub-user-alice", config=Config(KubeSpawner=base | (chart or {})),
    )  # fmt: skip
    user.spawner = spawner
    return spawner


async def decided(spawner: EohubKubeSpawner, **options: Any) -> EohubKubeSpawner:
    """The spawner after the decision on these options, with its fields set."""
    spawner.user_options = {"environment": "eo"} | options
    await spawner.run_pre_spawn_hook()
    await spawner.load_user_options()
    return spawner


async def rendered(spawner: EohubKubeSpawner) -> dict[str, Any]:
    """The pod as it would be sent to a cluster, without the versions of what rendered it."""
    pod: dict[str, Any] = spawner.api.api_client.sanitize_for_serialization(await spawner.get_pod_manifest())
    for name in ("kubespawner", "jupyterhub"):
        del pod["metadata"]["annotations"][f"hub.jupyter.org/{name}-version"]
    return pod
