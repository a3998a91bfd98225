"""What crosses the wire: from the storage service to a user's server, and from there to the browser."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

type Bucket = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
type Prefix = Annotated[str, Field(max_length=1024, pattern=r"^$|/$")]
type Key = Annotated[str, Field(min_length=1, max_length=1024, pattern=r"[^/]$")]


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


class MountView(BaseModel):
    """A place that the server shows as a folder in ~/data, or why it does not."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(max_length=200)
    title: str = Field(max_length=400)
    state: Literal["mounting", "mounted", "failed"]
    detail: str = Field(default="", max_length=1000)


class Places(BaseModel):
    """Everything in S3 that a person may reach."""

    model_config = ConfigDict(frozen=True)

    places: tuple[PlaceView, ...]


class PanelPlaces(Places):
    """The same for the panel, with what of it is mounted."""

    mounts: tuple[MountView, ...] = ()


class ListQuery(BaseModel):
    """One page of a prefix: what lies directly below it, `after` being the `next` of the page before."""

    bucket: Bucket
    prefix: Prefix = ""
    after: str = Field(default="", max_length=4096)
    limit: int = Field(default=200, ge=1, le=1000)


class ObjectRow(BaseModel):
    """An object without its content."""

    key: str
    size: int = Field(description="Bytes")
    modified: datetime


class ObjectPage(BaseModel):
    """Part of a prefix in the order of the names; nothing is left out between two pages."""

    bucket: str
    prefix: str
    prefixes: tuple[str, ...] = Field(description="Prefixes directly below, whole, each with its slash")
    objects: tuple[ObjectRow, ...]
    next: str | None = Field(description="What the next page starts after; null: this is the last one")


class ObjectQuery(BaseModel):
    """One object."""

    bucket: Bucket
    key: Key


class Document(BaseModel):
    """A small object with its content: text as it is, anything else in base64."""

    bucket: str
    key: str
    size: int
    modified: datetime
    format: Literal["text", "base64"]
    content: str


class RemoveQuery(BaseModel):
    """Delete one object, or a part of what lies below a prefix (a key with a slash at its end)."""

    bucket: Bucket
    key: Annotated[str, Field(min_length=1, max_length=1024)]


class Removed(BaseModel):
    """How many objects a deletion took, and whether some are left: then ask again."""

    count: int
    is_all: bool


class PrefixQuery(BaseModel):
    """A new, empty prefix."""

    bucket: Bucket
    prefix: Annotated[str, Field(min_length=2, max_length=1024, pattern=r"^[^/].*/$")]


class MoveQuery(ObjectQuery):
    """Give an object another name in the same bucket."""

    target: Key


class TransferQuery(ObjectQuery):
    """Bring an object here or there, past this server."""

    direction: Literal["download", "upload"]
    replace: bool = Field(default=True, description="False: refuse an upload where there is an object")


class Transfer(BaseModel):
    """An address that works for some minutes without any other right; null where the browser has to go
    through this server."""

    url: str | None


class Done(BaseModel):
    """Something was done; there is nothing more to say."""
