"""JupyterHub's configuration for the login tests: the real authenticator, rights and pages."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fakes.absent_proxy import AbsentProxy
from fakes.user_environment import make_user_environment

from eohub_hub.access import install_access
from eohub_hub.audit.log import AuditLog
from eohub_hub.claims import GroupRules
from eohub_hub.hub_log import HubLogFormatter
from eohub_hub.login.authenticator import install_login
from eohub_hub.login.exchange import Platform
from eohub_hub.login.exchange_calls import install_exchanges
from eohub_hub.people.registry import People
from eohub_hub.spawner.form import PAGES
from eohub_hub.spawner.install import install_spawner
from eohub_hub.spawner.policy_watch import watch_policy
from eohub_hub.spawner.settings import SpawnerSettings


@dataclass(frozen=True)
class Settings:
    public_url: str
    issuer: str
    client_id: str
    secret_file: str
    people_database_url: str
    extra_scopes: tuple[str, ...] = ()
    groups: GroupRules = field(default_factory=GroupRules)

    def client_secret(self) -> str:
        return Path(self.secret_file).read_text().strip()


options: dict[str, Any] = json.loads(os.environ["LOGIN_TEST_OPTIONS"])
hub = options["hub"]
audit = AuditLog(Path(hub["folder"], "audit"), Path(hub["folder"], "head"), largest_bytes=2**20)
c = get_config()  # noqa: F821  # pyright: ignore
c.JupyterHub.bind_url = hub["url"]
c.JupyterHub.hub_bind_url = hub["url"]
c.JupyterHub.db_url = f"sqlite:///{hub['folder']}/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = f"{hub['folder']}/cookie_secret"
c.JupyterHub.proxy_class = AbsentProxy
c.JupyterHub.load_roles = [
    {
        "name": "reader",
        "scopes": hub.get("scopes", ["admin:users", "admin:auth_state", "list:users"]),
        "services": ["reader"],
    }
]
c.JupyterHub.services = [{"name": "reader", "api_token": hub["token"]}]
c.JupyterHub.template_paths = [str(PAGES)]
c.JupyterHub.logging_config = {
    "formatters": {"console": {"class": f"{HubLogFormatter.__module__}.{HubLogFormatter.__name__}"}}
}
c.JupyterHub.default_url = "/hub/home"
install_access(c, services=(), admin_groups={"platform/admin"})
install_login(c, Settings(**options["login"]))
c.EohubAuthenticator.auth_refresh_age = hub["refresh_age"]
if "exchanges" in hub:
    install_exchanges(c, [Platform(**platform) for platform in hub["exchanges"]], audit)
if "period_seconds" in hub:
    c.EohubAuthenticator.period_seconds = hub["period_seconds"]
if "policy" in hub:
    # With servers: the real spawner, in an environment that starts at once.
    folder = Path(hub["folder"])
    people = People.open(options["login"]["people_database_url"])
    state = folder / "state"
    environment = make_user_environment(folder / "environment")
    for name in ("", "secrets", "homes", "logs"):
        (state / name).mkdir(mode=0o700, exist_ok=True)
    install_spawner(
        c,
        SpawnerSettings(
            state=state,
            instance=f"login-tests-{os.getpid()}",
            environments={"eo": environment},
            people=people,
            s3_url="http://127.0.0.1:1",
            s3_region="test-region",
            storage_url="http://127.0.0.1:2",
        ),
        watch_policy(Path(hub["policy"]), ["eo"], audit),
        audit,
    )
