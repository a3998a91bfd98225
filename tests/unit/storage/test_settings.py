"""The settings of the storage service."""

import pytest

from eohub_storage.service.settings import StorageSettings
from eohub_toolkit.settings import SettingsError, load

MANAGED = {
    "JUPYTERHUB_API_URL": "http://127.0.0.1:8001/hub/api",
    "JUPYTERHUB_API_TOKEN": "the-service-token",
    "JUPYTERHUB_SERVICE_URL": "http://127.0.0.1:18004",
    "JUPYTERHUB_SERVICE_PREFIX": "/services/storage/",
}


def test_a_service_that_jupyterhub_starts_needs_no_setting_of_ours() -> None:
    settings = load(StorageSettings, MANAGED)
    assert settings.listening_port == 18004
    assert settings.hub_api_token.get_secret_value() == "the-service-token"
    assert settings.terms.endpoint == "http://127.0.0.1:8006"
    assert settings.terms.shared_buckets == ("climate",)


def test_s3_may_lie_elsewhere_than_sts() -> None:
    given = {"EOHUB_STORAGE_STS_URL": "https://sts.example", "EOHUB_STORAGE_S3_URL": "https://s3.example"}
    assert load(StorageSettings, MANAGED | given).terms.endpoint == "https://s3.example"


def test_our_name_for_a_variable_wins_over_jupyterhubs() -> None:
    settings = load(StorageSettings, MANAGED | {"EOHUB_STORAGE_SERVICE_URL": "http://127.0.0.1:18005"})
    assert settings.listening_port == 18005


def test_the_token_is_not_shown() -> None:
    assert "the-service-token" not in repr(load(StorageSettings, MANAGED))


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("EOHUB_STORAGE_KEY_SECONDS", "899"),
        ("EOHUB_STORAGE_KEY_SECONDS", "3601"),
        ("EOHUB_STORAGE_KEY_SECONDS", "an hour"),
        ("EOHUB_STORAGE_KEYS_PER_MINUTE", "0"),
        ("EOHUB_STORAGE_STS_URL", "127.0.0.1:8006"),
        ("EOHUB_STORAGE_STS_URL", "file:///x"),
        ("EOHUB_STORAGE_PERSONAL_BUCKET", "users/*"),
        ("EOHUB_STORAGE_SHARED_BUCKETS", "climate"),
        ("EOHUB_STORAGE_ROLE_ARN", "eohub-user"),
        ("EOHUB_STORAGE_KEY_SECOND", "900"),
    ],
)
def test_a_wrong_setting_is_named(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        load(StorageSettings, MANAGED | {variable: value})


@pytest.mark.parametrize("bucket", ["*", "cli*", "climate/x", "Climate", ""])
def test_a_shared_bucket_is_one_bucket(bucket: str) -> None:
    with pytest.raises(SettingsError, match="EOHUB_STORAGE_SHARED_BUCKETS"):
        load(StorageSettings, MANAGED | {"EOHUB_STORAGE_SHARED_BUCKETS": f'["{bucket}"]'})
