"""From whatever is sent to a plan: nothing that the policy does not hold gets through."""

from typing import Any

import pytest
from fakes.policies import mount, profile, rules
from hypothesis import given
from hypothesis import strategies as st

from eohub_profiles.decision import (
    ANYWHERE,
    ONE_MACHINE,
    GpuRequest,
    MountPlan,
    Place,
    Plan,
    Refusal,
    Request,
    Rule,
    Subject,
    Toleration,
    Usage,
)
from eohub_profiles.images import parse_image, parse_pattern
from eohub_profiles.model import Environment, Images, Policy, Tier
from eohub_profiles.request import parse_request
from eohub_profiles.resolve import resolve, still_allowed
from eohub_profiles.tiers import tier_of

HOST = "registry.example.org"
DIGEST = f"{HOST}/eo/base@sha256:{'a' * 64}"
WIDE = {"name": "wide", "title": "Wide", "cpu": 4, "memory": "4 GiB", "price": "0.06 EUR/h"}
POLICY = Policy.model_validate(
    rules()
    | {
        "tiers": (
            Tier(name="staff", title="the staff tier", groups=("staff",), servers_per_user=5),
            Tier.model_validate(
                {"name": "free", "title": "the free tier", "servers_per_user": 1, "maximum_age": "8 h",
                 "profiles": ("small", "gpu-l4")}
            ),
        ),
        "environments": (
            Environment(id="eo", title="Earth observation", image=f"{HOST}/eohub/eo:1"),
            Environment(id="r", title="R", groups=("statistics",)),
        ),
        "images": Images(allowed=(f"{HOST}/eo/*", f"{HOST}/lab/base:1"), groups=("image-users",)),
        "profiles": (
            profile(
                "small",
                sizes=(WIDE,),
            ),
            profile("medium", cpu=4),
            profile(
                "gpu-l4",
                cpu=8,
                ephemeral_storage="50 GiB",
                groups=("gpu-users",),
                environments=("eo",),
                gpu={"title": "L4", "memory": "24 GiB"},
                placement={
                    "node_selector": {"pool": "gpu"},
                    "tolerations": ({"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"},),
                    "priority_class": "interactive",
                },
            ),
        ),
        "mounts": (
            mount("climate", prefix="cubes/"),
            mount("team", prefix="{group}/", access="read-write", groups=("oceans", "ice")),
        ),
    }
)  # fmt: skip
GROUPS = ("staff", "gpu-users", "statistics", "image-users", "oceans", "ice")


def person(*groups: str) -> Subject:
    return Subject("https://id.example.org", "1", "ann", frozenset(groups))


def answer(
    options: object, *groups: str, place: Place = ANYWHERE, usage: Usage | None = None
) -> Plan | Refusal:
    """What the hub says to options, as they were sent, of a member of these groups."""
    request = parse_request(options, POLICY)
    if isinstance(request, Refusal):
        return request
    return resolve(person(*groups), usage or Usage(), request, POLICY, place)


def plan(options: dict[str, Any], *groups: str, place: Place = ANYWHERE) -> Plan:
    found = answer({"profile": "small", "environment": "eo"} | options, *groups, place=place)
    assert isinstance(found, Plan), str(found)
    return found


def rules_of(found: Plan | Refusal) -> list[Rule]:
    assert isinstance(found, Refusal)
    return [reason.rule for reason in found.reasons]


