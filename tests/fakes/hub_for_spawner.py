"""A real JupyterHub in a process of its own, with our spawner and pages, and routes that are only noted."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
from fakes.user_environment import make_user_environment
from jupyterhub.authenticators.shared import SharedPasswordAuthenticator
from jupyterhub.proxy import Proxy

from eohub_hub.spawner.process import end_strays

if TYPE_CHECKING:
    from eohub_hub.audit.handlers import AuditBook
    from eohub_hub.spawner.settings import SpawnerSettings

ADMIN_TOKEN = "admin-token-of-the-tests-0123456789abcdef"
PASSWORD = "the same for everybody"
ADMINISTRATOR = "root"
ADMINISTRATORS = "operators"
"""The group of administrators."""
SECRET = "a secret of the hub that no server may read"
_CONFIG = """
import sys
sys.path.insert(0, {tests!r})
from fakes.hub_for_spawner import configure
configure(get_config(), {folder!r}, {port!r}, {environment!r}, {lifetime!r})
"""
_POLICY = {
    "policy.yaml": (
        "support: the test desk\n"
        "tiers: [{name: free, title: the free tier, servers_per_user: 2}]\n"
        "environments: [{id: eo, title: Earth}]\n"
    ),
    "profiles/small.yaml": "name: small\ntitle: Small\ncpu: 1\nmemory: 1 GiB\nprice: 0.04 EUR/h\n",
    "profiles/medium.yaml": "name: medium\ntitle: Medium\ncpu: 2\nmemory: 2 GiB\nprice: 0.14 EUR/h\n",
    "profiles/large.yaml": (
        "name: large\ntitle: Large\ncpu: 2\nmemory: 3 GiB\nprice: 0.98 EUR/h\ngroups: [big-machines]\n"
    ),
}


class PaperProxy(Proxy):
    """Notes where requests would go; the tests go there themselves."""

    should_start = False

    @property
    def _file(self) -> Path:
        return Path("routes.json")

    async def get_all_routes(self) -> dict[str, Any]:
        return json.loads(self._file.read_text()) if self._file.exists() else {}

    async def add_route(self, routespec: str, target: str, data: Any) -> None:
        route = {"routespec": routespec, "target": target, "data": data}
        self._file.write_text(json.dumps(await self.get_all_routes() | {routespec: route}))

    async def delete_route(self, routespec: str) -> None:
        routes = await self.get_all_routes()
        routes.pop(routespec, None)
        self._file.write_text(json.dumps(routes))


LIFETIME_TOKEN = "token-of-the-lifetime-service-0123456789"


def configure(
    c: Any,
    folder: str,
    port: int,
    environment: str,
    lifetime: str | None,
    people: Sequence[str] = ("alice", "bob", "carol"),
) -> None:
    """What the hub's process runs as its configuration file; `lifetime` is where a lifetime service is."""
    from eohub_hub.audit.log import AuditLog

    state = Path(folder, "state")
    audit = AuditLog(state / "audit", state / "audit_head", largest_bytes=1 << 20)
    configure_with(c, folder, port, spawner_settings(state, port, environment, lifetime, people), audit)


