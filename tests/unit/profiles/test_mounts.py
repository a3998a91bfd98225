import pytest
from fakes.policies import mount
from hypothesis import given
from hypothesis import strategies as st

from eohub_profiles.decision import MountPlan, Subject
from eohub_profiles.mounts import group_slug, has_usable_name, planned


def subject(name: str = "ann", *groups: str) -> Subject:
    return Subject("https://id.example.org", "1", name, frozenset(groups))


def test_a_whole_bucket_is_one_place() -> None:
    plans = tuple(planned(mount("climate"), subject()))
    assert plans == (MountPlan("climate", "Climate", "data", "", read_only=True),)


def test_the_persons_own_prefix_has_their_name() -> None:
    mine = mount("mine", bucket="users", prefix="{user}/maps/", access="read-write")
    (plan,) = planned(mine, subject("Ann.O@example.org"))
    assert (plan.bucket, plan.prefix, plan.read_only) == ("users", "Ann.O@example.org/maps/", False)


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "a\nb", "*", "{group}", "${aws:username}", "a" * 129, "é", "-a", "a b"]
)
def test_a_name_that_could_mean_another_prefix_is_refused(name: str) -> None:
    assert not has_usable_name(subject(name))
    with pytest.raises(ValueError, match="cannot stand in a prefix"):
        tuple(planned(mount("mine", prefix="{user}/"), subject(name)))


def test_such_a_name_is_no_trouble_where_the_prefix_has_none() -> None:
    assert len(tuple(planned(mount("climate", prefix="cubes/"), subject("a/b")))) == 1


def test_a_team_folder_is_a_place_for_each_group_of_the_mount_that_one_is_in() -> None:
    team = mount("team", prefix="{group}/", groups=("oceans", "land/cover", "ice"), access="read-write")
    plans = tuple(planned(team, subject("ann", "oceans", "land/cover", "admin")))
    slug = group_slug("land/cover")
    assert [(plan.name, plan.title, plan.prefix) for plan in plans] == [
        (f"team-{slug}", "Team (land/cover)", f"{slug}/"),
        ("team-oceans", "Team (oceans)", "oceans/"),
    ]


def test_a_team_folder_is_no_place_for_a_person_in_none_of_its_groups() -> None:
    team = mount("team", prefix="{group}/", groups=("oceans",))
    assert tuple(planned(team, subject("ann", "admin"))) == ()


@pytest.mark.parametrize("group", ["oceans", "a", "land.cover_2", "x" * 60])
def test_a_harmless_group_names_its_own_folder(group: str) -> None:
    assert group_slug(group) == group


@pytest.mark.parametrize(
    "group", ["Oceans", "land/cover", "a--b", "..", "Größe", "x" * 61, "-", "a/", "a\nb"]
)
def test_any_other_gets_a_slug_with_a_hash(group: str) -> None:
    slug = group_slug(group)
    assert slug != group
    assert "--" in slug


@given(st.text(max_size=80), st.text(max_size=80))
def test_two_groups_never_share_a_folder_and_every_folder_is_one_part_of_a_path(one: str, other: str) -> None:
    assert (group_slug(one) == group_slug(other)) == (one == other)
    assert not set(group_slug(one)) - set("abcdefghijklmnopqrstuvwxyz0123456789._-")
    assert group_slug(one) not in ("", ".", "..")
    assert len(group_slug(one)) <= 60
