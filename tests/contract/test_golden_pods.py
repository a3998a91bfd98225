"""Pods that KubeSpawner renders from plans, compared with those that were looked at and committed."""

from typing import Any

import pytest
import yaml
from contract.golden_pods import CASES, FOLDER, pod_of
from fakes.kube_spawner import DIGEST, decided, kube_spawner, rendered


def golden(name: str) -> dict[str, Any]:
    pod: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text())
    return pod


@pytest.mark.parametrize("name", CASES)
async def test_a_pod_is_the_one_that_was_looked_at(name: str) -> None:
    assert await pod_of(CASES[name]) == (FOLDER / f"{name}.yaml").read_text(), "run `make generate`"


@pytest.mark.parametrize("name", CASES)
def test_every_pod_is_restricted(name: str) -> None:
    spec = golden(name)["spec"]
    (container,) = spec["containers"]
    security = container["securityContext"]
    assert security["runAsNonRoot"] is spec["securityContext"]["runAsNonRoot"] is True
    assert security["runAsUser"] == security["runAsGroup"] == 1000
    assert security["allowPrivilegeEscalation"] is False
    assert security["capabilities"] == {"drop": ["ALL"]}
    assert (
        security["seccompProfile"] == spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    )
    assert spec["automountServiceAccountToken"] is False
    assert not {"serviceAccountName", "hostNetwork", "hostPID", "hostIPC", "initContainers"} & spec.keys()
    kinds = {kind for volume in spec["volumes"] for kind in volume if kind != "name"}
    assert kinds <= {"persistentVolumeClaim", "downwardAPI", "emptyDir"}


@pytest.mark.parametrize("name", CASES)
def test_every_pod_has_its_image_by_digest_and_bounds_for_all_it_uses(name: str) -> None:
    (container,) = golden(name)["spec"]["containers"]
    assert container["image"].endswith(f"@{DIGEST}")
    limits, requests = container["resources"]["limits"], container["resources"]["requests"]
    assert {"cpu", "memory", "ephemeral-storage"} <= limits.keys() == requests.keys()
    assert {name: limits[name] for name in limits if name != "cpu"} == {
        name: requests[name] for name in requests if name != "cpu"
    }


def test_gpus_are_asked_for_by_the_name_of_their_resource() -> None:
    asked = {
        name: {
            resource: number
            for resource, number in golden(name)["spec"]["containers"][0]["resources"]["limits"].items()
            if "/" in resource
        }
        for name in CASES
    }
    assert asked == {
        "small": {},
        "small-with-data": {},
        "gpu": {"nvidia.com/gpu": "1"},
        "two-gpus": {"nvidia.com/gpu": "2"},
        "part-of-a-gpu": {"nvidia.com/mig-1g.10gb": "1"},
    }


def test_data_lies_below_the_home_folder_as_the_policy_lets_it() -> None:
    spec = golden("small-with-data")["spec"]
    data = [mount for mount in spec["containers"][0]["volumeMounts"] if mount["name"].startswith("data-")]
    assert data == [
        {"mountPath": "/srv/people/data/climate", "name": "data-0", "readOnly": True, "subPath": "climate"},
        {"mountPath": "/srv/people/data/mine", "name": "data-1", "readOnly": False, "subPath": "alice"},
    ]
    claims = {
        volume["name"]: volume["persistentVolumeClaim"]
        for volume in spec["volumes"]
        if volume["name"].startswith("data-")
    }
    assert claims == {
        "data-0": {"claimName": "data-cubes", "readOnly": True},
        "data-1": {"claimName": "data-people", "readOnly": False},
    }


async def test_a_small_server_after_a_gpu_that_found_no_node_is_as_if_there_had_been_none() -> None:
    """Case 4: nothing of the plan before is left, be it a GPU, a selector or a toleration."""
    spawner = await decided(kube_spawner(), profile="gpu-l4", size="two", mounts=["climate"])
    assert (await rendered(spawner))["spec"]["nodeSelector"] == {"example.org/accelerator": "l4"}
    again = await rendered(await decided(spawner, profile="small"))
    assert again == golden("small")
    assert not {"nodeSelector", "tolerations", "priorityClassName"} & again["spec"].keys()
