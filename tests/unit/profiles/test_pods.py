import re
from dataclasses import replace
from types import MappingProxyType

import pytest
from fakes.plans import small_plan
from hypothesis import given
from hypothesis import strategies as st

from eohub_profiles.compile import THREAD_VARIABLES
from eohub_profiles.decision import GpuRequest, MountPlan, Placement, Plan, Subject, Toleration, Usage
from eohub_profiles.decision import Request as Wanted
from eohub_profiles.model import Environment, Gpu, Mount, Policy, Profile, Tier
from eohub_profiles.pods import Cluster, compile_pod
from eohub_profiles.resolve import resolve

IMAGE = "registry.example.org/eo@sha256:" + "ab" * 32
CLUSTER = Cluster("/srv/people", {"cubes": "claim-cubes", "people": "claim-people"})
L4 = GpuRequest("nvidia.com/gpu", 1, "L4", None)
CLIMATE = MountPlan("climate", "Climate", "cubes", "climate/", read_only=True)
WEATHER = MountPlan("weather", "Weather", "cubes", "weather/era5/", read_only=False)
WHOLE = MountPlan("people", "People", "people", "", read_only=True)
ELSEWHERE = MountPlan("other", "Other", "elsewhere", "", read_only=True)


def plan(**changed: object) -> Plan:
    return replace(small_plan(), **({"image": IMAGE} | changed))  # pyright: ignore[reportArgumentType]


def test_a_gpu_profile_lands_on_gpu_nodes_with_read_only_data() -> None:
    researcher = Subject("https://id.example.org", "1", "ann", frozenset({"science"}))
    profile = Profile.model_validate(
        {"name": "gpu-l4", "title": "GPU L4", "cpu": 8, "memory": "32 GiB", "price": "0.98 EUR/h",
         "gpu": Gpu(title="L4"), "groups": ("science",)}
    )  # fmt: skip
    policy = Policy(
        support="the desk",
        tiers=(Tier(name="free", title="free", servers_per_user=1),),
        environments=(Environment(id="eo", title="Earth", image=IMAGE),),
        profiles=(profile,),
        mounts=(Mount(name="eodata", title="Data", bucket="cubes", access="read-only"),),
    )
    decided = resolve(researcher, Usage(), Wanted("gpu-l4", "eo", mounts=("eodata",)), policy)
    assert isinstance(decided, Plan)
    pod = compile_pod(decided, CLUSTER)
    assert pod.limits["nvidia.com/gpu"] == "1"
    assert pod.mount("/srv/people/data/eodata").read_only


def test_a_small_plan_has_bounds_for_all_and_no_gpu() -> None:
    pod = compile_pod(plan(), CLUSTER)
    assert dict(pod.limits) == {"cpu": "2000m", "memory": "4294967296", "ephemeral-storage": "10737418240"}
    assert pod.requests == pod.limits
    assert pod.environment["NVIDIA_VISIBLE_DEVICES"] == "void"
    assert pod.environment["OMP_NUM_THREADS"] == "2"
    assert (pod.image, pod.mounts, pod.priority_class) == (IMAGE, (), None)
    assert dict(pod.labels) == {"eohub/profile": "small", "eohub/environment": "eo", "eohub/tier": "free"}


def test_what_sees_the_gpus_of_a_pod_is_for_its_device_plugin_to_say() -> None:
    assert "NVIDIA_VISIBLE_DEVICES" not in compile_pod(plan(gpu=L4), CLUSTER).environment


@pytest.mark.parametrize(
    ("cpu", "percent", "request_text"),
    [(2.0, 100, "2000m"), (2.0, 50, "1000m"), (0.1, 1, "1m"), (0.333, 100, "333m"), (1.1, 100, "1100m")],
)
def test_cores_are_set_aside_in_thousandths_rounded_up(cpu: float, percent: int, request_text: str) -> None:
    pod = compile_pod(plan(cpu=cpu), replace(CLUSTER, cpu_request_percent=percent))
    assert pod.requests["cpu"] == request_text
    assert pod.requests["memory"] == pod.limits["memory"]


