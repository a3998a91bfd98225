"""A pod as the fields of KubeSpawner: every field that a plan decides, each time, so that none is left of the
plan before. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from eohub_profiles.pods import LABEL_PREFIX, Pod

FACTS = "/etc/eohub"
"""Where a server finds what the hub says about it, as files that it cannot change."""
AWS_CONFIG = "aws-config"
MOUNTS = "mounts.json"
SHARED_MEMORY = "/dev/shm"  # noqa: S108 the pod's own
COMMAND = "jupyterhub-singleuser"
STOP_SECONDS = 10
"""What a server has to end its kernels, before it is killed."""
_OPENING = frozenset(
    {
        "automountserviceaccounttoken", "containers", "hostipc", "hostnetwork", "hostpid", "securitycontext",
        "serviceaccount", "serviceaccountname", "shareprocessnamespace",
    }
)  # fmt: skip
"""Fields of a pod by which it would leave its walls, or that the plan decides."""


@dataclass(frozen=True, slots=True)
class Base:
    """What the site's chart says of every pod; a plan adds to it and takes nothing away."""

    node_selector: Mapping[str, str] = field(default_factory=dict[str, str])
    tolerations: Sequence[Mapping[str, Any]] = ()
    volumes: Sequence[Mapping[str, Any]] = ()
    volume_mounts: Sequence[Mapping[str, Any]] = ()
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    annotations: Mapping[str, str] = field(default_factory=dict[str, str])
    pod: Mapping[str, Any] = field(default_factory=dict[str, Any])
    priority_class: str = ""
    uid: int = 1000


def fields_of(pod: Pod, base: Base, facts: Mapping[str, str]) -> dict[str, Any]:
    """Return KubeSpawner's fields by name; `facts` are files for the server, by their names.

    Whatever the chart says, no pod is privileged or gets a token of the cluster.
    """
    limits, requests = dict(pod.limits), dict(pod.requests)
    return {
        "image": pod.image,
        "cmd": [COMMAND],
        "image_pull_policy": "IfNotPresent",
        # By name, not as numbers: KubeSpawner would write thousandths as fractions.
        "cpu_limit": None,
        "cpu_guarantee": None,
        "mem_limit": None,
        "mem_guarantee": None,
        "extra_resource_limits": limits,
        "extra_resource_guarantees": requests,
        "node_selector": {**base.node_selector, **pod.node_selector},
        "tolerations": [*base.tolerations, *map(_toleration, pod.tolerations)],
        "priority_class_name": pod.priority_class or base.priority_class,
        "extra_labels": {**base.labels, **pod.labels},
        "extra_annotations": {
            **base.annotations,
            **{f"{LABEL_PREFIX}/{name}": _literal(text) for name, text in facts.items()},
        },
        "volumes": [*base.volumes, *_volumes(pod, facts)],
        "volume_mounts": [*base.volume_mounts, *_mounts(pod)],
        "extra_pod_config": {**_harmless(base.pod), "restartPolicy": "Never", "enableServiceLinks": False},
        "delete_grace_period": STOP_SECONDS,
        **_security(base.uid),
    }


def _harmless(pod: Mapping[str, Any]) -> dict[str, Any]:
    """What a chart says of every pod, without what would open it; KubeSpawner takes two spellings."""
    return {key: value for key, value in pod.items() if key.replace("_", "").lower() not in _OPENING}


def _security(uid: int) -> dict[str, Any]:
    """What the Pod Security Standard "restricted" asks for, and no token of the cluster's API."""
    profile = {"seccompProfile": {"type": "RuntimeDefault"}}
    return {
        "uid": uid,
        "gid": uid,
        "fs_gid": uid,
        "supplemental_gids": [],
        "privileged": False,
        "allow_privilege_escalation": False,
        "container_security_context": {
            "runAsNonRoot": True,
            "capabilities": {"drop": ["ALL"]},
            **profile,
        },
        "pod_security_context": {
            "runAsNonRoot": True,
            "fsGroupChangePolicy": "OnRootMismatch",
            **profile,
        },
        "service_account": None,
        "automount_service_account_token": False,
        "extra_container_config": {},
        "lifecycle_hooks": {},
        "modify_pod_hook": None,
        "profile_list": [],
    }


def _toleration(toleration: Any) -> dict[str, str]:
    said = {"key": toleration.key, "operator": toleration.operator}
    if toleration.operator == "Equal":
        said["value"] = toleration.value
    return said | ({"effect": toleration.effect} if toleration.effect else {})


def _volumes(pod: Pod, facts: Mapping[str, str]) -> list[dict[str, Any]]:
    claims = {mount.volume: mount.claim for mount in pod.mounts}
    read_only = {
        volume: all(mount.read_only for mount in pod.mounts if mount.volume == volume) for volume in claims
    }
    files = [
        {"path": name, "fieldRef": {"fieldPath": f"metadata.annotations['{LABEL_PREFIX}/{name}']"}}
        for name in facts
    ]
    return [
        {"name": "eohub-facts", "downwardAPI": {"items": files}},
        {
            "name": "eohub-shared-memory",
            "emptyDir": {"medium": "Memory", "sizeLimit": str(pod.shared_memory_bytes)},
        },
        *(
            {
                "name": volume,
                "persistentVolumeClaim": {"claimName": claim, "readOnly": read_only[volume]},
            }
            for volume, claim in claims.items()
        ),
    ]


def _mounts(pod: Pod) -> list[dict[str, Any]]:
    return [
        {"name": "eohub-facts", "mountPath": FACTS, "readOnly": True},
        {"name": "eohub-shared-memory", "mountPath": SHARED_MEMORY},
        *(
            {"name": mount.volume, "mountPath": mount.path, "readOnly": mount.read_only}
            | ({"subPath": mount.sub_path} if mount.sub_path else {})
            for mount in pod.mounts
        ),
    ]


def _literal(text: str) -> str:
    """Write a text that KubeSpawner, which fills in what stands in braces, gives out as it is."""
    return text.replace("{", "{{").replace("}", "}}")


def mounts_file(pod: Pod, titles: Mapping[str, str]) -> str:
    """Write which data the server shows as files, as the drive in the Lab reads it."""
    states = [
        {"name": name, "title": titles.get(name, name), "state": "mounted", "detail": ""}
        for name in (mount.path.rpartition("/")[2] for mount in pod.mounts)
    ]
    return json.dumps({"mounts": states})