class TestPlan:
    def test_a_gpu_profile_lands_on_gpu_nodes_and_has_no_image_but_that_of_its_environment(self) -> None:
        found = plan({"profile": "gpu-l4"}, "gpu-users")
        assert found.gpu == GpuRequest("nvidia.com/gpu", 1, "L4", 24 * 2**30)
        assert found.ephemeral_storage_bytes == 50 * 2**30
        assert found.image == f"{HOST}/eohub/eo:1"
        assert dict(found.placement.node_selector) == {"pool": "gpu"}
        assert found.placement.tolerations == (Toleration("nvidia.com/gpu", "Exists", "", "NoSchedule"),)
        assert found.placement.priority_class == "interactive"

    def test_after_a_gpu_profile_a_small_one_has_nothing_of_it(self) -> None:
        before = plan({})
        plan({"profile": "gpu-l4"}, "gpu-users")
        after = plan({})
        assert after == before
        assert (after.gpu, dict(after.placement.node_selector), after.placement.tolerations) == (None, {}, ())

    def test_a_size_has_its_own_cores_memory_threads_and_price(self) -> None:
        found = plan({"size": "wide"})
        assert (found.size, found.cpu, found.memory_bytes, found.threads) == ("wide", 4.0, 4 * 2**30, 4)
        assert found.price_micro_eur_per_hour == 60_000

    def test_without_a_size_the_profiles_own_limits_hold(self) -> None:
        for options in ({}, {"size": ""}, {"size": [""]}):
            found = plan(options)
            assert (found.size, found.cpu, found.memory_bytes) == (None, 2.0, 4 * 2**30)

    def test_a_tier_is_named_and_shortens_the_life_of_the_server(self) -> None:
        assert (plan({}).tier, plan({}).lifetime.maximum_age_seconds) == ("free", 8 * 3_600)
        assert plan({}, "staff").lifetime.maximum_age_seconds == 24 * 3_600

    def test_data_is_there_when_it_was_asked_for_and_only_then(self) -> None:
        assert plan({}).mounts == ()
        found = plan({"mounts": ["team", "climate"]}, "oceans", "ice")
        assert found.mounts == (
            MountPlan("climate", "Climate", "data", "cubes/", read_only=True),
            MountPlan("team-ice", "Team (ice)", "data", "ice/", read_only=False),
            MountPlan("team-oceans", "Team (oceans)", "data", "oceans/", read_only=False),
        )

    def test_an_image_of_ones_own_takes_the_place_of_the_environments(self) -> None:
        assert plan({"image": DIGEST}, "image-users").image == DIGEST


class TestRefusal:
    def test_a_person_in_no_group_has_the_free_tier_and_is_told_what_is_beyond_it(self) -> None:
        found = answer({"profile": "medium", "environment": "eo"})
        assert isinstance(found, Refusal)
        (reason,) = found.reasons
        assert (reason.rule, reason.option) == (Rule.TIER, "profile")
        assert reason.sentence == "Medium is not part of the free tier, which is what you have."
        assert reason.change == "Become a member of staff, or choose another profile."

    def test_each_right_is_asked_for_on_its_own(self) -> None:
        options = {"profile": "gpu-l4", "environment": "r", "image": DIGEST, "mounts": ["team"]}
        assert rules_of(answer(options)) == [
            Rule.GROUP, Rule.GROUP, Rule.ENVIRONMENT, Rule.GROUP, Rule.GROUP,
        ]  # fmt: skip
        found = answer(options)
        assert isinstance(found, Refusal)
        assert [reason.option for reason in found.reasons] == [
            "profile", "environment", "environment", "image", "mounts",
        ]  # fmt: skip

    def test_an_environment_that_the_profile_is_not_offered_with_is_refused(self) -> None:
        found = answer({"profile": "gpu-l4", "environment": "r"}, "gpu-users", "statistics")
        assert rules_of(found) == [Rule.ENVIRONMENT]
        assert str(found) == "Gpu-L4 cannot be started with R. Allowed: eo. Ask: support@example.org"

    def test_data_that_is_not_there_is_refused_with_what_is(self) -> None:
        found = answer({"profile": "small", "environment": "eo", "mounts": ["climat"]})
        assert str(found) == (
            "There is no data 'climat', did you mean 'climate'? Allowed: climate, team."
            " Ask: support@example.org"
        )

    @pytest.mark.parametrize(
        "mounts", ["climate", {"climate": True}, [["climate"]], [1], ["climate"] * 21, None]
    )
    def test_data_is_a_list_of_names_and_never_a_text_taken_apart(self, mounts: object) -> None:
        found = answer({"profile": "small", "environment": "eo", "mounts": mounts})
        assert rules_of(found) == [Rule.MALFORMED_OPTION]

    def test_one_machine_starts_neither_gpus_nor_images(self) -> None:
        options = {"profile": "gpu-l4", "environment": "eo", "image": DIGEST}
        found = answer(options, "gpu-users", "image-users", place=ONE_MACHINE)
        assert isinstance(found, Refusal)
        assert [(reason.rule, reason.option) for reason in found.reasons] == [
            (Rule.NOT_HERE, "profile"), (Rule.NOT_HERE, "image"),
        ]  # fmt: skip
        assert not found.is_invalid_request

    def test_one_machine_mounts_nothing_by_itself(self) -> None:
        options = {"profile": "small", "environment": "eo", "mounts": ["climate"]}
        found = answer(options, place=ONE_MACHINE)
        assert rules_of(found) == [Rule.NOT_HERE]
        assert isinstance(answer(options, place=Place(shows_data_as_files=True)), Plan)

    def test_one_machine_starts_an_environment_that_is_an_image_elsewhere(self) -> None:
        assert plan({}, place=ONE_MACHINE).environment == "eo"

    def test_where_the_site_allows_no_images_none_is_taken(self) -> None:
        closed = POLICY.model_copy(update={"images": None})
        request = parse_request({"profile": "small", "environment": "eo", "image": DIGEST}, closed)
        assert isinstance(request, Request)
        assert rules_of(resolve(person("image-users"), Usage(), request, closed)) == [Rule.IMAGE]

    def test_a_site_may_want_a_digest(self) -> None:
        images = Images(allowed=(f"{HOST}/eo/*",), digest="required")
        strict = POLICY.model_copy(update={"images": images})
        request = Request("small", "eo", image=f"{HOST}/eo/base:1")
        found = resolve(person(), Usage(), request, strict)
        assert rules_of(found) == [Rule.IMAGE]
        assert "has no digest, and a tag may be moved" in str(found)
        assert isinstance(resolve(person(), Usage(), Request("small", "eo", image=DIGEST), strict), Plan)


