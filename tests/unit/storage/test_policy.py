"""The session policy: one prefix, and no way to name another."""

import json
import re
from typing import Any

import pytest

from eohub_hub.local.s3.configuration import role_policy
from eohub_storage.errors import UnusableName
from eohub_storage.policy import LONGEST_POLICY, session_name, session_policy


def statements(name: str, shared: list[str] | None = None) -> list[dict[str, Any]]:
    return json.loads(session_policy(name, "users", ["climate"] if shared is None else shared))["Statement"]


def test_objects_are_written_under_the_own_prefix_only() -> None:
    writing = [each for each in statements("alice") if "s3:PutObject" in each["Action"]]
    assert [each["Resource"] for each in writing] == [["arn:aws:s3:::users/alice/*"]]


def test_the_own_prefix_is_listed_with_its_slash_so_that_a_longer_name_stays_closed() -> None:
    listing = next(each for each in statements("alice") if "Condition" in each)
    assert listing["Action"] == ["s3:ListBucket"]
    assert listing["Resource"] == ["arn:aws:s3:::users"]
    assert listing["Condition"] == {"StringLike": {"s3:prefix": ["alice/*"]}}


def test_shared_buckets_are_read_and_listed_and_nothing_else() -> None:
    of_climate = [each for each in statements("alice") if any("climate" in arn for arn in each["Resource"])]
    actions = {action for each in of_climate for action in each["Action"]}
    assert actions == {"s3:GetBucketLocation", "s3:ListBucket", "s3:GetObject"}


def test_without_shared_buckets_there_is_no_statement_with_an_empty_resource() -> None:
    assert all(each["Resource"] for each in statements("alice", []))


def test_nothing_is_allowed_everywhere() -> None:
    for each in statements("alice"):
        assert each["Effect"] == "Allow"
        assert "*" not in each["Resource"]
        assert not any(action.endswith("*") for action in each["Action"])


def test_the_embedded_role_allows_the_same_as_the_policy_of_the_service() -> None:
    assert statements("alice") == role_policy("alice")["Statement"]


AMBIGUOUS = [
    "*", "al*", "a?ice", "${jwt:sub}", "a$b", "alice/bob", "../bob", "..", ".", "", "a b", "a\n", "a\nb",
    "é", "a" * 129, "alice\\", 'a"b', "-a", "@a", "a%2fb", "a\x00",
]  # fmt: skip


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_a_name_that_could_mean_more_than_one_prefix_is_refused(name: str) -> None:
    with pytest.raises(UnusableName) as caught:
        session_policy(name, "users", ["climate"])
    assert caught.value.hint


@pytest.mark.parametrize("name", ["alice", "alice-2", "a.b@example.org", "A_b+c=d", "0", "a" * 128])
def test_usual_names_are_prefixes(name: str) -> None:
    assert f'"arn:aws:s3:::users/{name}/*"' in session_policy(name, "users", ["climate"])


def test_the_longest_name_with_many_buckets_fits_or_is_refused_but_is_never_cut() -> None:
    assert len(session_policy("a" * 128, "users", ["climate"] * 3)) <= LONGEST_POLICY
    with pytest.raises(UnusableName, match="2048"):
        session_policy("a" * 128, "u" * 63, ["b" * 63] * 10)


def test_a_session_name_is_one_that_sts_takes_and_tells_no_name() -> None:
    for name in ("alice", "a.b@example.org", "é" * 300, ""):
        assert re.fullmatch(r"[\w+=,.@-]{2,64}", session_name(name))
    assert "alice" not in session_name("alice")
    assert session_name("alice") == session_name("alice")
    assert session_name("alice") != session_name("alicf")
