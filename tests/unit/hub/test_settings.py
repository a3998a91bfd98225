"""The hub's settings: what a site may say, and how it is told of what it may not."""

import json

import pytest

from eohub_hub.claims import canonical_group
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
