from pathlib import Path
from typing import Any

import pytest
from jupyterhub.scopes import expand_scopes
from traitlets.config import Config

from eohub_hub import access
from eohub_hub.access import (
    ADMINISTRATOR,
    CATALOGUE_WRITE,
    LIFETIME_REPORT,
    PERSON,
    SCOPES,
    SERVER,
    SERVICES,
    STORAGE_CREDENTIALS,
    TOKENS_EXCHANGE,
    install_access,
)

ROOT = Path(__file__).parents[3]
BROAD = {
    "admin:users",
    "admin:servers",
    "admin:groups",
    "tokens",
    "servers",
    "users",
    "inherit",
    "proxy",
    "shutdown",
}


def installed(*services: str, before: Config | None = None) -> Config:
    c = before or Config()
    install_access(c, services=services, admin_groups={"platform/admin", "ops"})
    return c


WAYS_INTO_A_SERVER = {
    "access:servers",
    "admin:auth_state",
    "admin:groups",
    "admin:services",
    "admin:users",
    "groups",
    "inherit",
    "proxy",
    "read:tokens",
    "shares",
    "tokens",
}


def role(c: Config, name: str) -> dict[str, Any]:
    found = [each for each in c.JupyterHub.load_roles if each["name"] == name]
    assert len(found) == 1
    return found[0]


def test_every_scope_of_ours_is_declared_with_what_it_allows() -> None:
    declared = installed().JupyterHub.custom_scopes
    assert declared.keys() == SCOPES.keys()
    assert all(name.startswith("custom:") and scope["description"] for name, scope in declared.items())


def test_every_scope_that_a_role_uses_is_declared() -> None:
    used = {*PERSON, *SERVER, *(scope for service in SERVICES for scope in service.scopes)}
    assert {scope.partition("!")[0] for scope in used if scope.startswith("custom:")} <= SCOPES.keys()


def test_people_keep_their_right_to_their_own_servers() -> None:
    assert set(role(installed(), "user")["scopes"]) == {
        "self",
        STORAGE_CREDENTIALS,
        TOKENS_EXCHANGE,
        LIFETIME_REPORT,
    }


def test_an_administrator_has_no_scope_that_leads_into_a_persons_server() -> None:
    held = role(installed(), "administrator")["scopes"]
    assert set(held) == set(ADMINISTRATOR)
    theirs = expand_scopes([scope for scope in held if scope not in SCOPES])
    assert not theirs & WAYS_INTO_A_SERVER
    assert STORAGE_CREDENTIALS not in held


def test_administrators_are_the_members_of_their_groups_and_nobody_has_jupyterhubs_own_role() -> None:
    assert role(installed(), "administrator")["groups"] == ["ops", "platform/admin"]
    assert "admin" not in [each["name"] for each in installed().JupyterHub.load_roles]


def test_an_administrator_can_see_people_and_stop_their_servers() -> None:
    theirs = [scope for scope in ADMINISTRATOR if scope not in SCOPES]
    assert {"admin-ui", "list:users", "read:servers", "delete:servers"} <= expand_scopes(theirs)


def test_a_servers_token_can_neither_start_servers_nor_make_tokens() -> None:
    scopes = set(installed().Spawner.server_token_scopes)
    ours = {STORAGE_CREDENTIALS, TOKENS_EXCHANGE, f"{LIFETIME_REPORT}!server"}
    assert scopes == {"users:activity!user", "access:servers!server", *ours}
    assert not scopes & (BROAD | {"self"})


def test_no_scope_is_declared_that_nobody_asks_for() -> None:
    sources = [path.read_text() for path in (ROOT / "extensions").glob("*/eohub_*/**/*.py")]
    hub = [path.read_text() for path in (ROOT / "hub_config" / "eohub_hub").rglob("*.py")]
    asked = {scope for scope in SCOPES if any(f'"{scope}"' in source for source in sources)}
    guarded = "\n".join(hub)
    names = {value: name for name, value in vars(access).items() if isinstance(value, str)}
    asked |= {scope for scope in SCOPES if f"needs_scope({names[scope]})" in guarded}
    assert asked == SCOPES.keys()


@pytest.mark.parametrize("service", SERVICES, ids=lambda each: each.service)
def test_a_services_own_token_is_narrow(service: Any) -> None:
    assert not set(service.scopes) & BROAD
    assert "read:users" not in service.scopes, "names are enough"
    assert service.why


def test_a_service_has_a_role_only_where_it_runs() -> None:
    assert [each["name"] for each in installed().JupyterHub.load_roles] == ["user", "administrator"]
    assert role(installed("storage", "identity"), "eohub-storage")["services"] == ["storage"]


def test_who_writes_into_the_catalogue_is_an_administrator_or_of_a_group_that_is_named() -> None:
    assert CATALOGUE_WRITE in role(installed(), "administrator")["scopes"]
    assert CATALOGUE_WRITE not in (*PERSON, *SERVER), "what runs in a notebook does not write"
    c = Config()
    install_access(c, services=(), admin_groups={"ops"}, catalogue_groups={"data", "curators"})
    writers = role(c, "catalogue-writer")
    assert (writers["scopes"], writers["groups"]) == ([CATALOGUE_WRITE], ["curators", "data"])


def test_what_the_site_has_configured_before_is_kept() -> None:
    before = Config()
    before.JupyterHub.load_roles = [{"name": "site", "scopes": ["read:hub"]}]
    before.JupyterHub.custom_scopes = {"custom:site:x": {"description": "x"}}
    before.Spawner.server_token_scopes = ["custom:site:x"]
    c = installed(before=before)
    assert role(c, "site")
    assert "custom:site:x" in c.JupyterHub.custom_scopes
    assert c.Spawner.server_token_scopes[0] == "custom:site:x"
