"""A real Keycloak for the login tests: fetched once by Maven into the user's cache, in memory only."""

import json
import os
import shutil
import signal
import subprocess
import time
import zipfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from integration.login_servers import free_port

VERSION = "26.7.3"
SECRET = "secret-of-the-hub-at-keycloak"
REALMS = Path(__file__).parent / "keycloak"
_ARTIFACT = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
# Data Lake sites exchange tokens of another issuer, which Keycloak knows in this old form only.
_FEATURES = "token-exchange:v1,admin-fine-grained-authz:v1"
_OPTIONS = ["--db=dev-mem", f"--features={_FEATURES}", "--cache=local"]
_ADMIN = {"username": "admin", "password": "password-of-the-tests"}
_JAVA = 17


def why_not() -> str | None:
    """Why there can be no Keycloak on this machine; None where there can."""
    if shutil.which("java") is None:
        return "Keycloak needs Java 17 or newer, and there is no java"
    said = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    major = said.partition('"')[2].partition(".")[0]
    if not major.isdigit() or int(major) < _JAVA:
        return f"Keycloak needs Java 17 or newer, and java is {major or 'of no version'}"
    if not _zip().exists() and shutil.which("mvn") is None:
        return "Keycloak is fetched by Maven, and there is no mvn"
    return None


def install() -> Path:
    """The folder of an unpacked Keycloak; its very first start takes half a minute longer."""
    folder = _cache() / f"keycloak-{VERSION}"
    if not folder.exists():
        if not _zip().exists():
            command = ["mvn", "-B", "-q", _COPY, f"-Dartifact={_ARTIFACT}", f"-DoutputDirectory={_cache()}"]
            subprocess.run(command, check=True, timeout=600)
        # Unpacked beside and moved at the end: two runs at once both end with a whole one.
        draft = _cache() / f"draft-{os.getpid()}"
        with zipfile.ZipFile(_zip()) as archive:
            archive.extractall(draft)
        (draft / folder.name / "bin" / "kc.sh").chmod(0o755)
        with suppress(OSError):
            (draft / folder.name).rename(folder)
        shutil.rmtree(draft)
    return folder


@dataclass
class Keycloak:
    """A running Keycloak and its administration."""

    url: str
    log: Path

    def issuer(self, realm: str) -> str:
        """The issuer of a realm."""
        return f"{self.url}/realms/{realm}"

    def admin(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """Ask the administration's API; whatever it refuses fails the test."""
        answer = httpx2.post(
            f"{self.issuer('master')}/protocol/openid-connect/token",
            data={"grant_type": "password", "client_id": "admin-cli", **_ADMIN},
            trust_env=False,
            timeout=60,
        )
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        answer = httpx2.request(
            method, f"{self.url}/admin/realms{path}", headers=headers, trust_env=False, timeout=60, **options
        )
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    def import_realm(self, name: str, **changes: Any) -> None:
        """Make a realm of `keycloak/realm.json`, whose client `eohub` has the mappers of that name."""
        realm = json.loads((REALMS / "realm.json").read_text())
        mappers = json.loads((REALMS / "mappers.json").read_text())
        realm["clients"][0]["protocolMappers"] = mappers.get(name, mappers["path"])
        self.admin("POST", "", json={"realm": name, **realm, **changes})

    def import_data_lake(self, desp: str) -> None:
        """Make the realm `dedl`, whose public client may exchange tokens of the realm `desp`."""
        realm = json.loads((REALMS / "dedl.json").read_text())
        place = f"{self.issuer(desp)}/protocol/openid-connect"
        ends = {
            "jwksUrl": "certs",
            "userInfoUrl": "userinfo",
            "tokenUrl": "token",
            "authorizationUrl": "auth",
        }
        config = realm["identityProviders"][0]["config"]
        config |= {"issuer": self.issuer(desp), **{name: f"{place}/{end}" for name, end in ends.items()}}
        self.admin("POST", "", json=realm)
        broker = "/dedl/identity-provider/instances/desp-oidc/management/permissions"
        permissions = self.admin("PUT", broker, json={"enabled": True}).json()["scopePermissions"]
        server = f"/dedl/clients/{self.client('dedl', 'realm-management')['id']}/authz/resource-server"
        policy = {"name": "exchangers", "clients": [self.client("dedl", "hda-public")["id"]]}
        made = self.admin("POST", f"{server}/policy/client", json=policy).json()
        where = f"{server}/permission/scope/{permissions['token-exchange']}"
        permission = self.admin("GET", where).json()
        self.admin("PUT", where, json={**permission, "policies": [made["id"]]})

    def user(self, realm: str, username: str) -> dict[str, Any]:
        """A user as the administration knows them."""
        return self.admin("GET", f"/{realm}/users", params={"username": username, "exact": "true"}).json()[0]

    def client(self, realm: str, client_id: str = "eohub") -> dict[str, Any]:
        """A client as the administration knows it."""
        return self.admin("GET", f"/{realm}/clients", params={"clientId": client_id}).json()[0]


@contextmanager
def keycloak(folder: Path) -> Generator[Keycloak]:
    """Keycloak in development mode, in memory, with at most 512 MiB of heap; ended with all its processes."""
    port = free_port()
    log = folder / "keycloak.log"
    command = [str(install() / "bin" / "kc.sh"), "start-dev", *_OPTIONS, "--http-host=127.0.0.1"]
    command += [f"--http-port={port}", f"--http-management-port={free_port()}"]
    environ = {
        **os.environ,
        "JAVA_OPTS_KC_HEAP": "-Xms64m -Xmx512m",
        "KC_BOOTSTRAP_ADMIN_USERNAME": _ADMIN["username"],
        "KC_BOOTSTRAP_ADMIN_PASSWORD": _ADMIN["password"],
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=environ, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    running = Keycloak(f"http://127.0.0.1:{port}", log)
    try:
        _wait(running, process)
        yield running
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(30)


def _wait(running: Keycloak, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 300
    while True:
        assert process.poll() is None, running.log.read_text()
        assert time.monotonic() < deadline, running.log.read_text()
        try:
            if httpx2.get(running.issuer("master"), trust_env=False).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.3)


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / "eohub" / "keycloak"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _zip() -> Path:
    return _cache() / f"keycloak-quarkus-dist-{VERSION}.zip"
