"""The settings of the lifetime service."""

from pathlib import Path

from pydantic import Field

from eohub_lifetime.verdict import SILENT_SECONDS
from eohub_toolkit.service_settings import HubClientSettings, Prefix
from eohub_toolkit.settings import settings_config


class LifetimeSettings(HubClientSettings):
    """How servers are looked after."""

    model_config = settings_config("LIFETIME_SERVICE")
    default_port = 8011

    prefix: Prefix = "/services/lifetime/"
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