def configure_with(
    c: Any,
    folder: str,
    port: int,
    settings: "SpawnerSettings",
    audit: "AuditBook",
    login: type[SharedPasswordAuthenticator] = SharedPasswordAuthenticator,
) -> None:
    """The same with a spawner's settings, an audit log and a login of the caller's choice."""
    from eohub_hub.access import AUDIT_WRITE, install_access
    from eohub_hub.addresses import install_handlers
    from eohub_hub.admin.hub_calls import HANDLERS
    from eohub_hub.audit.install import install_audit
    from eohub_hub.hub_log import HubLogFormatter
    from eohub_hub.notices.install import install_notices
    from eohub_hub.spawner.install import install_spawner
    from eohub_hub.spawner.policy_watch import watch_policy

    state = Path(folder, "state")
    c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{port}"
    c.JupyterHub.proxy_class = PaperProxy
    c.JupyterHub.db_url = f"sqlite:///{state}/hub/jupyterhub.sqlite"
    c.JupyterHub.cookie_secret_file = str(state / "secrets" / "cookie")
    c.JupyterHub.cleanup_servers = False
    c.JupyterHub.authenticator_class = login
    c.SharedPasswordAuthenticator.user_password = PASSWORD
    c.SharedPasswordAuthenticator.allow_all = True
    c.JupyterHub.services = [
        {"name": "tests", "api_token": ADMIN_TOKEN},
        {"name": "lifetime", "api_token": LIFETIME_TOKEN},
    ]
    install_access(c, services=["tests", "lifetime"], admin_groups=[ADMINISTRATORS])
    scopes = ["admin:users", "admin:servers", "admin:groups", "access:servers", AUDIT_WRITE]
    c.JupyterHub.load_roles = [
        *c.JupyterHub.load_roles,
        {"name": "tests", "scopes": scopes, "services": ["tests"]},
    ]
    formatter = f"{HubLogFormatter.__module__}.{HubLogFormatter.__name__}"
    c.JupyterHub.logging_config = {"formatters": {"console": {"class": formatter}}}
    c.Spawner.environment = {"SITE_VARIABLE": "of the site"}
    install_spawner(c, settings, watch_policy(Path(folder, "policy"), settings.environments, audit), audit)
    install_audit(c, audit)
    install_notices(c, f"sqlite:///{state}/hub/people.sqlite", audit)
    install_handlers(c, HANDLERS)


def spawner_settings(
    state: Path, port: int, environment: str, lifetime: str | None, people: Sequence[str]
) -> "SpawnerSettings":
    """What the spawner of these tests is told."""
    from fakes.spawner_people import FakePeople

    from eohub_hub.spawner.settings import Catalogue, SpawnerSettings

    return SpawnerSettings(
        state=state,
        instance=f"tests-{port}",
        environments={"eo": Path(environment)},
        people=FakePeople(*people),
        s3_url="http://127.0.0.1:1",
        s3_region="test-region",
        storage_url="http://127.0.0.1:2",
        lifetime_url=lifetime,
        catalogues=(Catalogue("eohub", "EOHub", "http://127.0.0.1:3/services/catalogue"),),
    )


