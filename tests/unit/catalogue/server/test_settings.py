"""Where the pod's half finds its catalogues."""

import json

import pytest

from eohub_catalogue.server.settings import settings_of
from eohub_toolkit.settings import SettingsError

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
        ({}, [{"id": "there"}], "c.EOHubCatalogue.catalogues"),
        ({}, "https://stac.example.org", "c.EOHubCatalogue.catalogues"),
    ],
)
def test_a_wrong_setting_is_named(variables: dict[str, str], configured: object, named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        settings_of(variables, configured)


def test_two_catalogues_of_one_id_are_refused() -> None:
    with pytest.raises(SettingsError, match="the id here twice"):
        settings_of(environ(HERE, HERE), ())
