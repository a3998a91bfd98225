import configparser
import json
from pathlib import Path

from fakes.spawner_people import FakePeople

from eohub_hub.spawner.environment import aws_config, from_hub, server_environment
from eohub_hub.spawner.settings import Catalogue, SpawnerSettings

SETTINGS = SpawnerSettings(
    state=Path("/srv/eohub"),
    instance="0123",
    environments={"eo": Path("/srv/eohub/environments/eo")},
    people=FakePeople("alice"),
    s3_url="http://127.0.0.1:8006",
    s3_region="eohub-local",
    storage_url="http://127.0.0.1:8004",
    catalogues=(Catalogue("eohub", "EOHub", "http://127.0.0.1:8005/services/catalogue"),),
)
EO = Path("/srv/eohub/environments/eo")


def made() -> dict[str, str]:
    home, facts = Path("/srv/eohub/homes/alice"), Path("/srv/eohub/servers/alice/facts")
    return server_environment(SETTINGS, EO, home, facts, account_name="alice", server="alice+big")


def test_the_environments_own_programs_come_first() -> None:
    assert made()["PATH"].split(":")[0] == f"{EO}/bin"


def test_catalogues_are_given_as_the_pod_half_reads_them() -> None:
    assert json.loads(made()["EOHUB_CATALOGUE_SERVER_CATALOGUES"]) == [
        {"id": "eohub", "title": "EOHub", "url": "http://127.0.0.1:8005/services/catalogue"}
    ]


def test_every_process_can_be_found_by_its_marks() -> None:
    assert (made()["EOHUB_INSTANCE"], made()["EOHUB_SERVER"]) == ("0123", "alice+big")


def test_no_variable_holds_a_key() -> None:
    assert not [name for name in made() if "SECRET" in name or "KEY" in name or "TOKEN" in name]


def test_of_the_hubs_variables_only_its_own_kind_the_kept_and_the_sites_remain() -> None:
    variables = {
        "JUPYTERHUB_API_TOKEN": "t",
        "JPY_API_TOKEN": "t",
        "PATH": "/hub/bin",
        "LANG": "de_DE.UTF-8",
        "LD_LIBRARY_PATH": "/hub/lib",
        "AWS_SECRET_ACCESS_KEY": "s",
        "SITE": "x",
    }
    assert from_hub(variables, {"SITE": "x"}) == {
        "JUPYTERHUB_API_TOKEN": "t",
        "LANG": "de_DE.UTF-8",
        "SITE": "x",
    }


def test_the_aws_configuration_is_read_by_aws_rules_and_holds_no_key() -> None:
    text = aws_config(SETTINGS, EO)
    parser = configparser.RawConfigParser()
    parser.read_string(text)
    default = parser["default"]
    assert default["endpoint_url"] == "http://127.0.0.1:8006"
    assert default["credential_process"] == f"{EO}/bin/eohub-credentials"
    assert default["s3"].strip() == "addressing_style = path"
    assert set(default) == {"region", "endpoint_url", "s3", "credential_process"}
