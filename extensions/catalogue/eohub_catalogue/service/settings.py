"""The settings of the catalogue service and of its command."""

from pydantic import Field

from eohub_toolkit.service_settings import URL, Prefix, ServiceSettings
from eohub_toolkit.settings import settings_config


class CatalogueSettings(ServiceSettings):
    """How the STAC API runs."""

    model_config = settings_config("CATALOGUE_SERVICE")
    default_port = 8005

    database_url: str = Field(
        default="sqlite:///catalogue.sqlite",
        pattern=r"^sqlite:///[^?#]+$",
        description="Where items and collections are kept: `sqlite:///PATH`, four slashes if absolute",
    )
    port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="Port on 127.0.0.1; otherwise that of JUPYTERHUB_SERVICE_URL, otherwise 8005",
    )
    prefix: Prefix = "/services/catalogue/"
    title: str = Field(default="EOHub catalogue", min_length=1, max_length=100, description="Shown in panels")
    description: str = Field(
        default="Earth observation and climate data kept by this hub",
        min_length=1,
        max_length=1000,
        description="Shown on the API's landing page",
    )
    search_seconds: float = Field(
        default=10.0, gt=0, le=300, description="Longest time in seconds that one search may take"
    )
    readers: int = Field(default=4, ge=1, le=64, description="Searches that run at the same time")
    hub_api_url: str | None = Field(
        default=None,
        pattern=URL,
        validation_alias="JUPYTERHUB_API_URL",
        description="The hub's API, asked who writes; without it nothing is written over HTTP",
    )
    json_logs: bool = Field(default=False, description="Write log lines as JSON, as a cluster wants them")

    @property
    def listening_port(self) -> int:
        """The port to listen at."""
        return self.port or super().listening_port