class Hub:
    """The hub's process and its addresses."""

    def __init__(self, folder: Path, environment: Path | None = None, lifetime: str | None = None) -> None:
        self.folder = folder
        self.lifetime = lifetime
        self.state = folder / "state"
        self.environment = environment
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/hub"
        self.process: subprocess.Popen[bytes] | None = None
        self.api = httpx2.Client(
            base_url=f"{self.url}/api", headers={"Authorization": f"token {ADMIN_TOKEN}"}, timeout=60
        )

    def prepare(self) -> None:
        """Make the state folder as `eohub up` does, and the policy."""
        for name in ("", "secrets", "hub", "homes", "logs"):
            (self.state / name).mkdir(mode=0o700)
        (self.state / "secrets" / "key").write_text(SECRET)
        if self.environment is None:
            self.environment = make_user_environment(self.state / "environments" / "eo")
        for name, text in _POLICY.items():
            path = self.folder / "policy" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        tests = str(Path(__file__).parents[1])
        config = _CONFIG.format(
            tests=tests,
            folder=str(self.folder),
            port=self.port,
            environment=str(self.environment),
            lifetime=self.lifetime,
        )
        (self.folder / "jupyterhub_config.py").write_text(config)

    def start(self) -> None:
        """Start it and wait until it answers."""
        with (self.folder / "hub.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jupyterhub"], cwd=self.folder, stdout=log, stderr=log,
                env=os.environ | {"SECRET_OF_THE_HUB": SECRET}, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + 120
        while True:
            try:
                httpx2.get(f"{self.url}/api/", timeout=5).raise_for_status()
                return
            except httpx2.HTTPError:
                assert self.process.poll() is None, self.log()
                assert time.monotonic() < deadline, self.log()
                time.sleep(0.2)

    def kill(self) -> None:
        """End it without a word, as a crash does."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(timeout=20)

    def close(self) -> None:
        """End it and every server that is left."""
        self.api.close()
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=60)
        for name in ("alice", "bob", "carol"):
            end_strays(f"tests-{self.port}", name)

    def log(self) -> str:
        return (self.folder / "hub.log").read_text(errors="replace")

    def add(self, name: str, *groups: str) -> None:
        """Make a user, in groups."""
        self.api.post(f"/users/{name}")
        for group in groups:
            self.api.post(f"/groups/{group}")
            self.api.post(f"/groups/{group}/users", json={"users": [name]})

    def ask(self, name: str, options: object, server: str = "") -> httpx2.Response:
        """Ask for a server over REST."""
        where = f"/users/{name}/servers/{server}" if server else f"/users/{name}/server"
        return self.api.post(
            where, json={"user_options": options, **({"display_name": server} if server else {})}
        )

    def server(self, name: str, server: str = "") -> dict[str, Any]:
        """JupyterHub's model of a server, empty where there is none."""
        answer = self.api.get(f"/users/{name}", params={"include_stopped_servers": "1"})
        return answer.json()["servers"].get(server, {})

    def started(self, name: str, options: object, server: str = "") -> dict[str, Any]:
        """Ask for a server and wait until it is ready."""
        answer = self.ask(name, options, server)
        assert answer.status_code in (201, 202), answer.text
        return self.wait(name, lambda model: model.get("ready"), server)

    def stopped(self, name: str, server: str = "") -> None:
        """Stop a server and wait until it has gone."""
        self.api.delete(f"/users/{name}/servers/{server}" if server else f"/users/{name}/server")
        self.wait(name, lambda model: not model or model["stopped"], server)

    def wait(self, name: str, condition: Any, server: str = "") -> dict[str, Any]:
        """Wait for a condition on a server's model."""
        deadline = time.monotonic() + 60
        while not condition(model := self.server(name, server)):
            assert time.monotonic() < deadline, self.log()[-3000:]
            time.sleep(0.1)
        return model

    def run_inside(self, name: str, code: str, server: str = "") -> str:
        """Run code in a user's server and return what it printed."""
        place = f"/user/{name}/{server}/" if server else f"/user/{name}/"
        return httpx2.post(f"{self.address(place)}run", content=code, timeout=60).text

    def routes(self) -> dict[str, Any]:
        """What the hub would have the proxy pass on, by the beginning of the path."""
        return json.loads((self.folder / "routes.json").read_text())

    def address(self, place: str) -> str:
        """Where requests for a place go, past the proxy."""
        return f"{self.routes()[place]['target']}{place}"

    def browser(self, name: str) -> "Browser":
        """A person who has logged in."""
        return Browser(self, name)


class Browser:
    """What a browser without JavaScript does."""

    def __init__(self, hub: Hub, name: str) -> None:
        self.client = httpx2.Client(timeout=60)
        self.hub = hub
        self.client.get(f"{hub.url}/login")
        form = {"username": name, "password": PASSWORD, "_xsrf": self.client.cookies.get("_xsrf", "")}
        answer = self.client.post(f"{hub.url}/login", data=form)
        assert answer.status_code == 302, answer.text
        self.client.get(f"{hub.url}/home")

    def get(self, path: str) -> httpx2.Response:
        return self.client.get(f"{self.hub.url}/{path}")

    def submit(self, path: str, fields: dict[str, Any]) -> httpx2.Response:
        """Send a form as the page's own button does."""
        return self.client.post(f"{self.hub.url}/{path}", params={"_xsrf": self.token}, data=fields)

    @property
    def token(self) -> str:
        """What guards forms against other sites."""
        jar = self.client.cookies.jar
        return next(c.value or "" for c in jar if c.name == "_xsrf" and "/hub" in c.path)

    def rest(self, method: str, path: str, body: object = None) -> httpx2.Response:
        """Ask the API as a script on the hub's page does."""
        headers = {"X-XSRFToken": self.token, "Sec-Fetch-Mode": "cors"}
        return self.client.request(method, f"{self.hub.url}/api/{path}", headers=headers, json=body)


@contextmanager
def hub_with_people() -> Generator[Hub]:
    """A running hub with alice, bob, carol and an administrator; it prints its log at the end."""
    with tempfile.TemporaryDirectory(prefix="eohub-hub-") as folder:
        hub = Hub(Path(folder))
        hub.prepare()
        hub.start()
        try:
            for name in ("alice", "bob", "carol"):
                hub.add(name)
            hub.add(ADMINISTRATOR, ADMINISTRATORS)
            yield hub
        finally:
            hub.close()
            print(hub.log()[-20_000:])
