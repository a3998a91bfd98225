"""Crowded hubs whose spawner does nothing, so that what is left of a start is what decides about it.

`plain` is JupyterHub with that spawner; `eohub` decides before it, as ours does, by a site's policy, a
registry of persons in a database, and all environments of the checkout. Every server is the crowd's one.
"""

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import jwt
import yaml
from fakes.crowded_hub import Counter, CrowdedHub, common, counted, person
from fakes.crowded_hub import plain as crowded_plain
from fakes.environment_room import pretend_made
from fakes.hub_for_spawner import configure_with, spawner_settings
from jupyterhub.authenticators.shared import SharedPasswordAuthenticator
from jupyterhub.spawner import Spawner
from sqlalchemy import insert

from eohub_hub.audit.event import AuditEvent
from eohub_hub.audit.log import AuditLog
from eohub_hub.audit.search import Found, Query
from eohub_hub.isolation.order import Mode
from eohub_hub.local.environment import Uv
from eohub_hub.local.environments.manifest import Known, load_manifest
from eohub_hub.local.environments.on_demand import OnDemand
from eohub_hub.local.environments.room import EnvironmentRoom, Standing, TryOut
from eohub_hub.local.environments.trial import Outcome
from eohub_hub.local.tools import PROJECT
from eohub_hub.people import registry
from eohub_hub.spawner.planned import PlannedSpawner
from eohub_toolkit.db import open_engine, transaction

STORAGE_TOKEN = "token-of-the-storage-service-0123456789"
PROFILES = 12
MOUNTS = 6
_PEOPLE = "sqlite:///{state}/hub/persons.sqlite"
_NO_UV = Uv(Path("/nonexistent/uv"))
_FORM = """
<label>Server <select name="profile"><option value="small">Small</option></select></label>
<label>Software <select name="environment"><option value="eo">Earth observation</option></select></label>
"""


class QuietSpawner(Spawner):
    """Starts nothing: its server is always there; what that would be told lies in the hub's folder."""

    folder: Path
    is_up = False

    async def start(self) -> tuple[str, int]:
        """The address of the process that answers for every server."""
        self.is_up = True
        (self.folder / "servers" / f"{self.user.name}.json").write_text(json.dumps(self.get_env()))
        return "127.0.0.1", int((self.folder / "port").read_text())

    async def stop(self, now: bool = False) -> None:
        """Nothing ends."""
        self.is_up = False

    async def poll(self) -> int | None:
        """None while it is up."""
        return None if self.is_up else 0

    def load_state(self, state: dict[str, Any]) -> None:
        """What ran before the hub was started runs still."""
        super().load_state(state)
        self.is_up = bool(state)

    def get_state(self) -> dict[str, Any]:
        """Whether it is up."""
        return {**super().get_state(), **({"up": True} if self.is_up else {})}


class LoginWithToken(SharedPasswordAuthenticator):
    """Gives everybody the ID token that S3 would be asked with."""

    async def authenticate(self, handler: Any, data: Any) -> Any:
        """Name and token of who knows the password."""
        known: Any = await super().authenticate(handler, data)
        if known is None:
            return None
        claims = {"sub": known["name"], "preferred_username": known["name"], "exp": int(time.time()) + 3600}
        token = jwt.encode(claims, "k" * 32, algorithm="HS256")
        return {**known, "auth_state": {"id_token": token}}


class MeasuredAudit:
    """An audit log that counts its CPU time, in the thread that writes."""

    def __init__(self, log: AuditLog, path: Path) -> None:
        self._log = log
        self._counter = Counter(path)

    def record(self, event: AuditEvent) -> None:
        before = time.thread_time_ns()
        try:
            self._log.record(event)
        finally:
            self._counter.add(time.thread_time_ns() - before)

    def find(self, query: Query) -> Found:
        return self._log.find(query)


def plain(c: Any, folder: str, port: int, environment: str, people: int) -> None:
    """Configure JupyterHub with nothing of ours."""
    crowded_plain(c, folder, port, environment, people)
    c.JupyterHub.spawner_class = type("Plain", (QuietSpawner,), {"folder": Path(folder)})
    c.Spawner.options_form = _FORM
    c.Spawner.poll_interval = 0
    c.Spawner.server_token_scopes = ["users:activity!user", "access:servers!server"]


