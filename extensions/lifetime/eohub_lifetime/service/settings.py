"""The settings of the lifetime service."""

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr

from eohub_lifetime.verdict import SILENT_SECONDS
from eohub_toolkit.settings import Settings, settings_config

_DEFAULT_PORT = 8011


class LifetimeSettings(Settings):
    """How servers are looked after; JupyterHub sets the variables of a service that it starts."""

    model_config = settings_config("LIFETIME_SERVICE")

    hub_api_url: str = Field(
        default="http://127.0.0.1:8001/hub/api",
        pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$",
        validation_alias=AliasChoices("EOHUB_LIFETIME_SERVICE_HUB_API_URL", "JUPYTERHUB_API_URL"),
        description="The hub's API",
    )
    hub_api_token: SecretStr = Field(
        default=SecretStr(""),
        validation_alias=AliasChoices("EOHUB_LIFETIME_SERVICE_HUB_API_TOKEN", "JUPYTERHUB_API_TOKEN"),
        description="Token of this service at the hub; scopes: list:users, read:users:groups, read:servers, "
        "delete:servers, custom:admin:read, custom:audit:write",
    )
    service_url: str | None = Field(
        default=None,
        validation_alias=AliasChoices("EOHUB_LIFETIME_SERVICE_URL", "JUPYTERHUB_SERVICE_URL"),
        description="Where the hub reaches the service; its port is listened at on 127.0.0.1, otherwise 8011",
    )
    prefix: str = Field(
        default="/services/lifetime/",
        pattern=r"^/([A-Za-z0-9._~-]+/)*$",
        validation_alias=AliasChoices("EOHUB_LIFETIME_SERVICE_PREFIX", "JUPYTERHUB_SERVICE_PREFIX"),
        description="Path of the service, with a slash at both ends",
    )
    database_url: str = Field(
        default="sqlite:///lifetime.sqlite",
        description="SQLAlchemy URL of what is remembered of running servers, SQLite or PostgreSQL",
    )
    policy_folder: Path = Field(
        default=Path("spawner_profiles"), description="Folder with profiles/*.yaml and policy.yaml"
    )
    round_seconds: float = Field(
        default=15.0, ge=1, le=60, description="How often the hub is asked which servers run"
    )
    silent_seconds: float = Field(
        default=SILENT_SECONDS,
        ge=10,
        le=3600,
        description="After so long without a report, JupyterHub's last activity of a server counts",
    )
    json_logs: bool = Field(default=False, description="Write log lines as JSON, as a cluster wants them")

    @property
    def listening_port(self) -> int:
        """The port to listen at."""
        given = urlsplit(self.service_url).port if self.service_url else None
        return given or _DEFAULT_PORT
