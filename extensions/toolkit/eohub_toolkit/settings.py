"""Settings: one frozen class per deployable, one prefix, and no misspelt variable goes unnoticed."""

from collections.abc import Mapping
from difflib import get_close_matches

from pydantic import AliasChoices, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from pydantic_settings import (
    SettingsError as UnreadableValue,
)
from pydantic_settings.sources.utils import parse_env_vars

from eohub_toolkit.errors import Invalid


class SettingsError(Invalid):
    """A setting is unknown, missing or wrong; the sentence names its variable."""


def settings_config(name: str) -> SettingsConfigDict:
    """Model configuration for the deployable `name`: frozen, prefix `EOHUB_<NAME>_`."""
    return SettingsConfigDict(env_prefix=f"EOHUB_{name}_", frozen=True, extra="forbid", populate_by_name=True)


class Settings(BaseSettings):
    """Base of every settings class; entry points build it with `load`, tests by keyword."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take values from the caller only: the environment is handed over by entry points."""
        return (init_settings,)


class _GivenEnviron(EnvSettingsSource):
    def __init__(self, settings_cls: type[Settings], environ: Mapping[str, str]) -> None:
        self._environ = environ
        super().__init__(settings_cls)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return parse_env_vars(self._environ)


def variables_of(cls: type[Settings]) -> dict[str, FieldInfo]:
    """The environment variables that a settings class reads, each with its field."""
    return {
        variable: field
        for name, field in cls.model_fields.items()
        for variable in _variables_of_field(cls, name, field)
    }


def load[S: Settings](cls: type[S], environ: Mapping[str, str]) -> S:
    """Build `cls` from `environ`; raises SettingsError for an unknown, missing or wrong variable."""
    known = variables_of(cls)
    prefix = cls.model_config.get("env_prefix") or ""
    for variable in sorted(environ):
        if prefix and variable.startswith(prefix) and variable not in known:
            raise SettingsError(f"{variable} is not a setting of EOHub.", hint=_nearest(variable, known))
    try:
        return cls(**_GivenEnviron(cls, environ)())
    except UnreadableValue as error:
        field = next((name for name in cls.model_fields if f'"{name}"' in str(error)), "")
        variable = _first_variable(cls, field) if field else prefix
        raise SettingsError(f"{variable} is not valid JSON.") from None
    except ValidationError as error:
        raise _explained(cls, error) from None


def _explained(cls: type[Settings], error: ValidationError) -> SettingsError:
    first = error.errors(include_url=False, include_input=False)[0]
    where = str(first["loc"][0]) if first["loc"] else ""
    variable = _first_variable(cls, where) if where in cls.model_fields else where
    if first["type"] == "missing" and len(first["loc"]) == 1:
        return SettingsError(f"{variable} is not set.", hint="The operator guide lists every setting.")
    inner = "".join(f".{part}" for part in first["loc"][1:])
    return SettingsError(f"{variable}{inner} is wrong: {first['msg']}.")


def _nearest(variable: str, known: Mapping[str, FieldInfo]) -> str:
    near = get_close_matches(variable, known, n=1)
    return f"Did you mean {near[0]}?" if near else f"Known settings: {', '.join(sorted(known))}."


def _first_variable(cls: type[Settings], name: str) -> str:
    return _variables_of_field(cls, name, cls.model_fields[name])[0]


def _variables_of_field(cls: type[Settings], name: str, field: FieldInfo) -> list[str]:
    match field.validation_alias:
        case AliasChoices() as alias:
            return [str(choice) for choice in alias.choices]
        case str() as alias:
            return [alias]
        case _:
            return [f"{cls.model_config.get('env_prefix') or ''}{name.upper()}"]
