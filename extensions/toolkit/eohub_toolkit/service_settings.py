"""Settings that services beside the hub have in common; JupyterHub sets them for a service that it starts."""

from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from eohub_toolkit.settings import Settings

URL = r"^https?://[^\s/?#]+(/[^\s?#]*)?$"

Prefix = Annotated[
    str,
    Field(
        pattern=r"^/([A-Za-z0-9._~-]+/)*$",
        validation_alias="JUPYTERHUB_SERVICE_PREFIX",
        description="Path of the service, with a slash at both ends",
    ),
]
"""Each service names its default."""

HubApiUrl = Annotated[
    str, Field(pattern=URL, validation_alias="JUPYTERHUB_API_URL", description="The hub's API")
]
HUB_API_URL = "http://127.0.0.1:8001/hub/api"


class ServiceSettings(Settings):
    """Where a service is reached; its class names `default_port`, where it listens without `service_url`."""

    default_port: ClassVar[int]

    service_url: str | None = Field(
        default=None,
        pattern=URL,
        validation_alias="JUPYTERHUB_SERVICE_URL",
        description="Where the hub reaches the service; its port is listened at on 127.0.0.1",
    )
    prefix: Prefix

    @property
    def listening_port(self) -> int:
        """The port to listen at: that of `service_url`, otherwise the service's own."""
        given = urlsplit(self.service_url).port if self.service_url else None
        return given or self.default_port


class HubClientSettings(ServiceSettings):
    """The same for a service that asks the hub with a token of its own."""

    hub_api_url: HubApiUrl = HUB_API_URL
    hub_api_token: SecretStr = Field(
        default=SecretStr(""),
        validation_alias="JUPYTERHUB_API_TOKEN",
        description="Token of the service at the hub; the guide names its scopes",
    )
