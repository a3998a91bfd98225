"""Which places a person has: their own, those of their groups, and what the site shares."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from eohub_profiles.mounts import group_slug
from eohub_storage.errors import UnusableName
from eohub_storage.places import Layout, Place, Sharing, places_of

LAYOUT = Layout("users", ("climate",), group_bucket="groups")


def prefixes(places: tuple[Place, ...]) -> dict[str, bool]:
    return {f"{place.bucket}/{place.prefix}": place.writable for place in places}


def test_a_person_without_groups_has_a_prefix_and_reads_what_all_read() -> None:
    assert prefixes(places_of("alice", (), LAYOUT)) == {"users/alice/": True, "climate/": False}


def test_each_group_is_a_prefix_that_its_members_write() -> None:
    found = prefixes(places_of("alice", ["sea-ice", "eo"], LAYOUT))
    assert found == {
        "users/alice/": True, "groups/eo/": True, "groups/sea-ice/": True, "climate/": False,
    }  # fmt: skip


def test_the_own_prefix_comes_first_and_is_named_for_people() -> None:
    own, group, *_ = places_of("alice", ["Sea Ice"], LAYOUT)
    assert (own.title, group.title) == ("My data", "Group Sea Ice")


def test_the_order_of_groups_does_not_matter_and_a_repeated_one_counts_once() -> None:
    assert places_of("alice", ["b", "a", "b"], LAYOUT) == places_of("alice", ["a", "b"], LAYOUT)


def test_a_group_named_like_a_person_opens_nothing_of_the_person() -> None:
    found = prefixes(places_of("alice", ["bob"], LAYOUT))
    assert "users/bob/" not in found
    assert found["groups/bob/"]


def test_a_site_may_name_the_groups_that_have_a_prefix() -> None:
    layout = Layout("users", (), "groups", groups=frozenset({"eo"}))
    assert set(prefixes(places_of("alice", ["eo", "staff"], layout))) == {"users/alice/", "groups/eo/"}


def test_without_a_bucket_for_groups_there_are_none_whatever_the_rules_say() -> None:
    layout = Layout("users", (), None, sharing=(Sharing("eo"),))
    assert set(prefixes(places_of("alice", ["eo"], layout))) == {"users/alice/"}


def test_a_sharing_rule_lets_members_of_one_group_read_anothers_data() -> None:
    layout = Layout("users", (), "groups", sharing=(Sharing("teachers", "students"),))
    assert prefixes(places_of("alice", ["students"], layout)) == {
        "users/alice/": True, "groups/students/": True, "groups/teachers/": False,
    }  # fmt: skip
    assert set(prefixes(places_of("bob", ["other"], layout))) == {"users/bob/", "groups/other/"}


def test_a_rule_for_everybody_holds_without_any_group() -> None:
    layout = Layout("users", (), "groups", sharing=(Sharing("news"),))
    assert prefixes(places_of("alice", (), layout))["groups/news/"] is False


def test_a_rule_takes_no_right_from_the_groups_own_members() -> None:
    layout = Layout("users", (), "groups", sharing=(Sharing("news"), Sharing("news", "eo")))
    found = places_of("alice", ["news", "eo"], layout)
    assert [place.writable for place in found if place.prefix == "news/"] == [True]


def test_a_shared_group_can_be_read_though_it_is_none_of_those_with_members_of_its_own() -> None:
    layout = Layout("users", (), "groups", groups=frozenset(), sharing=(Sharing("archive"),))
    assert prefixes(places_of("alice", ["archive"], layout))["groups/archive/"] is False


AMBIGUOUS = [
    "*", "al*", "a?ice", "${jwt:sub}", "a$b", "alice/bob", "../bob", "..", ".", "", "a b", "a\n", "a\nb",
    "é", "a" * 129, "alice\\", 'a"b', "-a", "@a", "a%2fb", "a\x00",
]  # fmt: skip


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_a_name_that_could_mean_more_than_one_prefix_is_refused(name: str) -> None:
    with pytest.raises(UnusableName) as caught:
        places_of(name, (), LAYOUT)
    assert caught.value.hint


@pytest.mark.parametrize("name", ["alice", "alice-2", "a.b@example.org", "A_b+c=d", "0", "a" * 128])
def test_usual_names_are_prefixes(name: str) -> None:
    assert places_of(name, (), LAYOUT)[0].prefix == f"{name}/"


@pytest.mark.parametrize("group", ["climate", "eo-2026", "a", "9", "team.a_b"])
def test_a_harmless_name_is_its_own_slug(group: str) -> None:
    assert group_slug(group) == group


@pytest.mark.parametrize(
    "group",
    [
        "platform/admin",
        "Climate",
        "a b",
        "Überflieger",
        "..",
        ".",
        "*",
        "a*",
        "${jwt:sub}",
        "-a",
        "a--b",
        "/",
    ],
)
def test_any_other_name_gets_a_hash(group: str) -> None:
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]*--[0-9a-f]{16}", group_slug(group))


def test_names_that_look_alike_have_prefixes_of_their_own() -> None:
    alike = ["platform/admin", "platform-admin", "platform admin", "Platform-Admin", "platform--admin"]
    assert len({group_slug(group) for group in alike}) == len(alike)


def test_a_group_cannot_be_called_like_the_prefix_of_another() -> None:
    assert group_slug(group_slug("platform/admin")) != group_slug("platform/admin")


@given(st.text(min_size=1, max_size=255))
@example("a" * 255)
@example("-" * 255)
def test_every_slug_is_one_short_path_segment_without_a_wildcard(group: str) -> None:
    slug = group_slug(group)
    assert re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,58}[a-z0-9]|[a-z0-9]", slug)


@given(st.lists(st.text(alphabet="abAB-/. é", min_size=1, max_size=8), unique=True, max_size=40))
def test_different_groups_never_meet(groups: list[str]) -> None:
    assert len({group_slug(group) for group in groups}) == len(groups)
