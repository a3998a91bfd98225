"""Nodes and pods of a cluster as the ledger reads them, asked over the Kubernetes API."""

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import ClientError
from kubernetes_asyncio.client import ApiException

from eohub_hub.kubernetes.ledger import GpuNode, Holder, Taint
from eohub_hub.kubernetes.ports import GpusUnknown

CORDON = "node.kubernetes.io/unschedulable"
"""The taint of a cordoned node; no pod of ours tolerates it, and it says nothing beside `unschedulable`."""
_SECONDS = 10
_PAGE = 500
_GPU = re.compile(r"(?:[a-z0-9.-]+\.)?(?:nvidia|amd|intel)\.com/[A-Za-z0-9._-]+|.*gpu.*")
"""Extended resources that are GPUs or parts of one: nvidia.com/gpu, nvidia.com/mig-1g.10gb, amd.com/gpu."""


class KubernetesGpus:
    """Asks for nodes, and for the pods on those that have GPUs; `api` is kubernetes_asyncio's CoreV1Api."""

    def __init__(self, api: Any) -> None:
        self._api = api

    async def nodes(self) -> tuple[GpuNode, ...]:
        """Every node with GPUs and the pods that hold them, of every namespace; raises GpusUnknown."""
        try:
            found = await self._listed(self._api.list_node)
            having = [each for each in found if gpus_of(each["status"].get("allocatable"))]
            pods = await asyncio.gather(*(self._on(each["metadata"]["name"]) for each in having))
        except ApiException as error:
            raise GpusUnknown(f"The cluster refuses to say which there are ({error.status}).") from error
        except (TimeoutError, ClientError, OSError, ValueError, KeyError) as error:
            raise GpusUnknown("The cluster does not say which there are.") from error
        return tuple(node_of(node, theirs) for node, theirs in zip(having, pods, strict=True))

    async def _on(self, node: str) -> list[Mapping[str, Any]]:
        selector = f"spec.nodeName={node},status.phase!=Succeeded,status.phase!=Failed"
        return await self._listed(self._api.list_pod_for_all_namespaces, field_selector=selector)

    async def _listed(self, method: Any, **arguments: str) -> list[Mapping[str, Any]]:
        items: list[Mapping[str, Any]] = []
        going_on = ""
        while True:
            page = {"limit": _PAGE, **({"_continue": going_on} if going_on else {})}
            answer = await method(**arguments, **page, _preload_content=False, _request_timeout=_SECONDS)
            if answer.status >= 400:
                raise ApiException(status=answer.status)
            body: dict[str, Any] = json.loads(await answer.read())
            items += body["items"]
            going_on = str((body.get("metadata") or {}).get("continue") or "")
            if not going_on:
                return items


def gpus_of(resources: Mapping[str, Any] | None) -> dict[str, int]:
    """Return the GPUs among a node's or a container's resources; extended resources are whole numbers."""
    return {
        name: int(amount)
        for name, amount in (resources or {}).items()
        if _GPU.fullmatch(name) and str(amount).isdecimal() and int(amount) > 0
    }


def node_of(node: Mapping[str, Any], pods: Sequence[Mapping[str, Any]]) -> GpuNode:
    """Read a node of the Kubernetes API with the pods on it."""
    metadata, spec, status = node["metadata"], node.get("spec") or {}, node["status"]
    is_ready = any(
        each.get("type") == "Ready" and each.get("status") == "True"
        for each in status.get("conditions") or ()
    )
    return GpuNode(
        name=metadata["name"],
        labels=dict(metadata.get("labels") or {}),
        taints=tuple(
            Taint(each["key"], each.get("value") or "", each["effect"])
            for each in spec.get("taints") or ()
            if each["key"] != CORDON
        ),
        is_open=is_ready and not spec.get("unschedulable"),
        gpus=gpus_of(status.get("allocatable")),
        holders=tuple(holder for pod in pods if (holder := holder_of(pod)).gpus),
    )


def holder_of(pod: Mapping[str, Any]) -> Holder:
    """Read a pod of the Kubernetes API: containers hold at one time, each of those before them alone.

    A container that goes on beside the others (`restartPolicy: Always` before them) holds with them.
    """
    metadata, spec = pod["metadata"], pod["spec"]
    together: dict[str, int] = {}
    largest: dict[str, int] = {}
    for container in (*(spec.get("containers") or ()), *(spec.get("initContainers") or ())):
        wanted = gpus_of((container.get("resources") or {}).get("limits"))
        is_first = container in (spec.get("initContainers") or ())
        for name, number in wanted.items():
            if is_first and container.get("restartPolicy") != "Always":
                largest[name] = max(largest.get(name, 0), number)
            else:
                together[name] = together.get(name, 0) + number
    gpus = {name: max(together.get(name, 0), largest.get(name, 0)) for name in together | largest}
    reference = f"{metadata['namespace']}/{metadata['name']}"
    return Holder(reference, gpus, is_ending=bool(metadata.get("deletionTimestamp")))
