import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from kubernetes_asyncio.client import ApiException

from eohub_hub.kubernetes.ledger import Holder, Taint
from eohub_hub.kubernetes.nodes import KubernetesGpus, gpus_of, holder_of, node_of
from eohub_hub.kubernetes.ports import GpusUnknown

READY = [{"type": "Ready", "status": "True"}]


def node(name: str = "one", gpus: str = "4", **spec: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "labels": {"kind": "l4"}},
        "spec": spec,
        "status": {"conditions": READY, "allocatable": {"cpu": "8", "nvidia.com/gpu": gpus}},
    }


def pod(name: str, *gpus: str, first: tuple[dict[str, Any], ...] = (), **metadata: Any) -> dict[str, Any]:
    containers = [{"resources": {"limits": {"nvidia.com/gpu": number}}} for number in gpus]
    return {
        "metadata": {"namespace": "eohub", "name": name, **metadata},
        "spec": {"containers": containers, "initContainers": list(first)},
    }


@dataclass
class Answer:
    body: Any
    status: int = 200

    async def read(self) -> bytes:
        return json.dumps(self.body).encode()


@dataclass
class PaperApi:
    """Answers as the Kubernetes API does, a page at a time."""

    items: list[dict[str, Any]]
    pods: dict[str, list[dict[str, Any]]] = field(default_factory=dict[str, list[dict[str, Any]]])
    status: int = 200
    selectors: list[str] = field(default_factory=list[str])

    async def list_node(self, _continue: str = "", **_arguments: Any) -> Answer:
        position = int(_continue or 0)
        more = str(position + 1) if position + 1 < len(self.items) else ""
        return Answer(
            {"items": self.items[position : position + 1], "metadata": {"continue": more}}, self.status
        )

    async def list_pod_for_all_namespaces(self, field_selector: str, **_arguments: Any) -> Answer:
        self.selectors.append(field_selector)
        name = field_selector.partition(",")[0].partition("=")[2]
        return Answer({"items": self.pods.get(name, []), "metadata": {}})


async def test_pods_are_asked_for_on_nodes_with_gpus_only() -> None:
    plain = node("plain", "0")
    api = PaperApi([node("one"), plain, node("two")], {"two": [pod("a", "1"), pod("b")]})
    found = await KubernetesGpus(api).nodes()
    assert [(each.name, each.free("nvidia.com/gpu")) for each in found] == [("one", 4), ("two", 3)]
    assert api.selectors == [
        f"spec.nodeName={name},status.phase!=Succeeded,status.phase!=Failed" for name in ("one", "two")
    ]


async def test_a_hub_that_may_not_ask_says_so() -> None:
    with pytest.raises(GpusUnknown, match=r"refuses to say which there are \(403\)"):
        await KubernetesGpus(PaperApi([node()], status=403)).nodes()


@pytest.mark.parametrize("fault", [OSError("gone"), TimeoutError(), ApiException(status=500)])
async def test_a_cluster_that_does_not_answer_is_no_cluster_without_gpus(fault: Exception) -> None:
    class Broken(PaperApi):
        async def list_node(self, _continue: str = "", **_arguments: Any) -> Answer:
            raise fault

    with pytest.raises(GpusUnknown):
        await KubernetesGpus(Broken([])).nodes()


def test_a_cordoned_node_is_closed_and_its_taint_says_no_more_than_that() -> None:
    cordon = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}
    kept = {"key": "nvidia.com/gpu", "value": "yes", "effect": "NoSchedule"}
    found = node_of(node(unschedulable=True, taints=[cordon, kept]), [pod("a", "1")])
    assert (found.is_open, found.free("nvidia.com/gpu")) == (False, 0)
    assert found.taints == (Taint("nvidia.com/gpu", "yes", "NoSchedule"),)


def test_a_node_that_is_not_ready_is_closed() -> None:
    unready = node()
    unready["status"]["conditions"] = [{"type": "Ready", "status": "Unknown"}]
    assert not node_of(unready, []).is_open


def test_a_pod_holds_what_its_containers_hold_together_and_the_first_ones_alone() -> None:
    two = {"resources": {"limits": {"nvidia.com/gpu": "3"}}}
    beside = two | {"restartPolicy": "Always"}
    assert holder_of(pod("a", "1", "1")).gpus == {"nvidia.com/gpu": 2}
    assert holder_of(pod("a", "1", first=(two,))).gpus == {"nvidia.com/gpu": 3}
    assert holder_of(pod("a", "1", first=(beside,))).gpus == {"nvidia.com/gpu": 4}


def test_a_pod_that_is_being_deleted_is_ending() -> None:
    ending = pod("a", "1", deletionTimestamp="2026-11-25T22:00:00Z")
    assert holder_of(ending) == Holder("eohub/a", {"nvidia.com/gpu": 1}, is_ending=True)


@pytest.mark.parametrize(
    ("resources", "gpus"),
    [
        (None, {}),
        ({"cpu": "8", "memory": "1Gi", "ephemeral-storage": "9"}, {}),
        (
            {"nvidia.com/mig-1g.10gb": "7", "amd.com/gpu": "2"},
            {"nvidia.com/mig-1g.10gb": 7, "amd.com/gpu": 2},
        ),
        (
            {"gpu.intel.com/i915": "1", "example.org/gpu": "3"},
            {"gpu.intel.com/i915": 1, "example.org/gpu": 3},
        ),
        ({"nvidia.com/gpu": "0", "amd.com/gpu": "-1", "intel.com/x": "one"}, {}),
    ],
)
def test_gpus_are_found_among_resources(resources: dict[str, str] | None, gpus: dict[str, int]) -> None:
    assert gpus_of(resources) == gpus
