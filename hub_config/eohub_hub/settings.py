"""The settings of the hub: the same on one machine, where `eohub up` gives them, and on Kubernetes."""

import json
import re
import runpy
from collections.abc import Container, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import NoDecode

from eohub_hub.claims import Group, GroupRule, GroupRules
from eohub_hub.login.exchange import Platform
from eohub_toolkit.settings import Settings, settings_config

LOCAL_SERVICES = frozenset({"identity", "s3", "storage", "catalogue", "admin", "lifetime"})
"""What the hub of one machine starts beside itself."""

# RFC 6749, section 3.3.
_SCOPE = r"^[!#-\[\]-~]{1,200}$"
_HTTP_URL = re.compile(r"https?://[^\s/?#]+(/[^\s?#]*)?")


def _http_url(value: str) -> str:
    if not _HTTP_URL.fullmatch(value):
        raise ValueError("is not an http or https URL without query")
    return value


def _without_slash(value: str) -> str:
    return value.rstrip("/")


def _rules(value: object) -> object:
    """A claim, or a JSON list of claims and rules, as the rules that it means."""
    if isinstance(value, str):
        value = _json_list(value) if value.lstrip().startswith("[") else [value]
    if isinstance(value, list | tuple):
        return [{"claim": rule} if isinstance(rule, str) else rule for rule in value]
    return value


def _json_list(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        raise ValueError("is neither a claim nor a JSON list") from None


# An issuer is compared letter by letter, and some end in a slash (OpenID Connect Core, section 16.15).
Issuer = Annotated[str, AfterValidator(_http_url)]
AbsolutePath = Annotated[str, Field(pattern=r"^(/[A-Za-z0-9][A-Za-z0-9._-]*)+$", max_length=200)]
BucketName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
# Kubernetes, "Object Names and IDs": a DNS subdomain.
ClaimName = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$")]
Url = Annotated[str, AfterValidator(_http_url), AfterValidator(_without_slash)]
# Not decoded by the settings: a claim stands there without quotes, too.
Rules = Annotated[
    tuple[GroupRule, ...], NoDecode, BeforeValidator(_rules), Field(min_length=1, max_length=32)
]


class HubSettings(Settings):
    """What a site says about its hub; URLs are kept without a slash at the end."""

    model_config = settings_config("HUB")

    public_url: Url = Field(
        default="http://127.0.0.1:8000", description="Where people reach the hub with their browser"
    )
    issuer: Issuer = Field(description="The OpenID Connect provider; its discovery document lies beneath it")
    client_id: str = Field(default="eohub", description="The hub's name at the OpenID Connect provider")
    client_secret_file: Path = Field(description="File with the hub's secret at the OpenID Connect provider")
    group_rules: Rules = Field(
        default=(GroupRule(claim="groups"),),
        description="The claim with a person's groups (a dotted path to it), or a JSON list of rules",
    )
    group_aliases: Mapping[Group, Group] = Field(
        default={}, description="JSON object: a group as the provider calls it, and as the hub does"
    )
    extra_scopes: tuple[Annotated[str, Field(pattern=_SCOPE)], ...] = Field(
        default=(),
        max_length=20,
        description="JSON list of scopes to ask the provider for beside openid, profile, email and groups",
    )
    exchanges: tuple[Platform, ...] = Field(
        default=(), max_length=20, description="JSON list of platforms that give tokens for people's logins"
    )
    admin_groups: frozenset[Group] = Field(
        default=frozenset({"platform/admin"}),
        description="JSON list of groups whose members run the hub; slashes at their ends mean nothing",
    )
    people_database_url: str = Field(
        description="SQLAlchemy URL of the registry that gives each person a name and a number"
    )
    policy_folder: Path = Field(description="Folder with profiles/*.yaml and policy.yaml")
    storage_url: Url = Field(
        default="http://127.0.0.1:8004", description="The storage service, as a user's server reaches it"
    )
    s3_url: Url = Field(default="http://127.0.0.1:8006", description="The S3 endpoint for users' servers")
    s3_region: str = Field(default="eohub-local", description="The S3 region to sign requests for")
    catalogue_url: Url = Field(
        default="http://127.0.0.1:8005/services/catalogue",
        description="The STAC API of EOHub's own catalogue, as a user's server reaches it",
    )
    catalogue_title: str = Field(default="EOHub", description="The name of that catalogue in the sidebar")
    catalogue_groups: frozenset[Group] = Field(
        default=frozenset(),
        description="JSON list of groups whose members may write into the catalogue, as administrators may",
    )
    lifetime_url: Url | None = Field(
        default=None,
        description="The lifetime service, as a user's server reaches it; unset: servers report to none",
    )
    pod_home: AbsolutePath = Field(
        default="/home/scientist", description="On Kubernetes: where the images have the home folder"
    )
    pod_data_claims: Mapping[BucketName, ClaimName] = Field(
        default={},
        max_length=200,
        description="On Kubernetes: JSON object, for a bucket the claim whose volume shows it as files",
    )
    pod_cpu_request_percent: int = Field(
        default=100, ge=1, le=100, description="On Kubernetes: the part of a plan's cores that is set aside"
    )
    pod_image_tags: bool = Field(
        default=False, description="On Kubernetes: whether the policy may name images by tag, without digest"
    )
    pod_start_seconds: int = Field(
        default=600, ge=10, le=3600, description="On Kubernetes: how long the start of a pod may take"
    )
    gpu_wait_seconds: int = Field(
        default=1800, ge=0, le=86400, description="On Kubernetes: how long a start may wait for a GPU before"
    )
    gpu_nodes_grow: bool = Field(
        default=False, description="On Kubernetes: whether nodes with GPUs are made for pods that wait"
    )
    concurrent_spawns: int = Field(
        default=10, ge=1, le=1000, description="Servers that may start at one time"
    )
    audit_folder: Path | None = Field(
        default=None, description="Folder of the audit log; unset: `audit` in the one machine's state"
    )
    audit_head_copy: Path | None = Field(
        default=None, description="File for a second note of where the audit log ends, best on another disk"
    )
    audit_file_mebibytes: int = Field(
        default=64, ge=1, le=1024, description="Size from which the audit log goes on in another file"
    )
    state_folder: Path | None = Field(
        default=None,
        validation_alias="EOHUB_STATE_DIR",
        description="The one machine's state; unset where no `eohub up` runs the hub",
    )

    @property
    def managed_services(self) -> frozenset[str]:
        """Names of the services that the hub starts itself; none where they run elsewhere."""
        return frozenset() if self.state_folder is None else LOCAL_SERVICES

    @property
    def groups(self) -> GroupRules:
        """How a person's groups are found in what the provider says."""
        return GroupRules(self.group_rules, self.group_aliases)

    def client_secret(self) -> str:
        """The hub's secret at the OpenID Connect provider; raises OSError when the file cannot be read."""
        return self.client_secret_file.read_text().strip()


def load_parts(
    c: Any, settings: HubSettings, folder: Path, *, only: Container[str] | None = None, **shared: Any
) -> None:
    """Run every `*.py` of `folder` in the order of names, with `c`, `settings` and `shared` as globals.

    `only` names the parts to run, all where it is None.
    """
    for part in sorted(folder.glob("*.py")):
        if only is not None and part.stem not in only:
            continue
        runpy.run_path(str(part), init_globals={"c": c, "settings": settings, **shared})
