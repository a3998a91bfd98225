"""The plain KubeSpawner 7.1.0 beside ours, at choices that people can send.

What is shown is public upstream. A failure says that upstream has mended it; what we do about it may stay.
"""

from importlib.metadata import version
from typing import Any

import pytest
from fakes.kube_spawner import DIGEST, cluster_policy, cluster_site, decided, kube_spawner, rendered
from kubespawner import KubeSpawner

from eohub_hub.spawner.decision import CannotStart
from eohub_profiles.model import Images

pytestmark = pytest.mark.skipif(
    version("jupyterhub-kubespawner") != "7.1.0", reason="it is known of KubeSpawner 7.1.0 only"
)
HOST = "registry.example.org"
SMALL = {
    "display_name": "Small",
    "slug": "small",
    "profile_options": {
        "image": {
            "display_name": "Image",
            "unlisted_choice": {
                "enabled": True,
                "validation_regex": f"^{HOST}/eo/[a-z]+:[0-9]+$",
                "kubespawner_override": {"image": "{value}"},
            },
        },
        "size": {
            "display_name": "Size",
            "choices": {"s": {"display_name": "S", "kubespawner_override": {"mem_limit": "1G"}}},
        },
    },
}
GPU = {
    "display_name": "GPU",
    "slug": "gpu-l4",
    "kubespawner_override": {
        "extra_resource_limits": {"nvidia.com/gpu": "1"},
        "node_selector": {"example.org/accelerator": "l4"},
        "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}],
    },
}
SOUND = f"{HOST}/eo/base:1"


def plain() -> KubeSpawner:
    spawner = KubeSpawner(_mock=True)
    spawner.profile_list = [SMALL, GPU]
    return spawner


async def chosen(spawner: KubeSpawner, **options: Any) -> KubeSpawner:
    spawner.user_options = options
    await spawner.load_user_options()
    return spawner


async def test_plain_takes_a_newline_behind_an_image_that_its_expression_ends_before() -> None:
    image = f"{SOUND}\n"
    spawner = await chosen(plain(), profile="small", **{"image--unlisted-choice": image})
    assert spawner.image == image


@pytest.mark.parametrize(
    "image", [f"{SOUND}\n", f"{SOUND}x y", f"{HOST}.evil.example/eo/base:1", f"{HOST}/eo/bаse:1"], ids=ascii
)
async def test_ours_takes_an_image_whole_or_not(image: str) -> None:
    policy = cluster_policy().model_copy(update={"images": Images(allowed=(f"{HOST}/eo/*",))})
    site = cluster_site(policy)
    whole = f"{SOUND}@{DIGEST}"
    ours = await decided(kube_spawner(site), profile="small", image=whole)
    assert (await rendered(ours))["spec"]["containers"][0]["image"] == whole
    with pytest.raises(CannotStart) as refusal:
        await decided(kube_spawner(site), profile="small", image=image)
    assert refusal.value.status_code in (400, 403)


async def test_plain_keeps_the_gpu_and_its_node_for_the_small_server_after() -> None:
    spawner = await chosen(plain(), profile="gpu-l4")
    after = await chosen(spawner, profile="small", **{"image--unlisted-choice": SOUND})
    assert after.extra_resource_limits == {"nvidia.com/gpu": "1"}
    assert after.node_selector == {"example.org/accelerator": "l4"}
    assert after.tolerations


async def test_ours_has_no_gpu_selector_nor_toleration_then() -> None:
    spawner = await decided(kube_spawner(), profile="gpu-l4")
    small = (await rendered(await decided(spawner, profile="small")))["spec"]
    assert not small.get("tolerations")
    assert "example.org/accelerator" not in (small.get("nodeSelector") or {})
    assert "nvidia.com/gpu" not in str(small)


async def test_plain_knows_no_sentence_for_a_choice_that_there_is_not() -> None:
    options = {"size": "xxl", "image--unlisted-choice": SOUND}
    with pytest.raises(KeyError):
        await chosen(plain(), profile="small", **options)


async def test_ours_refuses_it_with_the_names_that_there_are() -> None:
    with pytest.raises(CannotStart) as refusal:
        await decided(kube_spawner(), profile="gpu-l4", size="xxl")
    assert refusal.value.status_code == 400
    assert "two" in str(refusal.value.jupyterhub_message)
