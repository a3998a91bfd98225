"""Who may do what: one table of EOHub's own scopes, and the roles of people, administrators, servers and
services."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

STORAGE_CREDENTIALS: Final = "custom:storage:credentials"
ADMIN_READ: Final = "custom:admin:read"
NOTICES_WRITE: Final = "custom:notices:write"
AUDIT_WRITE: Final = "custom:audit:write"
AUDIT_READ: Final = "custom:audit:read"
TOKENS_EXCHANGE: Final = "custom:tokens:exchange"
LIFETIME_REPORT: Final = "custom:lifetime:report"
CATALOGUE_WRITE: Final = "custom:catalogue:write"

SCOPES: dict[str, str] = {
    STORAGE_CREDENTIALS: "Get S3 keys for one's own prefix and the shared data, for an hour at most",
    ADMIN_READ: "See which servers run, what they cost, and the policy in force",
    NOTICES_WRITE: "Put up the banner on the hub's pages, and publish terms of use",
    TOKENS_EXCHANGE: "Get a token of another platform that the site names, for one's own login",
    LIFETIME_REPORT: "Say what one's own server is busy with, and keep it for longer where that is allowed",
    CATALOGUE_WRITE: "Add, change and remove items and collections of the hub's catalogue",
    AUDIT_READ: "Search the hub's audit log",
    AUDIT_WRITE: "Write into the hub's audit log what a service did for a person",
}
"""Every scope of ours with what it allows; services check them by name."""

PERSON: tuple[str, ...] = ("self", STORAGE_CREDENTIALS, TOKENS_EXCHANGE, LIFETIME_REPORT)
"""What every person gets. `self` is JupyterHub's own right to one's servers and tokens: without it nobody
logs in."""

SERVER: tuple[str, ...] = (
    "users:activity!user",
    "access:servers!server",
    STORAGE_CREDENTIALS,
    TOKENS_EXCHANGE,
    f"{LIFETIME_REPORT}!server",
)
"""What the token of a person's server gets: to say that it is in use and what it does, and to get keys to
data here and elsewhere."""

ADMINISTRATOR: tuple[str, ...] = (
    "admin-ui",
    "users",
    "delete:users",
    "servers",
    "list:groups",
    "read:groups",
    "list:services",
    "read:services",
    "access:services",
    "read:roles",
    "read:hub",
    "read:metrics",
    "shutdown",
    ADMIN_READ,
    NOTICES_WRITE,
    AUDIT_READ,
    CATALOGUE_WRITE,
)
"""What members of the administrators' groups get beside: to run the hub, and no way into a person's server.

JupyterHub's own role `admin` leads there by several and cannot be changed, so nobody has it: `access:servers`
opens servers, `shares` has it within, `tokens` makes tokens of other people, `admin:users` gives anybody's
name away and reads the ID tokens that S3 keys are issued for, `admin:services` makes services that log people
in, `proxy` sends their requests elsewhere.
"""


ADMIN_PAGES: tuple[str, ...] = (
    "list:users",
    "read:users:groups",
    "read:users:activity",
    "read:servers",
    ADMIN_READ,
    NOTICES_WRITE,
    AUDIT_READ,
)
"""What the administrators' pages may do in the name of who visits them, where the visitor may do it."""


@dataclass(frozen=True, slots=True)
class ServiceAccess:
    """The rights of a managed service's own token; `why` is for the operator guide."""

    service: str
    scopes: tuple[str, ...]
    why: str


SERVICES: tuple[ServiceAccess, ...] = (
    ServiceAccess(
        "storage",
        ("read:users:name", "admin:auth_state", AUDIT_WRITE),
        "exchange the ID token that a person logged in with for S3 keys",
    ),
    ServiceAccess(
        "lifetime",
        ("list:users", "read:users:groups", "read:servers", "delete:servers", ADMIN_READ, AUDIT_WRITE),
        "see which servers run, of whom, by which policy, and stop those whose time has come",
    ),
)
"""Services not named here get no right at all: who asks them brings a token of their own, and it is that
one's scopes that count."""


def install_access(
    c: Any,
    *,
    services: Collection[str],
    admin_groups: Collection[str],
    catalogue_groups: Collection[str] = (),
) -> None:
    """Declare scopes and roles in JupyterHub's configuration, beside any that it already has.

    Members of `admin_groups` are the administrators, those of `catalogue_groups` write into the catalogue as
    they do. `services` names the managed services of this hub: a
    role for one that is not there would stop the start.
    """
    c.JupyterHub.custom_scopes = {
        **_held(c.JupyterHub, "custom_scopes", {}),
        **{name: {"description": description} for name, description in SCOPES.items()},
    }
    c.JupyterHub.load_roles = [
        *_held(c.JupyterHub, "load_roles", []),
        {"name": "user", "description": "What every person may do", "scopes": list(PERSON)},
        {
            "name": "administrator",
            "description": "What an administrator may do",
            "scopes": list(ADMINISTRATOR),
            "groups": sorted(admin_groups),
        },
        *([_catalogue_role(catalogue_groups)] if catalogue_groups else []),
        *(_service_role(access) for access in SERVICES if access.service in services),
    ]
    c.Spawner.server_token_scopes = [*_held(c.Spawner, "server_token_scopes", []), *SERVER]


def _catalogue_role(groups: Collection[str]) -> dict[str, Any]:
    return {
        "name": "catalogue-writer",
        "description": "Who keeps the hub's catalogue",
        "scopes": [CATALOGUE_WRITE],
        "groups": sorted(groups),
    }


def _service_role(access: ServiceAccess) -> dict[str, Any]:
    return {
        "name": f"eohub-{access.service}",
        "description": f"What the service {access.service} may do: {access.why}",
        "scopes": list(access.scopes),
        "services": [access.service],
    }


def _held[T](section: Any, name: str, empty: T) -> T:
    return section.get(name, empty)
