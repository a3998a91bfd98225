"""What crosses the wire: from the storage service to a user's server, and from there to the browser."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class Credentials(BaseModel):
    """S3 keys with an end. The names are those of AWS, so that tools recognise them."""

    model_config = ConfigDict(frozen=True)

    access_key_id: str = Field(
        serialization_alias="AccessKeyId", description="Names the keys; no secret by itself"
    )
    secret_access_key: str = Field(
        serialization_alias="SecretAccessKey", repr=False, description="Signs requests"
    )
    session_token: str = Field(
        serialization_alias="SessionToken", repr=False, description="Goes with every request"
    )
    expiration: datetime = Field(
        serialization_alias="Expiration", description="When S3 begins to refuse the keys (UTC)"
    )


class PlaceView(BaseModel):
    """All objects of a bucket below a prefix (empty, or with a slash at its end) that a person may reach."""

    model_config = ConfigDict(frozen=True)

    bucket: str
    prefix: str
    title: str = Field(description="How the person knows it")
    writable: bool = Field(description="False: to read only")


class Places(BaseModel):
    """Everything in S3 that a person may reach."""

    model_config = ConfigDict(frozen=True)

    places: tuple[PlaceView, ...]
