"""The settings of the administrators' pages."""

from pydantic import Field

from eohub_toolkit.service_settings import HUB_API_URL, HubApiUrl, Prefix, ServiceSettings
from eohub_toolkit.settings import settings_config


class AdminSettings(ServiceSettings):
    """Where the pages are and where the hub is."""

    model_config = settings_config("ADMIN")
    default_port = 8010

    prefix: Prefix = "/services/admin/"
    hub_api_url: HubApiUrl = HUB_API_URL
    hub_public_url: str = Field(
        default="/hub/",
        validation_alias="JUPYTERHUB_PUBLIC_HUB_URL",
        description="The hub's pages as a browser reaches them, with a slash at the end",
    )
