"""The settings of the drive, with and without an EOHub."""

import pytest

from eohub_storage.server.settings import ServerSettings
from eohub_toolkit.settings import SettingsError, load


def test_a_server_that_an_eohub_started_needs_no_setting_of_its_own() -> None:
    given = {
        "EOHUB_STORAGE_URL": "http://127.0.0.1:8004/services/storage",
        "JUPYTERHUB_API_TOKEN": "secret-1",
    }
    settings = load(ServerSettings, given)
    assert settings.storage_url.endswith("/services/storage")
    assert settings.hub_token.get_secret_value() == "secret-1"
    assert "secret-1" not in repr(settings)


def test_without_an_eohub_nothing_has_to_be_set() -> None:
    settings = load(ServerSettings, {})
    assert (settings.storage_url, settings.places, settings.transfer) == ("", (), "direct")


@pytest.mark.parametrize("place", ["s3://bucket/", "s3://bucket/prefix/", "s3://bucket/a b/c/"])
def test_a_place_is_an_address_with_a_slash_at_its_end(place: str) -> None:
    assert load(ServerSettings, {"EOHUB_DRIVE_PLACES": f'["{place}"]'}).places == (place,)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("EOHUB_DRIVE_PLACES", '["s3://bucket"]'),
        ("EOHUB_DRIVE_PLACES", '["s3://bucket/prefix"]'),
        ("EOHUB_DRIVE_PLACES", '["bucket/"]'),
        ("EOHUB_DRIVE_PLACES", "s3://bucket/"),
        ("EOHUB_DRIVE_TRANSFER", "pigeon"),
        ("EOHUB_DRIVE_STORAGE_URL", "127.0.0.1"),
        ("EOHUB_DRIVE_PLACE", "x"),
    ],
)
def test_a_wrong_setting_is_named(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        load(ServerSettings, {variable: value})
