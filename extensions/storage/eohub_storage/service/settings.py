"""The settings of the storage service."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, SecretStr

from eohub_storage.issuing import Terms
from eohub_storage.places import Layout, Sharing
from eohub_toolkit.settings import Settings, settings_config

_DEFAULT_PORT = 8004
_URL = r"^https?://[^\s/?#]+(/[^\s?#]*)?$"
_BUCKET = r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"

type _Group = Annotated[str, Field(min_length=1, max_length=255)]


class SharingRule(BaseModel):
    """Members of `group` (everybody, where it is absent) read the data of the group `reads`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reads: _Group
    group: _Group | None = None


class StorageSettings(Settings):
    """How keys are given out; JupyterHub sets the variables of a service that it starts."""

    model_config = settings_config("STORAGE")

    hub_api_url: str = Field(
        default="http://127.0.0.1:8001/hub/api",
        pattern=_URL,
        validation_alias=AliasChoices("EOHUB_STORAGE_HUB_API_URL", "JUPYTERHUB_API_URL"),
        description="The hub's API",
    )
    hub_api_token: SecretStr = Field(
        default=SecretStr(""),
        validation_alias=AliasChoices("EOHUB_STORAGE_HUB_API_TOKEN", "JUPYTERHUB_API_TOKEN"),
        description="Token of this service at the hub; scopes: read:users:name, admin:auth_state, "
        "custom:audit:write",
    )
    service_url: str | None = Field(
        default=None,
        validation_alias=AliasChoices("EOHUB_STORAGE_SERVICE_URL", "JUPYTERHUB_SERVICE_URL"),
        description="Where the hub reaches the service; its port is listened at on 127.0.0.1, otherwise 8004",
    )
    prefix: str = Field(
        default="/services/storage/",
        pattern=r"^/([A-Za-z0-9._~-]+/)*$",
        validation_alias=AliasChoices("EOHUB_STORAGE_PREFIX", "JUPYTERHUB_SERVICE_PREFIX"),
        description="Path of the service, with a slash at both ends",
    )
    sts_url: str = Field(
        default="http://127.0.0.1:8006", pattern=_URL, description="STS, which exchanges ID tokens for keys"
    )
    role_arn: str = Field(
        default="arn:aws:iam::role/eohub-user",
        pattern=r"^arn:[\w-]+:iam::[\w/+=,.@:-]+$",
        description="The role that people's sessions take",
    )
    personal_bucket: str = Field(
        default="users", pattern=_BUCKET, description="Bucket in which each person has a prefix of their own"
    )
    shared_buckets: tuple[Annotated[str, Field(pattern=_BUCKET)], ...] = Field(
        default=("climate",), max_length=10, description="JSON list of buckets that everybody may read"
    )
    group_bucket: str = Field(
        default="groups",
        pattern=f"^$|{_BUCKET}",
        description="Bucket in which each group has a prefix of its own; empty: groups have none",
    )
    groups: tuple[_Group, ...] | None = Field(
        default=None, max_length=1000, description="JSON list of the groups that have a prefix; null: each"
    )
    sharing: tuple[SharingRule, ...] = Field(
        default=(),
        max_length=100,
        description='JSON list of {"group": ..., "reads": ...}: members of one group read another\'s data',
    )
    key_seconds: int = Field(
        default=1800,
        ge=900,
        le=3600,
        description="Seconds for which keys work; up to 900 and a bit, SDKs ask anew for every request",
    )
    keys_per_minute: int = Field(
        default=30, ge=1, le=10_000, description="Requests for keys of one person in a minute"
    )
    name_claim: str | None = Field(
        default=None,
        max_length=64,
        description="The ID token's claim by which the role's own policy finds the prefix, where it does",
    )
    json_logs: bool = Field(default=False, description="Write log lines as JSON, as a cluster wants them")

    @property
    def listening_port(self) -> int:
        """The port to listen at."""
        given = urlsplit(self.service_url).port if self.service_url else None
        return given or _DEFAULT_PORT

    @property
    def terms(self) -> Terms:
        """What every person gets."""
        return Terms(
            layout=Layout(
                personal_bucket=self.personal_bucket,
                shared_buckets=self.shared_buckets,
                group_bucket=self.group_bucket or None,
                groups=None if self.groups is None else frozenset(self.groups),
                sharing=tuple(Sharing(rule.reads, rule.group) for rule in self.sharing),
            ),
            key_seconds=self.key_seconds,
            name_claim=self.name_claim,
        )
