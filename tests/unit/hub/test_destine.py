"""The settings file for DestinE is one that the hub takes, and says what the Data Lake expects."""

import shlex
from pathlib import Path

from eohub_hub.claims import ClaimSets
from eohub_hub.settings import HubSettings
from eohub_toolkit.settings import load

FILE = Path(__file__).parents[3] / "hub_config" / "destine.env"
OF_ANY_SITE = {"EOHUB_HUB_PEOPLE_DATABASE_URL": "sqlite://", "EOHUB_HUB_POLICY_FOLDER": "/policy"}


def settings() -> HubSettings:
    lines = [line for line in FILE.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    # As a shell reads it: one word, quotes gone.
    words = [shlex.split(line) for line in lines]
    assert all(len(word) == 1 for word in words)
    return load(HubSettings, OF_ANY_SITE | dict(word[0].split("=", 1) for word in words))


def test_the_hub_takes_it() -> None:
    assert settings().issuer == "https://auth.destine.eu/realms/desp"


def test_roles_of_the_access_token_are_groups_that_pass_for_no_other() -> None:
    access_token = {
        "realm_access": {"roles": ["DPAD_Direct_Access", "hub/administrator"]},
        "resource_access": {"eohub": {"roles": ["administrator"]}, "account": {"roles": ["view-profile"]}},
    }
    found = settings().groups.found_in(
        ClaimSets(userinfo={"groups": ["/science"]}, access_token=access_token)
    )
    assert found is not None
    assert found.groups == {
        "science",
        "role/DPAD_Direct_Access",
        "role/hub/administrator",
        "hub/administrator",
    }
    assert settings().admin_groups == {"hub/administrator"}


def test_a_group_of_the_realm_could_be_the_administrators_only_by_its_whole_name() -> None:
    sent = ClaimSets(userinfo={"groups": ["administrator", "/role/hub/administrator", "hub"]})
    found = settings().groups.found_in(sent)
    assert found is not None
    assert "hub/administrator" not in found.groups


def test_the_data_lake_is_asked_as_it_wants_to_be() -> None:
    (lake,) = settings().exchanges
    assert (lake.subject_issuer, lake.client_id, lake.audience) == ("desp-oidc", "hda-public", "hda-public")
    assert lake.issuer.endswith("/auth/realms/dedl")
