"""The session policy: the person's places, and no way to reach another."""

import json
import re
from typing import Any

import pytest

from eohub_hub.local.s3.configuration import role_policy
from eohub_storage.errors import TooManyPlaces
from eohub_storage.places import Layout, Place, Sharing, places_of
from eohub_storage.policy import LONGEST_POLICY, session_name, session_policy

LAYOUT = Layout("users", ("climate",), "groups", sharing=(Sharing("news"),))


def statements(*groups: str, layout: Layout = LAYOUT) -> list[dict[str, Any]]:
    return json.loads(session_policy(places_of("alice", groups, layout)))["Statement"]


def resources(action: str, *groups: str, layout: Layout = LAYOUT) -> list[str]:
    return [
        arn
        for each in statements(*groups, layout=layout)
        if action in each["Action"]
        for arn in each["Resource"]
    ]


def test_objects_are_written_under_the_own_prefix_and_the_own_groups_only() -> None:
    assert resources("s3:PutObject", "eo") == ["arn:aws:s3:::users/alice/*", "arn:aws:s3:::groups/eo/*"]
    assert resources("s3:PutObject") == ["arn:aws:s3:::users/alice/*"]


def test_what_is_shared_is_read_and_not_written() -> None:
    read = set(resources("s3:GetObject", "eo")) - set(resources("s3:PutObject", "eo"))
    assert read == {"arn:aws:s3:::groups/news/*", "arn:aws:s3:::climate/*"}
    assert not set(resources("s3:DeleteObject", "eo")) & read


def test_prefixes_are_listed_with_their_slash_so_that_a_longer_name_stays_closed() -> None:
    listing = {each["Resource"][0]: each for each in statements("eo") if each["Action"] == ["s3:ListBucket"]}
    assert listing["arn:aws:s3:::users"]["Condition"] == {"StringLike": {"s3:prefix": ["alice/*"]}}
    assert listing["arn:aws:s3:::groups"]["Condition"] == {"StringLike": {"s3:prefix": ["eo/*", "news/*"]}}
    assert "Condition" not in listing["arn:aws:s3:::climate"]


def test_each_bucket_is_listed_by_a_statement_of_its_own_since_a_user_may_be_called_like_a_group() -> None:
    assert all(len(each["Resource"]) == 1 for each in statements("bob") if "s3:ListBucket" in each["Action"])


def test_without_shared_buckets_there_is_no_statement_with_an_empty_resource() -> None:
    assert all(each["Resource"] for each in statements(layout=Layout("users")))


def test_somebody_with_nothing_to_write_may_only_read() -> None:
    policy = json.loads(session_policy([Place("climate", "", "climate", writable=False)]))
    assert {action for each in policy["Statement"] for action in each["Action"]} == {
        "s3:GetBucketLocation", "s3:ListBucket", "s3:GetObject",
    }  # fmt: skip


def test_nothing_is_allowed_everywhere() -> None:
    for each in statements("eo", "sea/ice", "*"):
        assert each["Effect"] == "Allow"
        assert not any(arn in ("*", "arn:aws:s3:::*", "arn:aws:s3:::groups/*") for arn in each["Resource"])
        assert not any(action.endswith("*") for action in each["Action"])


def test_the_embedded_role_allows_all_that_the_policy_of_the_service_does() -> None:
    role: Any = role_policy("alice")["Statement"]
    for each in statements("eo"):
        for action in each["Action"]:
            for arn in each["Resource"]:
                bounds = [arn_ for at in role if action in at["Action"] for arn_ in at["Resource"]]
                assert any(re.fullmatch(bound.replace("*", ".*"), arn) for bound in bounds), (action, arn)


def of_groups(count: int) -> str:
    groups = [f"working-group-{number:03}" for number in range(count)]
    return session_policy(places_of("alice", groups, LAYOUT))


@pytest.mark.parametrize("count", [0, 1, 15])
def test_a_policy_for_many_groups_names_each_of_them(count: int) -> None:
    policy = of_groups(count)
    assert len(policy) <= LONGEST_POLICY
    assert all(f"groups/working-group-{number:03}/*" in policy for number in range(count))


@pytest.mark.parametrize("count", [25, 1000])
def test_more_groups_than_fit_are_refused_with_both_numbers_and_never_cut(count: int) -> None:
    with pytest.raises(TooManyPlaces, match=f"open {count + 3} places.*{LONGEST_POLICY}") as caught:
        of_groups(count)
    assert caught.value.hint


def test_the_longest_name_with_many_buckets_fits_or_is_refused() -> None:
    places = places_of("a" * 128, (), Layout("users", ("climate", "weather", "sea")))
    assert len(session_policy(places)) <= LONGEST_POLICY
    long = places_of("a" * 128, (), Layout("u" * 63, tuple(f"{n}{'b' * 62}" for n in range(10))))
    with pytest.raises(TooManyPlaces, match="2048"):
        session_policy(long)


def test_a_session_name_is_one_that_sts_takes_and_tells_no_name() -> None:
    for name in ("alice", "a.b@example.org", "é" * 300, ""):
        assert re.fullmatch(r"[\w+=,.@-]{2,64}", session_name(name))
    assert "alice" not in session_name("alice")
    assert session_name("alice") == session_name("alice")
    assert session_name("alice") != session_name("alicf")
