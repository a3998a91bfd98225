"""The settings of the catalogue service and of its command."""

from urllib.parse import urlsplit

from pydantic import AliasChoices, Field

from eohub_toolkit.settings import Settings, settings_config

_DEFAULT_PORT = 8005


class CatalogueSettings(Settings):
    """How the STAC API runs; JupyterHub sets the URL and the prefix of a service that it starts."""

    model_config = settings_config("CATALOGUE_SERVICE")

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
    service_url: str | None = Field(
        default=None,
        validation_alias=AliasChoices("EOHUB_CATALOGUE_SERVICE_URL", "JUPYTERHUB_SERVICE_URL"),
        description="URL at which the hub's proxy reaches the service",
    )
    prefix: str = Field(
        default="/services/catalogue/",
        pattern=r"^/([A-Za-z0-9._~-]+/)*$",
        validation_alias=AliasChoices("EOHUB_CATALOGUE_SERVICE_PREFIX", "JUPYTERHUB_SERVICE_PREFIX"),
        description="Path of the API's root, with a slash at both ends",
    )
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
    json_logs: bool = Field(default=False, description="Write log lines as JSON, as a cluster wants them")

    @property
    def listening_port(self) -> int:
        """The port to listen at."""
        given = urlsplit(self.service_url).port if self.service_url else None
        return self.port or given or _DEFAULT_PORT