def eohub(c: Any, folder: str, port: int, environment: str, people: int) -> None:
    """Configure our hub, with the storage service's rights."""
    state = Path(folder, "state")
    room = _room(state)
    settings = replace(
        spawner_settings(state, port, environment, None, ()),
        environments={each: room.place(each) for each in room.manifest.ids},
        people=registry.People.open(_PEOPLE.format(state=state)),
        software=OnDemand(room, _NO_UV, _no_trial),
        ends_servers=True,
    )
    log = AuditLog(state / "audit", state / "audit_head", largest_bytes=16 << 20)
    audit = MeasuredAudit(log, Path(folder, "audit_ns"))
    configure_with(c, folder, port, settings, audit, LoginWithToken)
    c.SharedPasswordAuthenticator.enable_auth_state = True
    c.CryptKeeper.keys = [b"k" * 32]
    # As on one machine, where tokens of services are of our own making.
    c.JupyterHub.trust_user_provided_tokens = True
    c.JupyterHub.services.append({"name": "storage", "api_token": STORAGE_TOKEN})
    scopes = ["read:users:name", "admin:auth_state", "custom:audit:write"]
    c.JupyterHub.load_roles.append({"name": "eohub-storage", "scopes": scopes, "services": ["storage"]})
    local = c.JupyterHub.spawner_class
    own = {"site": local.site, "admissions": local.admissions, "folder": Path(folder)}
    c.JupyterHub.spawner_class = type("Planned", (PlannedSpawner, QuietSpawner), own)
    c.Spawner.poll_interval = 0
    common(c, folder)


class MeasuredHub(CrowdedHub):
    """A crowded hub of this module."""

    module = "fakes.measured_hub"

    def furnish(self) -> None:
        """A site's policy, a registry of all persons, and every environment that this machine can have."""
        (self.folder / "servers").mkdir()
        (self.folder / "port").write_text(str(self.server_port))
        policy = self.folder / "policy"
        for each in policy.rglob("*.yaml"):
            each.unlink()
        for name, document in site_policy().items():
            (policy / name).parent.mkdir(exist_ok=True)
            (policy / name).write_text(yaml.safe_dump(document))
        self._register()
        room = _room(self.state)
        room.folder.mkdir(exist_ok=True)
        room.look_around()
        here = [each.known.id for each in room.states() if each.standing is not Standing.ABSENT]
        pretend_made(room, *here)
        for each in here:
            room.make_ready(each, _NO_UV, _passed, print)

    def _register(self) -> None:
        url = _PEOPLE.format(state=self.state)
        registry.People.open(url).close()
        rows = [
            {"issuer": "https://issuer.example", "subject": f"s{number}", "name": person(number)}
            for number in range(self.people)
        ]
        with transaction(open_engine(url)) as connection:
            connection.execute(insert(registry.people), rows)

    @property
    def audit_seconds(self) -> float:
        """CPU time that went into the audit log so far."""
        return counted(self.folder / "audit_ns") / 1e9 if self.how == "eohub" else 0.0

    def told(self, name: str) -> dict[str, str]:
        """The environment variables that the last server of a person would have had."""
        return json.loads((self.folder / "servers" / f"{name}.json").read_text())


def site_policy() -> dict[str, dict[str, Any]]:
    """A policy of a size that sites have: profiles of which a person may start some, and data."""
    profiles = {
        f"profiles/{name}.yaml": {
            "name": name, "title": name.title(), "cpu": 2, "memory": "4 GiB",
            "price": f"0.{4 + number:02} EUR/h",
            **({} if number < 4 else {"groups": [f"group-{number:02}"]}),
        }
        for number, name in enumerate(["small", *(f"profile-{number}" for number in range(1, PROFILES))])
    }  # fmt: skip
    mounts = {
        f"mounts/data-{number}.yaml": {
            "name": f"data-{number}", "title": f"Data {number}", "bucket": "climate", "access": "read-only",
        }
        for number in range(MOUNTS)
    }  # fmt: skip
    manifest = load_manifest(PROJECT / "kernels")
    rules = {
        "support": "the test desk",
        "tiers": [{"name": "free", "title": "the free tier", "servers_per_user": 2}],
        "environments": [{"id": each.id, "title": each.title} for each in manifest.environments],
    }
    return {"policy.yaml": rules, **profiles, **mounts}


def _room(state: Path) -> EnvironmentRoom:
    return EnvironmentRoom(load_manifest(PROJECT / "kernels"), state / "environments", PROJECT)


def _passed(known: Known, environment: Path) -> Outcome:
    return Outcome(True, f"{known.title} in {environment.name} was not tried.")


def _no_trial(mode: Mode) -> TryOut:
    raise AssertionError(f"nothing is made here, {mode}")
