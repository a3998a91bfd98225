"""The settings of the lifetime service."""

import re
from pathlib import Path

import pytest

from eohub_hub.access import SERVICES
from eohub_lifetime.service.settings import LifetimeSettings
from eohub_lifetime.verdict import SILENT_SECONDS
from eohub_toolkit.settings import SettingsError, load

MANAGED = {
    "JUPYTERHUB_API_URL": "http://127.0.0.1:8001/hub/api",
    "JUPYTERHUB_API_TOKEN": "the-service-token",
    "JUPYTERHUB_SERVICE_URL": "http://127.0.0.1:18011",
    "JUPYTERHUB_SERVICE_PREFIX": "/services/lifetime/",
}


def test_a_service_that_jupyterhub_starts_needs_no_address_of_ours() -> None:
    settings = load(LifetimeSettings, MANAGED)
    assert settings.listening_port == 18011
    assert settings.hub_api_token.get_secret_value() == "the-service-token"
    assert settings.silent_seconds == SILENT_SECONDS
    assert LifetimeSettings().listening_port == 8011


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("EOHUB_LIFETIME_SERVICE_ROUND_SECONDS", "0.1"),
        ("EOHUB_LIFETIME_SERVICE_ROUND_SECONDS", "120"),
        ("EOHUB_LIFETIME_SERVICE_SILENT_SECONDS", "1"),
        ("JUPYTERHUB_API_URL", "ftp://hub"),
        ("EOHUB_LIFETIME_SERVICE_ROUNDSECONDS", "15"),
    ],
)
def test_a_setting_that_is_wrong_is_told_by_its_name(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        load(LifetimeSettings, MANAGED | {variable: value})


def test_the_guide_names_the_scopes_that_the_hub_gives() -> None:
    guide = (Path(__file__).parents[4] / "docs" / "operators" / "lifetime.md").read_text("utf-8")
    named = re.findall(r"`((?:read|list|delete|custom:admin|custom:audit):[\w:]+)`", guide)
    given = next(each for each in SERVICES if each.service == "lifetime")
    assert set(named) == set(given.scopes)
