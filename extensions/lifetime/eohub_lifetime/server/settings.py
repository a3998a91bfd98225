"""Settings of the half in the user's server."""

from pydantic import AliasChoices, Field, SecretStr

from eohub_toolkit.settings import Settings, settings_config


class ServerSettings(Settings):
    """Whom the server tells what it does."""

    model_config = settings_config("LIFETIME_SERVER")

    url: str = Field(
        default="",
        pattern=r"^$|^https?://[^\s/?#]+(/[^\s?#]*)?$",
        description="The lifetime service; empty where there is none, and then nothing is reported",
    )
    hub_token: SecretStr = Field(
        default=SecretStr(""),
        validation_alias=AliasChoices("EOHUB_LIFETIME_SERVER_HUB_TOKEN", "JUPYTERHUB_API_TOKEN"),
        description="The server's own token, by which the service knows which server reports",
    )
