from pathlib import Path

import pytest

from eohub_hub.local.settings import LocalSettings
from eohub_hub.local.tools import PROJECT
from eohub_toolkit.settings import SettingsError, load


def test_without_any_variable_everything_has_a_default_that_works() -> None:
    settings = load(LocalSettings, {})
    assert settings.state_folder == PROJECT / ".eohub"
    assert settings.wanted_ports() == {}


def test_the_state_folder_may_be_elsewhere_and_becomes_absolute() -> None:
    assert load(LocalSettings, {"EOHUB_STATE_DIR": "/data/eohub"}).state_folder == Path("/data/eohub")
    assert load(LocalSettings, {"EOHUB_STATE_DIR": "here"}).state_folder == Path.cwd() / "here"
    assert load(LocalSettings, {"EOHUB_STATE_DIR": "~/eohub"}).state_folder == Path.home() / "eohub"


def test_only_ports_that_were_set_are_wanted() -> None:
    settings = load(LocalSettings, {"EOHUB_LOCAL_S3_FILER_PORT": "9009", "EOHUB_LOCAL_PUBLIC_PORT": "9000"})
    assert settings.wanted_ports() == {"s3_filer": 9009, "public": 9000}


def test_other_parts_variables_are_none_of_its_business() -> None:
    load(LocalSettings, {"EOHUB_HUB_ISSUER": "x", "EOHUB_STORAGE_REGION": "y", "PATH": "/bin"})


@pytest.mark.parametrize(
    "environ",
    [
        {"EOHUB_LOCAL_PUBLIC_PORT": "80"},
        {"EOHUB_LOCAL_S3_PORT": "65536"},
        {"EOHUB_LOCAL_S3_PORT": "http"},
        {"EOHUB_LOCAL_START_SECONDS": "0"},
        {"EOHUB_LOCAL_START_SECONDS": "nan"},
        {"EOHUB_LOCAL_LOG_MEBIBYTES": "-1"},
        {"EOHUB_LOCAL_PUBLICPORT": "8000"},
    ],
)
def test_a_wrong_or_misspelt_variable_is_named(environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError) as caught:
        load(LocalSettings, environ)
    assert next(iter(environ)) in caught.value.detail
