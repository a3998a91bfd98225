"""The settings of the storage service."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

import eohub_storage
from eohub_hub.access import SERVICES
from eohub_storage.contract import Credentials
from eohub_storage.issuing import Terms
from eohub_storage.places import Layout, Sharing
from eohub_storage.server.command import KEY_NAMES
from eohub_storage.server.settings import ServerSettings
from eohub_storage.service.settings import StorageSettings
from eohub_toolkit.service_settings import ServiceSettings
from eohub_toolkit.settings import SettingsError, load, variables_of

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
    assert settings.sts_url == "http://127.0.0.1:8006"
    assert settings.terms.layout == Layout("users", ("climate",), "groups")


SOURCE = "".join(path.read_text("utf-8") for path in Path(eohub_storage.__file__).parent.rglob("*.py"))
NAMES = {
    "settings": [name for name in StorageSettings.model_fields if name not in ServiceSettings.model_fields],
    "terms": [field.name for field in fields(Terms)],
    "layout": [field.name for field in fields(Layout)],
}


@pytest.mark.parametrize(("of", "name"), [(of, name) for of, names in NAMES.items() for name in names])
def test_everything_that_can_be_set_is_read_somewhere(of: str, name: str) -> None:
    assert re.search(rf"\b({of}|self)\.{name}\b", SOURCE)


def test_everything_that_is_sent_is_read_by_the_command() -> None:
    sent = {field.serialization_alias for field in Credentials.model_fields.values()}
    assert sent == set(KEY_NAMES)


def test_the_guide_lists_every_setting_and_no_other() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "operators" / "storage.md").read_text("utf-8")
    listed = re.findall(r"^\| `(EOHUB_(?:STORAGE|DRIVE)_\w+)`", guide, re.M)
    known = {
        name
        for name in (*variables_of(StorageSettings), *variables_of(ServerSettings))
        if name.startswith("EOHUB_")
    } - {"EOHUB_STORAGE_URL"}
    assert sorted(listed) == sorted(known)


def test_the_guides_name_the_scopes_that_the_hub_gives_the_service() -> None:
    (access,) = (each for each in SERVICES if each.service == "storage")
    root = Path(__file__).parents[3]
    for guide in ("docs/operators/storage.md", "extensions/storage/README.md"):
        named = re.findall(r"`((?:read|admin|list|custom:audit):[\w:]+)`", (root / guide).read_text("utf-8"))
        assert set(named) == set(access.scopes), guide


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
        ("EOHUB_STORAGE_GROUP_BUCKET", "groups/eo"),
        ("EOHUB_STORAGE_GROUPS", "eo"),
        ("EOHUB_STORAGE_GROUPS", '[""]'),
        ("EOHUB_STORAGE_GROUPS", '["/eo-users"]'),
        ("EOHUB_STORAGE_SHARING", '[{"reads":"news/"}]'),
        ("EOHUB_STORAGE_SHARING", '[{"reads":"news","group":"a//b"}]'),
        ("EOHUB_STORAGE_SHARING", '[{"group":"eo"}]'),
        ("EOHUB_STORAGE_SHARING", '[{"reads":"eo","groups":["x"]}]'),
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


def test_groups_and_sharing_rules_are_json() -> None:
    given = {
        "EOHUB_STORAGE_GROUPS": '["eo","platform/admin"]',
        "EOHUB_STORAGE_SHARING": '[{"reads":"teachers","group":"students"},{"reads":"news"}]',
    }
    layout = load(StorageSettings, MANAGED | given).terms.layout
    assert layout.groups == {"eo", "platform/admin"}
    assert layout.sharing == (Sharing("teachers", "students"), Sharing("news"))


def test_a_group_means_the_one_that_the_hub_knows_however_its_letters_are_written() -> None:
    layout = load(StorageSettings, MANAGED | {"EOHUB_STORAGE_GROUPS": '["me\u0301te\u0301o"]'}).terms.layout
    assert layout.groups == {"m\u00e9t\u00e9o"}


def test_an_empty_bucket_for_groups_means_that_they_have_none() -> None:
    assert (
        load(StorageSettings, MANAGED | {"EOHUB_STORAGE_GROUP_BUCKET": ""}).terms.layout.group_bucket is None
    )
