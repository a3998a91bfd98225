"""The settings of the administrators' pages."""

from urllib.parse import urlsplit

from pydantic import AliasChoices, Field

from eohub_toolkit.settings import Settings, settings_config

_DEFAULT_PORT = 8010


class AdminSettings(Settings):
    """Where the pages are and where the hub is; JupyterHub sets the variables of a service that it starts."""

    model_config = settings_config("ADMIN")

    service_url: str | None = Field(
        default=None,
        validation_alias=AliasChoices("EOHUB_ADMIN_SERVICE_URL", "JUPYTERHUB_SERVICE_URL"),
        description="Where the hub reaches the service; its port is listened at on 127.0.0.1, otherwise 8010",
    )
    prefix: str = Field(
        default="/services/admin/",
        pattern=r"^/([A-Za-z0-9._~-]+/)*$",
        validation_alias=AliasChoices("EOHUB_ADMIN_PREFIX", "JUPYTERHUB_SERVICE_PREFIX"),
        description="Path of the service, with a slash at both ends",
    )
    hub_api_url: str = Field(
        default="http://127.0.0.1:8001/hub/api",
        validation_alias=AliasChoices("EOHUB_ADMIN_HUB_API_URL", "JUPYTERHUB_API_URL"),
        description="The hub's API",
    )
    hub_public_url: str = Field(
        default="/hub/",
        validation_alias=AliasChoices("EOHUB_ADMIN_HUB_PUBLIC_URL", "JUPYTERHUB_PUBLIC_HUB_URL"),
        description="The hub's pages as a browser reaches them, with a slash at the end",
    )

    @property
    def listening_port(self) -> int:
        """The port of `service_url`."""
        return _DEFAULT_PORT if self.service_url is None else urlsplit(self.service_url).port or _DEFAULT_PORT
