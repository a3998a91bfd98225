from dataclasses import replace
from typing import Any

import pytest
from fakes.audit_log import FakeAudit
from fakes.gpu_cluster import FakeGpuCluster, gpu_node, holder
from fakes.kube_spawner import cluster_policy, cluster_site, decided, kube_spawner, rendered
from hypothesis import given, settings
from hypothesis import strategies as st

from eohub_hub.kubernetes.spawner import EohubKubeSpawner
from eohub_hub.spawner.decision import CannotStart
from eohub_hub.spawner.form import form_of
from eohub_profiles.model import Environment


def limits(pod: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = pod["spec"]["containers"][0]["resources"]["limits"]
    return found


async def test_nothing_that_a_browser_sends_reaches_a_pod() -> None:
    spawner = kube_spawner()
    for evil in (
        {"image": "evil"},
        {"image--unlisted-choice": "evil"},
        {"node_selector": "x"},
        {"cpu": "64"},
    ):
        spawner.user_options = {"profile": "small", "environment": "eo"} | evil
        with pytest.raises(CannotStart):
            await spawner.run_pre_spawn_hook()
        with pytest.raises(CannotStart, match="not decided"):
            await kube_spawner().load_user_options()


async def test_a_start_that_nobody_decided_on_is_written_down_as_failed() -> None:
    spawner = kube_spawner()
    with pytest.raises(CannotStart, match="not decided"):
        await spawner.start()
    assert isinstance(spawner.site.audit, FakeAudit)
    assert [event[0] for event in spawner.site.audit.said()] == ["spawn.failed"]


async def test_an_environment_without_an_image_cannot_start_and_says_so() -> None:
    policy = cluster_policy().model_copy(update={"environments": (Environment(id="eo", title="Earth"),)})
    spawner = kube_spawner(cluster_site(policy))
    with pytest.raises(CannotStart, match=r"the environment eo is no container image\. Ask: the desk"):
        await decided(spawner, profile="small")


async def test_a_chart_adds_to_every_pod_and_opens_none() -> None:
    chart = {
        "node_selector": {"pool": "users"},
        "tolerations": [{"key": "hub.jupyter.org/dedicated", "operator": "Exists"}],
        "extra_labels": {"site": "here"},
        "extra_pod_config": {"hostNetwork": True, "host_pid": True, "dnsPolicy": "Default"},
        "privileged": True,
        "allow_privilege_escalation": True,
        "service_account": "admin",
        "automount_service_account_token": True,
        "container_security_context": {"capabilities": {"add": ["SYS_ADMIN"]}},
        "extra_container_config": {"env_from": [{"secretRef": {"name": "all"}}]},
        "profile_list": [{"display_name": "Root", "kubespawner_override": {"uid": 0}}],
        "uid": 0,
    }
    pod = await rendered(await decided(kube_spawner(chart=chart), profile="gpu-l4"))
    spec, container = pod["spec"], pod["spec"]["containers"][0]
    assert spec["nodeSelector"] == {"pool": "users", "example.org/accelerator": "l4"}
    assert [each["key"] for each in spec["tolerations"]] == ["hub.jupyter.org/dedicated", "nvidia.com/gpu"]
    assert pod["metadata"]["labels"]["site"] == "here"
    assert spec["dnsPolicy"] == "Default"
    assert not {"hostNetwork", "hostPID"} & spec.keys()
    assert container["securityContext"]["runAsUser"] == 1000
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert "privileged" not in container["securityContext"]
    assert "envFrom" not in container
    assert spec["automountServiceAccountToken"] is False


async def test_the_hub_s_own_variables_stay_with_the_hub() -> None:
    spawner = kube_spawner(chart={"environment": {"SITE": "here {username}"}, "env_keep": ["HOME"]})
    names = set((await decided(spawner, profile="small")).get_env())
    assert "SITE" in names
    assert not {"HOME", "JPY_API_TOKEN", "PATH"} & names


async def test_texts_with_braces_come_through_as_they_are() -> None:
    pod = await rendered(await decided(kube_spawner(), profile="small", mounts=["climate"]))
    assert pod["metadata"]["annotations"]["eohub/mounts.json"] == (
        '{"mounts": [{"name": "climate", "title": "Climate", "state": "mounted", "detail": ""}]}'
    )


async def test_a_start_may_take_as_long_as_it_waits_for_gpus_and_its_pod_together() -> None:
    for profile, seconds in (("small", 360), ("gpu-l4", 960)):
        spawner = await decided(kube_spawner(), profile=profile)
        spawner.start().cancel()
        assert spawner.start_timeout == seconds


async def test_whoever_waits_in_vain_leaves_the_line_and_the_reason() -> None:
    cluster = FakeGpuCluster((gpu_node("one", 1, holder("busy")),))
    policy = cluster_policy()
    free = policy.profiles[1].model_copy(update={"placement": policy.profiles[0].placement})
    policy = policy.model_copy(update={"profiles": (policy.profiles[0], free)})
    spawner = await decided(kube_spawner(cluster_site(policy, cluster, gpu_wait_seconds=0)), profile="gpu-l4")
    with pytest.raises(CannotStart, match="you were the next"):
        await spawner.start()
    assert spawner.gpus is not None
    assert await spawner.gpus.standing("eohub/jupyter-alice") is None
    assert isinstance(spawner.site.audit, FakeAudit)
    assert [event[0] for event in spawner.site.audit.said()] == ["spawn", "spawn.failed"]
    assert limits(await rendered(await decided(spawner, profile="small"))).keys() == {
        "cpu", "memory", "ephemeral-storage",
    }  # fmt: skip


choices = st.fixed_dictionaries(
    {"profile": st.sampled_from(["small", "gpu-l4", "gpu-part"])},
    optional={"mounts": st.lists(st.sampled_from(["climate", "mine"]), unique=True)},
)


@settings(max_examples=25)
@given(st.lists(choices, min_size=1, max_size=4))
async def test_a_pod_is_the_same_whatever_was_started_before_it(row: list[dict[str, Any]]) -> None:
    """Case 4, for any row of starts that came to nothing."""
    spawner: EohubKubeSpawner = kube_spawner()
    for options in row:
        await decided(spawner, **options)
    assert await rendered(spawner) == await rendered(await decided(kube_spawner(), **row[-1]))


@pytest.mark.parametrize(("server", "name"), [("", "jupyter-alice"), ("big", "jupyter-alice--big")])
async def test_each_server_of_a_person_has_a_pod_of_its_own(server: str, name: str) -> None:
    assert (await rendered(await decided(kube_spawner(server=server), profile="small")))["metadata"][
        "name"
    ] == name


async def test_a_server_that_is_found_again_after_a_restart_counts_as_up() -> None:
    spawner = kube_spawner()
    spawner.load_state(spawner.get_state())
    assert spawner.pod_name == "jupyter-alice"


async def test_the_form_says_how_many_gpus_are_free() -> None:
    l4 = replace(gpu_node("l4", 4, holder("x"), holder("y")), labels={"example.org/accelerator": "l4"})
    spawner = kube_spawner(cluster_site(gpus=FakeGpuCluster((l4, gpu_node("other", 8)))))
    form = await form_of(spawner)
    assert {offer.profile: offer.gpu_text for offer in form.offers} == {
        "small": "",
        "gpu-l4": "1 x L4 24 GiB, 2 of 4 free",
        "gpu-part": "1 x Part 10 GiB, 0 of 0 free",
    }
    silent = kube_spawner(cluster_site(gpus=FakeGpuCluster(silence="no")))
    assert (await form_of(silent)).offers[1].gpu_text == "1 x L4 24 GiB"
    assert "container" in form.isolation
