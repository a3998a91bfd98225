"""Writes the pods of a sample policy, as KubeSpawner renders them: what a change of code changes in a pod is
seen in a diff."""

import asyncio
from pathlib import Path
from typing import Any

import yaml
from fakes.kube_spawner import decided, kube_spawner, rendered

FOLDER = Path(__file__).with_name("golden_pods")
CASES: dict[str, dict[str, Any]] = {
    "small": {"profile": "small"},
    "small-with-data": {"profile": "small", "mounts": ["climate", "mine"]},
    "gpu": {"profile": "gpu-l4"},
    "two-gpus": {"profile": "gpu-l4", "size": "two"},
    "part-of-a-gpu": {"profile": "gpu-part"},
}


async def pod_of(options: dict[str, Any]) -> str:
    """The pod of a choice as YAML."""
    return yaml.safe_dump(await rendered(await decided(kube_spawner(), **options)), sort_keys=True)


if __name__ == "__main__":
    for name, options in CASES.items():
        (FOLDER / f"{name}.yaml").write_text(asyncio.run(pod_of(options)))
