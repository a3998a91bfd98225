"""The values for the upstream chart: what they have the hub run, run as the chart does it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from eohub_hub.settings import HubSettings
from eohub_toolkit.settings import variables_of

ROOT = Path(__file__).parents[2]
VALUES: dict[str, Any] = yaml.safe_load((ROOT / "helm-values.yaml").read_text())
IMAGE = "registry.example.org/eohub/eo@sha256:" + "ab" * 32
HUB = """
import json, sys
from traitlets.config import Config
c = Config()
c.KubeSpawner.namespace = "chart"

def get_config(key):
    raise AssertionError("the chart's own, which gives values")

exec(sys.stdin.read())
from eohub_hub.kubernetes.spawner import EohubKubeSpawner
spawner = c.JupyterHub.spawner_class
print(json.dumps({
    "is_ours": issubclass(spawner, EohubKubeSpawner),
    "namespace": c.KubeSpawner.namespace,
    "home": spawner.site.settings.cluster.home,
    "waiting": spawner.site.settings.longest_gpu_queue,
    "limit": c.JupyterHub.concurrent_spawn_limit,
}))
"""


def run_as_the_chart(folder: Path, policy: Path) -> "subprocess.CompletedProcess[str]":
    """Run the values' configuration with their environment, paths of the image and volumes being here."""
    moved = {"/srv/eohub/": f"{ROOT}/", "/srv/jupyterhub": str(folder), "/etc/eohub/policy": str(policy)}
    code = VALUES["hub"]["extraConfig"]["50-eohub"]
    given = {name: str(value) for name, value in VALUES["hub"]["extraEnv"].items()}
    for old, new in moved.items():
        code = code.replace(old, new)
        given = {name: value.replace(old, new) for name, value in given.items()}
    given["EOHUB_HUB_CLIENT_SECRET_FILE"] = str(folder / "secret")
    (folder / "secret").write_text("secret")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EOHUB_")}
    return subprocess.run(
        [sys.executable, "-c", HUB], input=code, env=kept | given, capture_output=True, text=True, timeout=120
    )


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """The policy of the checkout."""
    folder = tmp_path / "policy"
    shutil.copytree(ROOT / "spawner_profiles" / "profiles", folder / "profiles")
    shutil.copy(ROOT / "spawner_profiles" / "policy.yaml", folder)
    return folder


def with_images(policy: Path) -> Path:
    """The same, each environment with an image."""
    file = policy / "policy.yaml"
    rules = yaml.safe_load(file.read_text())
    for environment in rules["environments"]:
        environment["image"] = IMAGE
    file.write_text(yaml.safe_dump(rules))
    return policy


def test_the_hub_of_the_chart_starts_servers_as_ours(tmp_path: Path, policy: Path) -> None:
    ended = run_as_the_chart(tmp_path, with_images(policy))
    assert ended.returncode == 0, ended.stderr[-2000:]
    assert json.loads(ended.stdout.splitlines()[-1]) == {
        "is_ours": True,
        "namespace": "chart",
        "home": VALUES["singleuser"]["storage"]["homeMountPath"],
        "waiting": 32,
        "limit": 64,
    }


def test_a_policy_without_images_stops_the_hub_with_the_field(tmp_path: Path, policy: Path) -> None:
    ended = run_as_the_chart(tmp_path, policy)
    assert ended.returncode != 0
    assert "environments[0].image: is missing: servers here are containers" in ended.stderr


def test_the_values_name_only_settings_that_there_are() -> None:
    assert VALUES["hub"]["extraEnv"].keys() <= variables_of(HubSettings).keys()


def test_the_chart_neither_ends_servers_nor_opens_pods_beside_our_rules() -> None:
    assert VALUES["cull"] == {"enabled": False}
    assert VALUES["singleuser"]["cloudMetadata"] == {"blockWithIptables": False}
    assert not VALUES["singleuser"]["networkPolicy"]["egressAllowRules"]["cloudMetadataServer"]
    assert not {"profileList", "serviceAccountName", "allowPrivilegeEscalation"} & VALUES["singleuser"].keys()