class TestCase1:
    """Options that skip validation."""

    @pytest.mark.parametrize(
        "options",
        [
            {"image--unlisted-choice": "evil/x:1"},
            {"image--unlisted-choice": "evil/x:1", "profile": ""},
            {"image": "evil/x:1"},
            {"image": "evil/x:1", "profile": ""},
            {"image": "evil/x:1", "profile": None},
            {"size--unlisted-choice": "x"},
            {"size": "x"},
            {"size": "wide"},
            {"profile": "small", "environment": "eo", "size--unlisted-choice": "x"},
            {"profile": "small", "environment": "eo", "size": "x"},
            {"profile": "small", "environment": "eo", "image": "evil/x:1"},
            {"profile": "small", "environment": "eo", "cpu": "64"},
            {"profile": "small", "environment": "eo", "kubespawner_override": {"image": "evil/x:1"}},
        ],
    )
    def test_are_refused_as_a_wrong_request_whoever_asks(self, options: dict[str, object]) -> None:
        for groups in ((), GROUPS):
            found = answer(options, *groups)
            assert isinstance(found, Refusal)
            assert found.is_invalid_request


class TestCase2:
    """A free-text choice that is almost one that is allowed."""

    ALLOWED = f"{HOST}/lab/base:1"

    def test_the_allowed_one_is_allowed(self) -> None:
        assert plan({"image": self.ALLOWED}, "image-users").image == self.ALLOWED

    @pytest.mark.parametrize(
        "image",
        [
            ALLOWED + "\n", ALLOWED + "\r\n", ALLOWED + " ", " " + ALLOWED, ALLOWED + "\x00", ALLOWED + "2",
            ALLOWED + "-evil", ALLOWED + "/evil:1", "evil.example/" + ALLOWED,
            ALLOWED.replace("e", "\u0435", 1),
            ALLOWED.replace("1", "\uff11"), ALLOWED.replace("/", "\u2215", 1), ALLOWED.upper(),
            f"{ALLOWED}@sha256:{'b' * 64}", f"{HOST}/lab/base", f"{HOST}/lab/base:1\n@sha256:{'a' * 64}",
        ],
    )  # fmt: skip
    def test_anything_else_is_not(self, image: str) -> None:
        found = answer({"profile": "small", "environment": "eo", "image": image}, *GROUPS)
        assert isinstance(found, Refusal)
        assert found.is_invalid_request
        assert [reason.option for reason in found.reasons] == ["image"]

    @pytest.mark.parametrize("name", ["small\n", "small ", "smal", "small-evil", "\uff53mall", "sm\u0430ll"])
    def test_nor_is_a_name_that_is_almost_one(self, name: str) -> None:
        assert isinstance(answer({"profile": name, "environment": "eo"}, *GROUPS), Refusal)
        assert isinstance(answer({"profile": "small", "environment": "eo", "size": name}, *GROUPS), Refusal)


