"""Settings that services have in common."""

import pytest

from eohub_toolkit.service_settings import HubClientSettings, Prefix
from eohub_toolkit.settings import SettingsError, load, settings_config, variables_of


class Weather(HubClientSettings):
    model_config = settings_config("WEATHER")
    default_port = 9001

    prefix: Prefix = "/services/weather/"


class Elsewhere(HubClientSettings):
    """A service that names no default path."""

    model_config = settings_config("ELSEWHERE")
    default_port = 9002


MANAGED = {
    "JUPYTERHUB_API_URL": "https://hub.example.org/base/hub/api",
    "JUPYTERHUB_API_TOKEN": "the-service-token",
    "JUPYTERHUB_SERVICE_URL": "http://127.0.0.1:19001",
    "JUPYTERHUB_SERVICE_PREFIX": "/base/services/weather/",
}


def test_jupyterhubs_variables_are_the_only_ones() -> None:
    assert set(variables_of(Weather)) == set(MANAGED)


def test_a_service_that_the_hub_starts_takes_everything_from_it() -> None:
    settings = load(Weather, MANAGED)
    assert settings.listening_port == 19001
    assert settings.prefix == "/base/services/weather/"
    assert settings.hub_api_url == "https://hub.example.org/base/hub/api"
    assert settings.hub_api_token.get_secret_value() == "the-service-token"
    assert "the-service-token" not in repr(settings)


def test_alone_it_has_its_own_port_and_path() -> None:
    settings = load(Weather, {})
    assert (settings.listening_port, settings.prefix) == (9001, "/services/weather/")


@pytest.mark.parametrize("url", ["http://weather", "https://weather/services/weather/"])
def test_a_url_without_port_leaves_the_services_own(url: str) -> None:
    assert load(Weather, {"JUPYTERHUB_SERVICE_URL": url}).listening_port == 9001


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("JUPYTERHUB_API_URL", "ftp://hub"),
        ("JUPYTERHUB_API_URL", "http://hub/api?x=1"),
        ("JUPYTERHUB_SERVICE_URL", "127.0.0.1:9001"),
        ("JUPYTERHUB_SERVICE_PREFIX", "services/weather"),
        ("JUPYTERHUB_SERVICE_PREFIX", '/"/'),
        ("EOHUB_WEATHER_SERVICE_URL", "http://127.0.0.1:9001"),
    ],
)
def test_a_wrong_value_and_an_unknown_name_are_told(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        load(Weather, MANAGED | {variable: value})


def test_a_class_without_a_default_path_needs_one() -> None:
    with pytest.raises(SettingsError, match="JUPYTERHUB_SERVICE_PREFIX is not set"):
        load(Elsewhere, {})
