"""Where the pod's half finds its catalogues."""

import json
from itertools import permutations

import pytest

from eohub_catalogue.server.settings import ServerSettings, settings_of
from eohub_catalogue.service.settings import CatalogueSettings
from eohub_toolkit.settings import Settings, SettingsError, load, variables_of

type Kind = type[Settings]

HERE = {"id": "here", "title": "Here", "url": "http://127.0.0.1:8005/"}
THERE = {"id": "there", "title": "There", "url": "https://stac.example.org"}


def environ(*catalogues: object) -> dict[str, str]:
    return {"EOHUB_CATALOGUE_SERVER_CATALOGUES": json.dumps(catalogues)}


def test_without_any_configuration_there_is_no_catalogue_and_no_request_to_anybody() -> None:
    assert settings_of({}, ()).catalogues == ()


def test_catalogues_come_from_the_environment() -> None:
    assert [source.id for source in settings_of(environ(HERE, THERE), ()).catalogues] == ["here", "there"]


def test_catalogues_come_from_jupyter_where_the_environment_names_none() -> None:
    assert [source.id for source in settings_of({}, [THERE]).catalogues] == ["there"]
    assert [source.id for source in settings_of(environ(HERE), [THERE]).catalogues] == ["here"]


def test_other_settings_of_the_environment_stay_beside_jupyters_catalogues() -> None:
    found = settings_of({"EOHUB_CATALOGUE_SERVER_DEADLINE_SECONDS": "3"}, [THERE])
    assert found.deadline_seconds == 3
    assert len(found.catalogues) == 1


@pytest.mark.parametrize(
    ("variables", "configured", "named"),
    [
        ({"EOHUB_CATALOGUE_SERVER_CATALOGUE": "[]"}, (), "EOHUB_CATALOGUE_SERVER_CATALOGUE "),
        ({"EOHUB_CATALOGUE_SERVER_CATALOGUES": "[{"}, (), "EOHUB_CATALOGUE_SERVER_CATALOGUES"),
        ({"EOHUB_CATALOGUE_SERVER_DEADLINE_SECONDS": "0"}, (), "EOHUB_CATALOGUE_SERVER_DEADLINE_SECONDS"),
        (environ({**HERE, "url": "file:///etc/passwd"}), (), "EOHUB_CATALOGUE_SERVER_CATALOGUES"),
        (environ({**HERE, "id": "no spaces"}), (), "EOHUB_CATALOGUE_SERVER_CATALOGUES"),
        (environ({**HERE, "password": "x"}), (), "EOHUB_CATALOGUE_SERVER_CATALOGUES"),
        (
            {"EOHUB_CATALOGUE_SERVER_ALLOWED_HOSTS": '["http://x"]'},
            (),
            "EOHUB_CATALOGUE_SERVER_ALLOWED_HOSTS",
        ),
        ({"EOHUB_CATALOGUE_SERVER_REQUESTS_PER_SECOND": '{"x": 0}'}, (), "EOHUB_CATALOGUE_SERVER_REQUESTS"),
        ({}, [{"id": "there"}], "c.EOHubCatalogue.catalogues"),
        ({}, "https://stac.example.org", "c.EOHubCatalogue.catalogues"),
    ],
)
def test_a_wrong_setting_is_named(variables: dict[str, str], configured: object, named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        settings_of(variables, configured)


SECRET = "s3cret"
WITH_SECRET = [
    f"https://user:{SECRET}@stac.example.org/",
    f"https://{SECRET}@stac.example.org/",
    f"https://stac.example.org/?token={SECRET}",
    f"https://stac.example.org/#{SECRET}",
    f"https://stac.example.org\\@{SECRET}.example.org/",
]
UNREADABLE = [
    "https://",
    "https://[",
    "http:///path",
    "https://stac example.org/",
    "https://stac.example.org/\n",
]


@pytest.mark.parametrize("url", [*WITH_SECRET, *UNREADABLE])
@pytest.mark.parametrize("where", ["environment", "jupyter", "s3"])
def test_an_address_that_the_browser_sees_carries_no_secret_and_is_not_repeated(url: str, where: str) -> None:
    variables, configured = {
        "environment": (environ({**HERE, "url": url}), ()),
        "jupyter": ({}, [{**HERE, "url": url}]),
        "s3": ({"EOHUB_CATALOGUE_SERVER_S3_URL": url}, ()),
    }[where]
    with pytest.raises(SettingsError) as refusal:
        settings_of(variables, configured)
    assert SECRET not in refusal.value.detail
    assert "is wrong: Value error, it " in refusal.value.detail


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8005/services/catalogue/", "https://stac.example.org/@v1/", "http://[::1]:9000"]
)
def test_an_address_without_a_secret_is_taken_as_it_is(url: str) -> None:
    assert settings_of(environ({**HERE, "url": url}), ()).catalogues[0].url == url


@pytest.mark.parametrize("scheme", ["HTTP", "Https", "HTTPS"])
def test_an_address_may_be_written_in_capitals(scheme: str) -> None:
    given, wanted = f"{scheme}://stac.example.org/V1", f"{scheme.lower()}://stac.example.org/V1"
    assert settings_of(environ({**THERE, "url": given}), ()).catalogues[0].url == wanted
    assert settings_of({}, [{**THERE, "url": given}]).catalogues[0].url == wanted
    assert settings_of({"EOHUB_CATALOGUE_SERVER_S3_URL": given}, ()).s3_url == wanted


def test_no_data_store_is_configured_unless_it_is_named() -> None:
    assert settings_of({}, ()).s3_url is None
    variables = {"EOHUB_CATALOGUE_SERVER_S3_URL": "http://127.0.0.1:8006"}
    assert settings_of(variables, [THERE]).s3_url == "http://127.0.0.1:8006"


def test_hosts_have_the_rates_of_their_quotas_unless_a_site_names_others() -> None:
    assert settings_of({}, ()).rates()["hda.data.destination-earth.eu"] == 4
    rates = {"EOHUB_CATALOGUE_SERVER_REQUESTS_PER_SECOND": '{"HDA.data.destination-earth.eu": 2, "x": 1}'}
    found = settings_of(rates, ()).rates()
    assert (found["hda.data.destination-earth.eu"], found["x"]) == (2, 1)
    assert found["stac.dataspace.copernicus.eu"] == 5


def test_the_settings_of_both_halves_may_stand_in_one_environment() -> None:
    both = {
        **environ(HERE),
        "EOHUB_CATALOGUE_SERVER_S3_URL": "http://127.0.0.1:8006",
        "EOHUB_CATALOGUE_SERVICE_TITLE": "Both",
    }
    assert load(CatalogueSettings, both).title == "Both"
    assert settings_of(both, ()).catalogues[0].id == "here"


@pytest.mark.parametrize(("one", "other"), list(permutations((ServerSettings, CatalogueSettings), 2)))
def test_no_variable_of_one_half_is_taken_for_one_of_the_other(one: Kind, other: Kind) -> None:
    prefix = other.model_config.get("env_prefix") or ""
    assert prefix
    assert not [name for name in variables_of(one) if name.startswith(prefix)]


def test_two_catalogues_of_one_id_are_refused() -> None:
    with pytest.raises(SettingsError, match="the id here twice"):
        settings_of(environ(HERE, HERE), ())
