import pytest

from eohub_hub.admin.settings import AdminSettings
from eohub_toolkit.settings import SettingsError, load


def test_jupyterhubs_own_variables_are_enough() -> None:
    settings = load(
        AdminSettings,
        {
            "JUPYTERHUB_SERVICE_URL": "http://127.0.0.1:9010",
            "JUPYTERHUB_SERVICE_PREFIX": "/base/services/admin/",
            "JUPYTERHUB_API_URL": "http://127.0.0.1:9001/base/hub/api",
            "JUPYTERHUB_PUBLIC_HUB_URL": "https://hub.example.org/base/hub/",
        },
    )
    assert settings.listening_port == 9010
    assert settings.prefix == "/base/services/admin/"
    assert settings.hub_public_url == "https://hub.example.org/base/hub/"


def test_alone_it_listens_at_the_documented_port() -> None:
    assert load(AdminSettings, {}).listening_port == 8010


@pytest.mark.parametrize("variable", ["EOHUB_ADMIN_PORT", "EOHUB_ADMIN_SERVICE_URLS"])
def test_a_misspelt_setting_stops_the_start(variable: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        load(AdminSettings, {variable: "x"})
