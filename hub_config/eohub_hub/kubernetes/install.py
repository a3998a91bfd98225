"""Make the cluster's spawner and the spawn pages the hub's."""

import time
from functools import partial
from typing import Any

from kubespawner.clients import load_config, shared_client

from eohub_hub.audit.event import Audit
from eohub_hub.kubernetes.fitness import unfit_for_pods
from eohub_hub.kubernetes.ledger import GpuNode
from eohub_hub.kubernetes.nodes import KubernetesGpus
from eohub_hub.kubernetes.ports import GpuCluster
from eohub_hub.kubernetes.queue import GpuQueue
from eohub_hub.kubernetes.settings import ClusterSite, PodSettings
from eohub_hub.kubernetes.spawner import EohubKubeSpawner
from eohub_hub.people.registry import People
from eohub_hub.settings import HubSettings
from eohub_hub.spawner.admission import Admissions
from eohub_hub.spawner.install import install_pages
from eohub_hub.spawner.policy_watch import follow_policy
from eohub_hub.spawner.settings import Catalogue
from eohub_profiles.pods import Cluster

_CATALOGUE = "eohub"


class _AskedLater:
    """Asks the cluster with the client that there is once the hub's loop runs."""

    async def nodes(self) -> tuple[GpuNode, ...]:
        load_config()
        return await KubernetesGpus(shared_client("CoreV1Api")).nodes()


def install_kubernetes(c: Any, settings: HubSettings, audit: Audit) -> None:
    """Have people's servers run as pods.

    Raises PolicyError with every fault of the policy's files, those among them that only a cluster minds.
    """
    known = pod_settings(settings)
    check = partial(unfit_for_pods, cluster=known.cluster, takes_tags=settings.pod_image_tags)
    site = ClusterSite(known, follow_policy(settings.policy_folder, check, audit), audit, _AskedLater())
    c.JupyterHub.spawner_class = spawner_for(site)
    install_pages(c)


def pod_settings(settings: HubSettings) -> PodSettings:
    """What the spawner is told; opens the registry of persons."""
    return PodSettings(
        people=People.open(settings.people_database_url),
        s3_url=settings.s3_url,
        s3_region=settings.s3_region,
        storage_url=settings.storage_url,
        lifetime_url=settings.lifetime_url,
        cluster=Cluster(
            home=settings.pod_home,
            data_claims=settings.pod_data_claims,
            cpu_request_percent=settings.pod_cpu_request_percent,
        ),
        start_seconds=settings.pod_start_seconds,
        gpu_wait_seconds=settings.gpu_wait_seconds,
        gpu_nodes_grow=settings.gpu_nodes_grow,
        # Whoever waits counts as starting: the other half is for servers that can start at once.
        longest_gpu_queue=max(1, settings.concurrent_spawns // 2),
        catalogues=(Catalogue(_CATALOGUE, settings.catalogue_title, settings.catalogue_url),),
    )


def spawner_for(site: ClusterSite) -> type[EohubKubeSpawner]:
    """The spawner of one site; JupyterHub makes its instances and tells them nothing of ours."""
    cluster: GpuCluster | None = site.gpu_cluster
    queue = None if cluster is None else GpuQueue(cluster, time.monotonic, site.settings.longest_gpu_queue)
    return type(
        "EohubKubeSpawner",
        (EohubKubeSpawner,),
        {"site": site, "gpus": queue, "admissions": Admissions()},
    )
