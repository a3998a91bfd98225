import pytest

from eohub_catalogue.service.settings import CatalogueSettings
from eohub_toolkit.settings import SettingsError, load


def test_a_service_that_the_hub_starts_takes_its_address_from_the_hub() -> None:
    environ = {
        "JUPYTERHUB_SERVICE_URL": "http://127.0.0.1:9999",
        "JUPYTERHUB_SERVICE_PREFIX": "/hub/services/stac/",
        "EOHUB_CATALOGUE_SERVICE_DATABASE_URL": "sqlite:////var/lib/eohub/catalogue.sqlite",
    }
    settings = load(CatalogueSettings, environ)
    assert (settings.listening_port, settings.prefix) == (9999, "/hub/services/stac/")
    assert settings.database_url == "sqlite:////var/lib/eohub/catalogue.sqlite"


def test_alone_it_has_an_address_of_its_own() -> None:
    settings = load(CatalogueSettings, {})
    assert (settings.listening_port, settings.prefix) == (8005, "/services/catalogue/")


def test_a_port_that_is_set_counts_more_than_the_hubs() -> None:
    environ = {"EOHUB_CATALOGUE_SERVICE_PORT": "1234", "JUPYTERHUB_SERVICE_URL": "http://127.0.0.1:9999"}
    assert load(CatalogueSettings, environ).listening_port == 1234


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("EOHUB_CATALOGUE_SERVICE_PORT", "0"),
        ("EOHUB_CATALOGUE_SERVICE_PORT", "70000"),
        ("JUPYTERHUB_SERVICE_PREFIX", "services/catalogue"),
        ("JUPYTERHUB_SERVICE_PREFIX", '/"/'),
        ("EOHUB_CATALOGUE_SERVICE_DATABASE_URL", "postgresql://host/db"),
        ("EOHUB_CATALOGUE_SERVICE_DATABASE_URL", "sqlite:///"),
        ("EOHUB_CATALOGUE_SERVICE_SEARCH_SECONDS", "0"),
        ("EOHUB_CATALOGUE_SERVICE_READERS", "many"),
        ("EOHUB_CATALOGUE_SERVICE_TITLE", ""),
    ],
)
def test_a_wrong_value_is_refused_with_the_name_of_its_variable(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        load(CatalogueSettings, {variable: value})


def test_a_misspelt_variable_is_refused() -> None:
    with pytest.raises(SettingsError, match="EOHUB_CATALOGUE_SERVICE_DATABSE_URL") as refusal:
        load(CatalogueSettings, {"EOHUB_CATALOGUE_SERVICE_DATABSE_URL": "x"})
    assert refusal.value.hint == "Did you mean EOHUB_CATALOGUE_SERVICE_DATABASE_URL?"
