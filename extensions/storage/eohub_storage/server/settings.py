"""Settings of the drive in the user's server."""

from typing import Annotated, Literal

from pydantic import AliasChoices, Field, SecretStr

from eohub_toolkit.settings import Settings, settings_config

_PLACE = r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/([^\s].*/)?$"


class ServerSettings(Settings):
    """Where the drive finds its places, and how bytes travel."""

    model_config = settings_config("DRIVE")

    storage_url: str = Field(
        default="",
        pattern=r"^$|^https?://[^\s/?#]+(/[^\s?#]*)?$",
        validation_alias=AliasChoices("EOHUB_DRIVE_STORAGE_URL", "EOHUB_STORAGE_URL"),
        description="The storage service, which knows the person's places; empty without an EOHub",
    )
    hub_token: SecretStr = Field(
        default=SecretStr(""),
        validation_alias=AliasChoices("EOHUB_DRIVE_HUB_TOKEN", "JUPYTERHUB_API_TOKEN"),
        description="The server's own token, by which the storage service knows the person",
    )
    places: tuple[Annotated[str, Field(pattern=_PLACE)], ...] = Field(
        default=(),
        max_length=100,
        description='Without an EOHub: JSON list such as ["s3://bucket/", "s3://bucket/prefix/"]; '
        "empty: all buckets that S3 lists",
    )
    mounts_file: str = Field(
        default="", max_length=4096, description="File in which the hub says what is mounted in ~/data"
    )
    transfer: Literal["direct", "server"] = Field(
        default="direct",
        description="How files are up- and downloaded: `direct` between browser and S3 by presigned URL, and "
        "through this server where the browser cannot reach S3; `server`: always through this server",
    )
