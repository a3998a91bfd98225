from pathlib import Path

import pytest
from pydantic import AliasChoices, BaseModel, Field, ValidationError

from eohub_toolkit.settings import Settings, SettingsError, load, settings_config, variables_of


class Catalogue(BaseModel):
    id: str
    url: str


class ExampleSettings(Settings):
    model_config = settings_config("EXAMPLE")

    port: int = Field(default=8005, ge=1, le=65535)
    database: Path
    catalogues: tuple[Catalogue, ...] = ()
    api_token: str = Field(default="", validation_alias="JUPYTERHUB_API_TOKEN")
    state: str = Field(default="", validation_alias=AliasChoices("EOHUB_EXAMPLE_STATE", "EOHUB_STATE_DIR"))


GOOD = {"EOHUB_EXAMPLE_DATABASE": "/data/x.sqlite"}


def test_values_are_read_and_converted() -> None:
    settings = load(
        ExampleSettings,
        GOOD
        | {
            "EOHUB_EXAMPLE_PORT": "9000",
            "EOHUB_EXAMPLE_CATALOGUES": '[{"id": "a", "url": "http://127.0.0.1/"}]',
            "JUPYTERHUB_API_TOKEN": "t",
            "EOHUB_STATE_DIR": "s",
        },
    )
    assert settings.port == 9000
    assert settings.database == Path("/data/x.sqlite")
    assert settings.catalogues == (Catalogue(id="a", url="http://127.0.0.1/"),)
    assert settings.api_token == "t"
    assert settings.state == "s"


def test_settings_cannot_be_changed() -> None:
    settings = load(ExampleSettings, GOOD)
    with pytest.raises(ValidationError):
        settings.port = 1


@pytest.mark.parametrize(
    ("extra", "sentence"),
    [
        ({"EOHUB_EXAMPLE_PROT": "1"}, "EOHUB_EXAMPLE_PROT is not a setting"),
        ({"EOHUB_EXAMPLE_PORT": "many"}, "EOHUB_EXAMPLE_PORT is wrong"),
        ({"EOHUB_EXAMPLE_PORT": "0"}, "EOHUB_EXAMPLE_PORT is wrong"),
        ({"EOHUB_EXAMPLE_CATALOGUES": "["}, "EOHUB_EXAMPLE_CATALOGUES is not valid JSON"),
        ({"EOHUB_EXAMPLE_CATALOGUES": '[{"id": "a"}]'}, "EOHUB_EXAMPLE_CATALOGUES.0.url is wrong"),
        ({"EOHUB_EXAMPLE_DATABASE_": ""}, "EOHUB_EXAMPLE_DATABASE_ is not a setting"),
    ],
)
def test_a_wrong_or_unknown_variable_is_named(extra: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingsError) as raised:
        load(ExampleSettings, GOOD | extra)
    assert raised.value.detail.startswith(sentence)


def test_a_misspelt_variable_gets_a_suggestion() -> None:
    with pytest.raises(SettingsError) as raised:
        load(ExampleSettings, GOOD | {"EOHUB_EXAMPLE_PROT": "1"})
    assert raised.value.hint == "Did you mean EOHUB_EXAMPLE_PORT?"


def test_a_missing_variable_is_named() -> None:
    with pytest.raises(SettingsError, match="EOHUB_EXAMPLE_DATABASE is not set"):
        load(ExampleSettings, {})


def test_a_wrong_value_is_never_printed() -> None:
    with pytest.raises(SettingsError) as raised:
        load(ExampleSettings, GOOD | {"EOHUB_EXAMPLE_PORT": "hunter2"})
    assert "hunter2" not in raised.value.detail


def test_variables_of_other_programs_are_ignored() -> None:
    assert load(ExampleSettings, GOOD | {"PATH": "/bin", "EOHUB_OTHER_PORT": "1"}).port == 8005


def test_the_process_environment_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EOHUB_EXAMPLE_PORT", "1234")
    assert load(ExampleSettings, GOOD).port == 8005


def test_variables_are_listed_with_their_aliases() -> None:
    assert set(variables_of(ExampleSettings)) == {
        "EOHUB_EXAMPLE_PORT",
        "EOHUB_EXAMPLE_DATABASE",
        "EOHUB_EXAMPLE_CATALOGUES",
        "JUPYTERHUB_API_TOKEN",
        "EOHUB_EXAMPLE_STATE",
        "EOHUB_STATE_DIR",
    }