class TestCase7:
    """A choice that is not there is told with those that are."""

    @pytest.mark.parametrize("more", [{}, {"environment": "eo"}, {"environment": "nope"}])
    def test_an_unknown_size_is_a_wrong_request_with_the_allowed_names(self, more: dict[str, str]) -> None:
        found = answer({"profile": "small", "size": "xxl"} | more)
        assert isinstance(found, Refusal)
        assert found.is_invalid_request
        (told,) = (reason for reason in found.reasons if reason.option == "size")
        assert str(told) == "Small has no size 'xxl'. Allowed: wide, or no size. Ask: support@example.org"

    def test_a_profile_of_one_size_says_so(self) -> None:
        found = answer({"profile": "medium", "environment": "eo", "size": "xxl"}, "staff")
        assert "Medium has no size 'xxl'. Allowed: no size, it has only its own." in str(found)


class TestWhileItRuns:
    REQUEST = Request("gpu-l4", "eo", mounts=("team",))

    def test_a_server_goes_on_while_all_of_it_is_allowed_whatever_else_runs(self) -> None:
        assert still_allowed(person("gpu-users", "oceans"), self.REQUEST, POLICY) is None

    @pytest.mark.parametrize(("groups", "option"), [(("oceans",), "profile"), (("gpu-users",), "mounts")])
    def test_a_group_that_was_lost_ends_it_with_a_reason(self, groups: tuple[str, ...], option: str) -> None:
        refusal = still_allowed(person(*groups), self.REQUEST, POLICY)
        assert refusal is not None
        assert [(reason.rule, reason.option) for reason in refusal.reasons] == [(Rule.GROUP, option)]

    def test_a_profile_that_was_withdrawn_ends_it(self) -> None:
        without = POLICY.model_copy(update={"profiles": POLICY.profiles[:1]})
        assert still_allowed(person(*GROUPS), self.REQUEST, without) is not None


names = st.sampled_from(
    ["", "small", "medium", "gpu-l4", "wide", "eo", "r", "climate", "team", "xxl"]
) | st.text(max_size=8)
images = st.sampled_from(
    [
        "",
        DIGEST,
        f"{HOST}/eo/x:1",
        f"{HOST}/lab/base:1",
        f"{HOST}/lab/base:1\n",
        "evil/x:1",
        f"{HOST}/evil/x:1",
    ]
) | st.text(max_size=30)
values: st.SearchStrategy[Any] = st.one_of(
    names,
    images,
    st.lists(names, max_size=3),
    st.none(),
    st.integers(),
    st.booleans(),
    st.dictionaries(names, names),
)
sent = st.dictionaries(
    st.sampled_from(["profile", "environment", "size", "image", "mounts", "server_name", "cpu", "image--x"]),
    values,
) | st.fixed_dictionaries(
    {"profile": names, "environment": st.sampled_from(["eo", "r", "x"])},
    optional={"size": names, "image": images, "mounts": st.lists(names, max_size=3)},
)  # fmt: skip


@given(sent, st.frozensets(st.sampled_from(GROUPS)), st.sampled_from([ANYWHERE, ONE_MACHINE]))
def test_no_input_gives_a_plan_with_anything_that_the_policy_does_not_hold(
    options: dict[str, Any], groups: frozenset[str], place: Place
) -> None:
    found = answer(options, *groups, place=place)
    if isinstance(found, Refusal):
        assert found.reasons
        assert all(reason.sentence and reason.change and reason.ask for reason in found.reasons)
        assert len(str(found)) < 20_000
        return
    chosen = POLICY.profile(found.profile)
    amount = chosen and chosen.amount(found.size or "")
    assert chosen is not None
    assert amount is not None
    assert chosen.is_open_to(groups)
    tier = tier_of(groups, POLICY)
    assert tier.profiles is None or chosen.name in tier.profiles
    assert (found.cpu, found.memory_bytes) == (amount.cpu, amount.memory_bytes)
    assert found.price_micro_eur_per_hour == amount.price_micro_eur_per_hour
    assert found.gpu is None or place.has_gpus
    own = [environment.image for environment in POLICY.environments]
    if found.image not in own:
        assert POLICY.images is not None
        assert POLICY.images.is_open_to(groups)
        reference = parse_image(found.image or "")
        assert any(parse_pattern(text).allows(reference) for text in POLICY.images.allowed)
    for part in found.mounts:
        assert part.bucket == "data"
        assert part.prefix in ("cubes/", *(f"{group}/" for group in groups & {"oceans", "ice"}))
        assert part.read_only == (part.name == "climate")
