"""A plan as the pod that runs it: everything of a pod that a person's choice or the policy decides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from types import MappingProxyType

from eohub_profiles.compile import THREAD_VARIABLES
from eohub_profiles.decision import MountPlan, Plan, Toleration

LABEL_PREFIX = "eohub"
"""The prefix of our labels: `eohub/profile`."""
NO_GPUS = {"NVIDIA_VISIBLE_DEVICES": "void"}
"""CUDA images ask for all GPUs of a node where the container runtime heeds this variable; a device plugin
sets it itself for pods that were given some."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """What a site fixes for every pod.

    `home` is where the image has the person's home folder, `data_claims` names for a bucket the claim whose
    volume shows it as files. `cpu_request_percent` is the part of the cores that is set aside for the pod, so
    that less than all lets a node hold more pods than cores; memory is always set aside as a whole.
    """

    home: str
    data_claims: Mapping[str, str] = field(default_factory=dict[str, str])
    cpu_request_percent: int = 100


@dataclass(frozen=True, slots=True)
class PodMount:
    """A part of a claim's volume at an absolute path; an empty `sub_path` is all of the volume."""

    path: str
    volume: str
    claim: str
    sub_path: str
    read_only: bool


@dataclass(frozen=True, slots=True)
class Pod:
    """What the pod of one server is, in the terms of Kubernetes; it holds no secret."""

    image: str
    limits: Mapping[str, str]
    requests: Mapping[str, str]
    environment: Mapping[str, str]
    labels: Mapping[str, str]
    node_selector: Mapping[str, str]
    tolerations: tuple[Toleration, ...]
    priority_class: str | None
    mounts: tuple[PodMount, ...]
    shared_memory_bytes: int
    """The size of /dev/shm, which counts as the pod's memory: a container's own has 64 MiB, too few for the
    workers of a data loader."""

    def mount(self, path: str) -> PodMount:
        """Return what is mounted at a path; raises KeyError where nothing is."""
        for each in self.mounts:
            if each.path == path:
                return each
        raise KeyError(path)


def compile_pod(plan: Plan, cluster: Cluster) -> Pod:
    """Return the pod of a plan; raises ValueError where the plan has no container image.

    Data without a claim for its bucket is left out. Nothing of an earlier plan is in it: whoever starts the
    pod sets all of these fields.
    """
    if plan.image is None:
        raise ValueError(f"the environment {plan.environment} is no container image")
    extended = {} if plan.gpu is None else {plan.gpu.resource: str(plan.gpu.count)}
    fixed = {
        "memory": str(plan.memory_bytes),
        "ephemeral-storage": str(plan.ephemeral_storage_bytes),
        **extended,
    }
    return Pod(
        image=plan.image,
        limits=MappingProxyType({"cpu": _cores(plan.cpu), **fixed}),
        requests=MappingProxyType({"cpu": _cores(plan.cpu, cluster.cpu_request_percent), **fixed}),
        environment=MappingProxyType(_environment(plan)),
        labels=MappingProxyType(_labels(plan)),
        node_selector=MappingProxyType(dict(plan.placement.node_selector)),
        tolerations=plan.placement.tolerations,
        priority_class=plan.placement.priority_class,
        mounts=_mounts(plan.mounts, cluster),
        shared_memory_bytes=plan.memory_bytes // 2,
    )


def _cores(cpu: float, percent: int = 100) -> str:
    """Write cores as Kubernetes does, in thousandths, a part of one rounded up."""
    return f"{ceil(Fraction(round(cpu * 1_000) * percent, 100))}m"


def _environment(plan: Plan) -> dict[str, str]:
    threads = {name: str(plan.threads) for name in THREAD_VARIABLES}
    return threads | (NO_GPUS if plan.gpu is None else {})


def _labels(plan: Plan) -> dict[str, str]:
    said = {"profile": plan.profile, "environment": plan.environment, "tier": plan.tier}
    return {f"{LABEL_PREFIX}/{name}": value for name, value in said.items()}


def _mounts(mounts: tuple[MountPlan, ...], cluster: Cluster) -> tuple[PodMount, ...]:
    """One volume for each claim, however many parts of it are mounted."""
    claims = list(dict.fromkeys(cluster.data_claims.get(mount.bucket) for mount in mounts))
    volumes = {
        claim: f"data-{number}" for number, claim in enumerate(each for each in claims if each is not None)
    }
    return tuple(
        PodMount(
            path=f"{cluster.home}/data/{mount.name}",
            volume=volumes[claim],
            claim=claim,
            sub_path=mount.prefix.rstrip("/"),
            read_only=mount.read_only,
        )
        for mount in mounts
        if (claim := cluster.data_claims.get(mount.bucket)) is not None
    )
