"""The hub's settings: what a site may say, and how it is told of what it may not."""

import json

import pytest

from eohub_hub.claims import SOURCES, GroupRule, canonical_group
from eohub_hub.settings import HubSettings
from eohub_toolkit.settings import SettingsError, load

REQUIRED = {
    "EOHUB_HUB_ISSUER": "https://issuer.example",
    "EOHUB_HUB_CLIENT_SECRET_FILE": "/secret",
    "EOHUB_HUB_PEOPLE_DATABASE_URL": "sqlite://",
    "EOHUB_HUB_POLICY_FOLDER": "/policy",
}


def settings(*groups: object) -> HubSettings:
    return load(HubSettings, REQUIRED | {"EOHUB_HUB_ADMIN_GROUPS": json.dumps(groups)})


@pytest.mark.parametrize("sent", ["/platform/admin", "platform/admin/", " platform/admin ", "Cafe\u0301"])
def test_an_administrators_group_is_written_as_persons_have_it_however_it_was_sent(sent: str) -> None:
    assert settings(sent).admin_groups == {canonical_group(sent)}


@pytest.mark.parametrize("group", ["", "/", "a//b", "../admin", "a/./b", "a\nb", "x" * 256, "a / b"])
def test_what_can_be_nobodys_group_is_refused_by_the_name_of_its_variable(group: str) -> None:
    assert canonical_group(group) is None
    with pytest.raises(SettingsError, match=r"EOHUB_HUB_ADMIN_GROUPS.*no name of a group"):
        settings("ops", group)


def test_without_a_word_the_administrators_are_those_of_the_platform() -> None:
    assert load(HubSettings, REQUIRED).admin_groups == {"platform/admin"}


class TestGroupRules:
    """Where groups are found: a bare claim for most sites, a list of rules for the others."""

    def rules(self, text: str) -> tuple[GroupRule, ...]:
        return load(HubSettings, REQUIRED | {"EOHUB_HUB_GROUP_RULES": text}).group_rules

    @pytest.mark.parametrize(
        ("text", "rules"),
        [
            ("roles", (GroupRule(claim="roles"),)),
            ("resource_access.eohub.roles", (GroupRule(claim="resource_access.eohub.roles"),)),
            ('["groups", "roles"]', (GroupRule(claim="groups"), GroupRule(claim="roles"))),
            (
                '[{"claim": "roles", "sources": ["access_token"], "prefix": "/role/"}]',
                (GroupRule(claim="roles", sources=("access_token",), prefix="role"),),
            ),
        ],
    )
    def test_a_claim_or_a_list(self, text: str, rules: tuple[GroupRule, ...]) -> None:
        assert self.rules(text) == rules

    def test_without_a_word_it_is_the_claim_groups_wherever_it_is(self) -> None:
        found = load(HubSettings, REQUIRED).groups
        assert found.rules == (GroupRule(claim="groups", sources=SOURCES),)
        assert dict(found.aliases) == {}

    @pytest.mark.parametrize(
        "text",
        ["", "[", "[]", '["a", 7]', '[{"claim": "a", "from": "x"}]', '[{"claim": "a", "sources": ["b"]}]',
         "a\nb", '[{"claim": "a", "prefix": "x/../y"}]', json.dumps(["a"] * 33)],
    )  # fmt: skip
    def test_a_wrong_one_is_refused_by_the_name_of_its_variable(self, text: str) -> None:
        with pytest.raises(SettingsError, match="EOHUB_HUB_GROUP_RULES"):
            self.rules(text)

    def test_aliases_are_groups_on_both_sides(self) -> None:
        text = json.dumps({"/DPAD/approved/": "/eo-users"})
        found = load(HubSettings, REQUIRED | {"EOHUB_HUB_GROUP_ALIASES": text})
        assert found.groups.aliases == {"DPAD/approved": "eo-users"}
        with pytest.raises(SettingsError, match="EOHUB_HUB_GROUP_ALIASES"):
            load(HubSettings, REQUIRED | {"EOHUB_HUB_GROUP_ALIASES": '{"a": "../admin"}'})
