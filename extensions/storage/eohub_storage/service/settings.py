"""The settings of the storage service."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from eohub_profiles.fields import Group
from eohub_storage.issuing import Terms
from eohub_storage.places import Layout, Sharing
from eohub_toolkit.service_settings import URL, HubClientSettings, Prefix
from eohub_toolkit.settings import settings_config

_BUCKET = r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"


class SharingRule(BaseModel):
    """Members of `group` (everybody, where it is absent) read the data of the group `reads`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reads: Group
    group: Group | None = None


class StorageSettings(HubClientSettings):
    """How keys are given out."""

    model_config = settings_config("STORAGE")
    default_port = 8004

    prefix: Prefix = "/services/storage/"
    sts_url: str = Field(
        default="http://127.0.0.1:8006", pattern=URL, description="STS, which exchanges ID tokens for keys"
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
    groups: tuple[Group, ...] | None = Field(
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
