"""Group claims in every shape that providers send."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from eohub_hub.claims import SOURCES, ClaimSets, GroupRule, GroupRules, GroupsFound, Source, canonical_group
from eohub_toolkit.errors import Invalid

IDENTITY = Path(__file__).parents[4] / "shared" / "data" / "identity"


def claims_in(name: str) -> dict[str, Any]:
    path = IDENTITY / name
    assert path.exists(), f"this test needs {path}"
    return json.loads(path.read_text("utf-8"))


def groups_of(claims: dict[str, Any], claim: str = "groups") -> frozenset[str] | None:
    found = GroupRules((GroupRule(claim=claim),)).found_in(ClaimSets(userinfo=claims))
    return None if found is None else found.groups


def claims_by_source(**sets: object) -> ClaimSets:
    """Claim sets in which `groups` is what is given for a source."""
    return ClaimSets(**{source: {"groups": groups} for source, groups in sets.items()})


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
    dotted = {"resource_access": {"hub.example.org": {"roles": ["a"]}, "hub": {"example": 1}}}
    assert groups_of(dotted, "resource_access.hub.example.org.roles") == {"a"}
    assert groups_of({"a": {"b": None}, "a.b": ["x"]}, "a.b") == {"x"}


class TestRules:
    """Several rules, sources, prefixes and aliases."""

    @pytest.mark.parametrize(
        ("sets", "groups", "source"),
        [
            ({"userinfo": ["a"], "id_token": ["b"], "access_token": ["c"]}, {"a"}, "userinfo"),
            ({"id_token": ["b"], "access_token": ["c"]}, {"b"}, "id_token"),
            ({"access_token": "/c"}, {"c"}, "access_token"),
            ({"userinfo": [], "id_token": ["b"]}, set[str](), "userinfo"),
            ({"userinfo": None, "id_token": ["b"]}, {"b"}, "id_token"),
        ],
    )
    def test_the_first_source_that_has_the_claim_decides(
        self, sets: dict[str, object], groups: set[str], source: Source
    ) -> None:
        found = GroupRules().found_in(claims_by_source(**sets))
        assert found == GroupsFound(frozenset(groups), frozenset({source}))

    def test_a_source_that_a_rule_does_not_name_is_not_read(self) -> None:
        rules = GroupRules((GroupRule(claim="groups", sources=("access_token",)),))
        assert rules.found_in(claims_by_source(userinfo=["platform/admin"], id_token=["a"])) is None
        assert [rules.reads(source) for source in SOURCES] == [False, False, True]

    def test_the_order_of_sources_is_the_sites(self) -> None:
        rules = GroupRules((GroupRule(claim="groups", sources=("access_token", "userinfo")),))
        found = rules.found_in(claims_by_source(userinfo=["a"], access_token=["c"]))
        assert found == GroupsFound(frozenset({"c"}), frozenset({"access_token"}))

    def test_a_person_has_the_groups_of_every_rule_and_a_prefix_keeps_roles_apart(self) -> None:
        rules = GroupRules(
            (
                GroupRule(claim="groups"),
                GroupRule(claim="resource_access.eohub.roles", sources=("access_token",), prefix="role"),
            )
        )
        claims = ClaimSets(
            userinfo={"groups": ["/science"]},
            access_token={"resource_access": {"eohub": {"roles": ["platform/admin", "gpu-user", ""]}}},
        )
        found = rules.found_in(claims)
        assert found is not None
        assert found.groups == {"science", "role/platform/admin", "role/gpu-user"}
        assert found.sources == {"userinfo", "access_token"}

    def test_one_rule_that_was_answered_is_an_answer(self) -> None:
        rules = GroupRules((GroupRule(claim="groups"), GroupRule(claim="roles", prefix="role")))
        assert rules.found_in(ClaimSets(userinfo={"groups": []})) == GroupsFound(
            frozenset(), frozenset({"userinfo"})
        )
        assert rules.found_in(ClaimSets(userinfo={"sub": "x"})) is None

    def test_an_alias_is_another_name_for_the_whole_group(self) -> None:
        rules = GroupRules(aliases={"DPAD/approved": "eo-users", "admin": "platform/admin"})
        found = rules.found_in(claims_by_source(userinfo=["/DPAD/approved", "/dpad/approved", "x/admin"]))
        assert found is not None
        assert found.groups == {"eo-users", "dpad/approved", "x/admin"}

    def test_a_name_that_is_too_long_with_its_prefix_is_no_group(self) -> None:
        rule = GroupRule(claim="groups", prefix="role")
        assert rule.group("a" * 250) == "role/" + "a" * 250
        assert rule.group("a" * 251) is None

    @pytest.mark.parametrize(
        ("sources", "userinfo", "needed"),
        [
            (SOURCES, {"groups": []}, False),
            (SOURCES, {"groups": None}, True),
            (SOURCES, {}, True),
            (("userinfo",), {}, False),
            (("access_token", "userinfo"), {"groups": ["a"]}, True),
            (("userinfo", "access_token"), {"groups": ["a"]}, False),
            (("id_token",), {"groups": ["a"]}, True),
        ],
    )
    def test_tokens_are_needed_where_they_could_decide(
        self, sources: tuple[Source, ...], userinfo: dict[str, object], needed: bool
    ) -> None:
        rules = GroupRules((GroupRule(claim="groups", sources=sources),))
        assert rules.needs_tokens(userinfo) is needed

    @pytest.mark.parametrize(
        "wrong",
        [
            {"claim": ""},
            {"claim": "a" * 256},
            {"claim": ".".join("a" * 17)},
            {"claim": "a\n"},
            {"claim": "a", "sources": []},
            {"claim": "a", "sources": ["userinfo", "userinfo"]},
            {"claim": "a", "sources": ["cookie"]},
            {"claim": "a", "prefix": "x/../y"},
            {"claim": "a", "prefixes": "x"},
        ],
        ids=str,
    )
    def test_a_wrong_rule_is_refused(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            GroupRule.model_validate(wrong)


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
