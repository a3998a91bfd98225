from typing import Any

import pytest
from pydantic import ValidationError

from eohub_profiles.fields import is_name
from eohub_profiles.model import Policy, Profile, SiteRules, Tier

SMALL: dict[str, Any] = {
    "name": "small",
    "title": "Small",
    "cpu": 2,
    "memory": "4 GiB",
    "price": "0.04 EUR/h",
}
RULES: dict[str, Any] = {
    "support": "support@example.org",
    "tiers": ({"name": "free", "title": "the free tier", "servers_per_user": 2},),
    "environments": ({"id": "eo", "title": "Earth observation (Python)"},),
}


def messages(error: ValidationError) -> list[str]:
    return [detail["msg"] for detail in error.errors()]


def test_a_profile_holds_bytes_and_micro_eur() -> None:
    profile = Profile.model_validate(SMALL)
    assert (profile.cpu, profile.memory_bytes, profile.price_micro_eur_per_hour) == (2.0, 4 * 2**30, 40_000)


def test_a_profile_cannot_be_changed() -> None:
    profile = Profile.model_validate(SMALL)
    with pytest.raises(ValidationError, match="frozen"):
        profile.cpu = 64  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize("name", ["a", "gpu-l4", "x2-y3", "a" * 30])
def test_a_name_is_lowercase_letters_digits_and_single_hyphens(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize(
    "name", ["", "A", "2x", "-a", "a-", "a--b", "a_b", "a b", "a/b", "..", "a\n", "é", "a" * 31, "ａ"]
)
def test_anything_else_is_no_name(name: str) -> None:
    assert not is_name(name)
    with pytest.raises(ValidationError, match="must be 1 to 30 lowercase letters"):
        Profile.model_validate(SMALL | {"name": name})


@pytest.mark.parametrize("cpu", [0.1, 0.5, 1, 2.125, 512])
def test_part_of_a_core_may_be_offered(cpu: float) -> None:
    assert Profile.model_validate(SMALL | {"cpu": cpu}).cpu == cpu


@pytest.mark.parametrize("cpu", [0, -1, 0.09, 513, float("nan"), float("inf"), "2", True, None, 0.1234])
def test_cores_that_no_machine_has_are_refused(cpu: object) -> None:
    with pytest.raises(ValidationError) as caught:
        Profile.model_validate(SMALL | {"cpu": cpu})
    assert [detail["loc"] for detail in caught.value.errors()] == [("cpu",)]


@pytest.mark.parametrize("memory", ["1 MiB", "255 MiB", "65 TiB"])
def test_memory_out_of_reason_is_refused(memory: str) -> None:
    with pytest.raises(ValidationError, match="memory"):
        Profile.model_validate(SMALL | {"memory": memory})


@pytest.mark.parametrize("title", ["", " Small", "Small ", "Sm\nall", "Sm\u202eall", "x" * 61, "\ud800", 5])
def test_a_title_is_one_short_line_of_printable_text(title: object) -> None:
    with pytest.raises(ValidationError) as caught:
        Profile.model_validate(SMALL | {"title": title})
    assert [detail["loc"] for detail in caught.value.errors()] == [("title",)]


def test_a_profile_without_groups_is_open_to_everybody() -> None:
    assert Profile.model_validate(SMALL).is_open_to(frozenset())


def test_a_profile_with_groups_is_open_to_members_of_any_of_them() -> None:
    profile = Profile.model_validate(SMALL | {"groups": ("gpu", "admin")})
    assert profile.is_open_to(frozenset({"admin", "x"}))
    assert not profile.is_open_to(frozenset({"x"}))
    assert not profile.is_open_to(frozenset())


def test_a_group_is_compared_whole_and_with_its_case() -> None:
    profile = Profile.model_validate(SMALL | {"groups": ("gpu",)})
    assert not profile.is_open_to(frozenset({"g", "p", "u", "GPU", "gpu-large", "/gpu"}))


def test_a_group_named_as_text_is_not_taken_letter_by_letter() -> None:
    with pytest.raises(ValidationError, match="groups"):
        Profile.model_validate(SMALL | {"groups": "gpu"})


@pytest.mark.parametrize("group", ["platform/admin", "gpu-large", "Land Cover", "a.b", "Größe"])
def test_a_group_is_written_as_the_hub_knows_it(group: str) -> None:
    assert Profile.model_validate(SMALL | {"groups": (group,)}).groups == (group,)


@pytest.mark.parametrize("group", ["/platform/admin", "platform/", "/", "a//b", "a/ b", "a/../b", "./a"])
def test_a_group_that_could_never_match_is_refused(group: str) -> None:
    with pytest.raises(
        ValidationError, match="must be a group's name as the hub knows it, such as platform/admin"
    ):
        Profile.model_validate(SMALL | {"groups": (group,)})


def test_a_group_typed_with_combining_marks_matches_the_composed_one() -> None:
    profile = Profile.model_validate(SMALL | {"groups": ("Gro\u0308\u00dfe",)})
    assert profile.is_open_to(frozenset({"Gr\u00f6\u00dfe"}))


def test_a_group_named_twice_is_refused() -> None:
    with pytest.raises(ValidationError, match="names the group 'gpu' twice"):
        Profile.model_validate(SMALL | {"groups": ("gpu", "gpu")})


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Profile.model_validate(SMALL | {"gpus": 1})


def test_the_attribute_name_is_not_a_second_way_to_write_a_field() -> None:
    with pytest.raises(ValidationError):
        Profile.model_validate(SMALL | {"memory_bytes": 5})


@pytest.mark.parametrize("limit", [0, -1, 101, 2.0, "2", True, None])
def test_servers_per_user_is_a_whole_number_from_1_to_100(limit: object) -> None:
    with pytest.raises(ValidationError, match="servers_per_user"):
        Tier.model_validate({"name": "free", "title": "Free", "servers_per_user": limit})


def test_a_site_without_an_environment_is_refused() -> None:
    with pytest.raises(ValidationError, match="environments"):
        SiteRules.model_validate(RULES | {"environments": ()})


def test_two_environments_of_one_id_are_refused() -> None:
    twice = (*RULES["environments"], {"id": "eo", "title": "Other"})
    with pytest.raises(ValidationError, match="names the environment 'eo' twice"):
        SiteRules.model_validate(RULES | {"environments": twice})


def test_a_policy_needs_a_profile() -> None:
    with pytest.raises(ValidationError, match="profiles"):
        Policy.model_validate(RULES | {"profiles": ()})


def test_a_policy_with_two_profiles_of_one_name_is_refused() -> None:
    with pytest.raises(ValidationError) as caught:
        Policy.model_validate(RULES | {"profiles": (SMALL, SMALL | {"title": "Other"})})
    assert messages(caught.value) == ["Value error, names the profile 'small' twice"]
