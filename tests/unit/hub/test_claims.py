"""Group claims in every shape that providers send."""

import json
from pathlib import Path
from typing import Any

import pytest

from eohub_hub.claims import canonical_group, groups_of
from eohub_toolkit.errors import Invalid

IDENTITY = Path(__file__).parents[4] / "shared" / "data" / "identity"


def claims_in(name: str) -> dict[str, Any]:
    path = IDENTITY / name
    assert path.exists(), f"this test needs {path}"
    return json.loads(path.read_text("utf-8"))


@pytest.mark.parametrize(
    ("name", "groups"),
    [
        ("userinfo-groups-list.json", {"science", "eo-team", "platform-admins"}),
        ("userinfo-groups-single-string.json", {"platform/admin"}),
        (
            "userinfo-groups-nested-paths.json",
            {"platform", "platform/admin", "projects/flood-mapping/members", "Projects/Land Cover", "admin"},
        ),
        ("userinfo-groups-missing.json", None),
        ("userinfo-groups-odd-values.json", {"science"}),
        ("userinfo-unicode-username.json", {"équipe/données", "platform admin"}),
        ("idtoken-roles-in-resource-access.json", None),
    ],
)
def test_groups_of_real_shapes(name: str, groups: set[str] | None) -> None:
    assert groups_of(claims_in(name)) == groups


def test_a_bare_admin_group_is_not_the_platforms() -> None:
    groups = groups_of({"groups": ["admin", "/admin", "platform admin", "platform"]})
    assert groups is not None
    assert "platform/admin" not in groups


def test_a_string_is_one_group_and_never_its_letters() -> None:
    assert groups_of({"groups": "/platform/admin"}) == {"platform/admin"}
    assert groups_of({"groups": "a b,c"}) == {"a b,c"}


def test_no_claim_and_no_groups_are_different_answers() -> None:
    assert groups_of({}) is None
    assert groups_of({"groups": None}) is None
    assert groups_of({"groups": []}) == frozenset()
    assert groups_of({"groups": ""}) == frozenset()


def test_a_claim_of_an_odd_kind_gives_no_groups() -> None:
    for odd in (
        7,
        True,
        {"platform/admin": True},
        [["platform/admin"]],
        [{"name": "platform/admin"}],
        b"admin",
    ):
        assert groups_of({"groups": odd}) == frozenset(), odd


def test_a_claim_may_lie_deeper_or_have_dots_in_its_name() -> None:
    claims = claims_in("idtoken-roles-in-resource-access.json")
    assert groups_of(claims, "resource_access.eohub.roles") == {"hub-admin", "gpu-user"}
    assert groups_of(claims, "resource_access.nobody.roles") is None
    assert groups_of(claims, "aud.eohub") is None
    assert groups_of({"https://x.invalid/groups": ["a"]}, "https://x.invalid/groups") == {"a"}


@pytest.mark.parametrize(
    ("sent", "canonical"),
    [
        ("science", "science"),
        ("/science", "science"),
        ("//science//", "science"),
        (" /science/ ", "science"),
        ("/Platform/Admin", "Platform/Admin"),
        ("platform~/admin", "platform~/admin"),
        ("e\u0301quipe", "\u00e9quipe"),
        ("a/b/c", "a/b/c"),
        ("Land Cover", "Land Cover"),
    ],
)
def test_a_group_has_one_canonical_form(sent: str, canonical: str) -> None:
    assert canonical_group(sent) == canonical


@pytest.mark.parametrize(
    "sent",
    [
        "", " ", "/", "//", None, 3, ["a"],
        "platform//admin",
        "platform/./admin", "x/../platform/admin", "..", "platform/ /admin", "platform/ admin",
        "plat\nform", "platform/admin\u200b", "platform\x00/admin", "a" * 256,
    ],
)  # fmt: skip
def test_what_could_pass_for_another_group_is_none(sent: object) -> None:
    assert canonical_group(sent) is None


def test_canonical_form_is_stable() -> None:
    for name in groups_of(claims_in("userinfo-groups-nested-paths.json")) or ():
        assert canonical_group(name) == name


def test_too_many_groups_are_refused_and_not_cut() -> None:
    many = [f"g{number}" for number in range(1_001)]
    with pytest.raises(Invalid, match="more than 1000 groups"):
        groups_of({"groups": many})
    assert len(groups_of({"groups": [*many[:1_000], *many[:1_000]]}) or ()) == 1_000