def test_parts_of_one_claim_share_its_volume() -> None:
    pod = compile_pod(plan(mounts=(CLIMATE, WHOLE, WEATHER)), CLUSTER)
    assert [(each.volume, each.claim, each.sub_path, each.read_only) for each in pod.mounts] == [
        ("data-0", "claim-cubes", "climate", True),
        ("data-1", "claim-people", "", True),
        ("data-0", "claim-cubes", "weather/era5", False),
    ]


def test_data_without_a_volume_is_left_out() -> None:
    pod = compile_pod(plan(mounts=(ELSEWHERE, CLIMATE)), CLUSTER)
    assert [(each.path, each.volume) for each in pod.mounts] == [("/srv/people/data/climate", "data-0")]
    with pytest.raises(KeyError):
        pod.mount("/srv/people/data/other")


def test_a_plan_without_an_image_is_no_pod() -> None:
    with pytest.raises(ValueError, match="the environment eo is no container image"):
        compile_pod(plan(image=None), CLUSTER)


names = st.from_regex(re.compile(r"[a-z][a-z0-9]{0,10}"), fullmatch=True)
gpus = st.none() | st.builds(
    GpuRequest,
    st.sampled_from(["nvidia.com/gpu", "nvidia.com/mig-1g.10gb", "amd.com/gpu"]),
    st.integers(1, 8),
    names,
    st.none(),
)
placements = st.builds(
    Placement,
    st.dictionaries(names, names, max_size=3).map(MappingProxyType),
    st.lists(st.builds(Toleration, names, st.just("Exists"), st.just(""), st.just("NoSchedule"))).map(tuple),
    st.none() | names,
)
plans = st.builds(
    lambda milli, memory, gpu, placement, mounts: plan(
        cpu=milli / 1_000, memory_bytes=memory, gpu=gpu, placement=placement, mounts=tuple(mounts)
    ),
    st.integers(100, 512_000),
    st.integers(2**28, 2**42),
    gpus,
    placements,
    st.lists(st.sampled_from([CLIMATE, WEATHER, WHOLE, ELSEWHERE]), unique=True),
)


@given(plans, st.integers(1, 100))
def test_no_plan_makes_a_pod_without_bounds_or_with_more_than_it_says(made: Plan, percent: int) -> None:
    pod = compile_pod(made, replace(CLUSTER, cpu_request_percent=percent))
    assert pod.limits.keys() == pod.requests.keys()
    assert int(pod.limits["cpu"].removesuffix("m")) == round(made.cpu * 1_000)
    assert 1 <= int(pod.requests["cpu"].removesuffix("m")) <= int(pod.limits["cpu"].removesuffix("m"))
    assert int(pod.limits["memory"]) == int(pod.requests["memory"]) == made.memory_bytes
    extended = {name: int(number) for name, number in pod.limits.items() if "/" in name}
    assert extended == ({} if made.gpu is None else {made.gpu.resource: made.gpu.count})
    assert ("NVIDIA_VISIBLE_DEVICES" in pod.environment) == (made.gpu is None)
    assert {pod.environment[name] for name in THREAD_VARIABLES} == {str(made.threads)}


@given(plans, plans)
def test_a_pod_knows_nothing_of_the_plan_before_it(first: Plan, second: Plan) -> None:
    alone = compile_pod(second, CLUSTER)
    compile_pod(first, CLUSTER)
    assert compile_pod(second, CLUSTER) == alone
    assert dict(alone.node_selector) == dict(second.placement.node_selector)
    assert alone.tolerations == second.placement.tolerations


@given(plans)
def test_mounts_are_below_home_once_each_and_as_writable_as_the_plan_says(made: Plan) -> None:
    pod = compile_pod(made, CLUSTER)
    by_path = {mount.path: mount for mount in pod.mounts}
    assert len(by_path) == len(pod.mounts)
    for mount in made.mounts:
        if mount.bucket in CLUSTER.data_claims:
            found = by_path[f"/srv/people/data/{mount.name}"]
            assert (found.read_only, found.sub_path) == (mount.read_only, mount.prefix.rstrip("/"))
    assert len({mount.claim for mount in pod.mounts}) == len({mount.volume for mount in pod.mounts})
