"""A hub whose database holds many people and many running servers, ours or JupyterHub as it comes.

Every server that "runs" is one and the same small process, which answers anything: what a hub does for a
thousand servers does not depend on what they are. Statements to the database are counted.
"""

import mmap
import struct
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fakes.hub_for_spawner import ADMIN_TOKEN, PASSWORD, Hub, PaperProxy, configure
from jupyterhub import orm
from sqlalchemy import event, insert, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from eohub_hub.spawner.process import started_at

GROUPS = 50
_CONFIG = """
import sys
sys.path.insert(0, {tests!r})
from {module} import {how}
{how}(get_config(), {folder!r}, {port!r}, {environment!r}, {people!r})
"""
_ANSWERING = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")
    def log_message(self, *_):
        pass
class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 512
server = Server(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"""


class MemoryProxy(PaperProxy):
    """Keeps routes in memory: no proxy takes CPU time of the machine on which hubs are compared."""

    routes: dict[str, Any]

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.routes = {}

    async def get_all_routes(self) -> dict[str, Any]:
        return dict(self.routes)

    async def add_route(self, routespec: str, target: str, data: Any) -> None:
        self.routes[routespec] = {"routespec": routespec, "target": target, "data": data}

    async def delete_route(self, routespec: str) -> None:
        self.routes.pop(routespec, None)


def person(number: int) -> str:
    """The name of the person with a number."""
    return f"person-{number:05}"


def eohub(c: Any, folder: str, port: int, environment: str, people: int) -> None:
    """Configure our hub: access, spawner with its form, audit, notices, administrators' calls."""
    configure(c, folder, port, environment, None, [person(number) for number in range(people)])
    common(c, folder)


def plain(c: Any, folder: str, port: int, environment: str, people: int) -> None:
    """Configure JupyterHub with nothing of ours."""
    c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{port}"
    c.JupyterHub.db_url = f"sqlite:///{folder}/state/hub/jupyterhub.sqlite"
    c.JupyterHub.cookie_secret_file = f"{folder}/state/secrets/cookie"
    c.JupyterHub.cleanup_servers = False
    c.JupyterHub.allow_named_servers = True
    c.JupyterHub.authenticator_class = "shared-password"
    c.SharedPasswordAuthenticator.user_password = PASSWORD
    c.SharedPasswordAuthenticator.allow_all = True
    c.JupyterHub.spawner_class = "simple"
    c.JupyterHub.services = [{"name": "tests", "api_token": ADMIN_TOKEN}]
    scopes = ["admin:users", "admin:servers", "admin:groups", "access:servers"]
    c.JupyterHub.load_roles = [{"name": "tests", "scopes": scopes, "services": ["tests"]}]
    common(c, folder)


def common(c: Any, folder: str) -> None:
    """Configure what hubs that are compared have in common."""
    c.JupyterHub.proxy_class = MemoryProxy
    # Until every server was looked at, so that a start is a whole one.
    c.JupyterHub.init_spawners_timeout = 300
    count_statements(Path(folder, "statements"))


class Counter:
    """A whole number in a file, that this process adds to and others read."""

    def __init__(self, path: Path) -> None:
        path.write_bytes(bytes(8))
        with path.open("r+b") as file:
            self._bytes = mmap.mmap(file.fileno(), 8)

    def add(self, number: int) -> None:
        """Add to it; one thread at a time."""
        self._bytes[:8] = struct.pack("q", struct.unpack("q", self._bytes[:8])[0] + number)


def counted(path: Path) -> int:
    """What a counter of another process says."""
    return int(struct.unpack("q", path.read_bytes())[0])


def count_statements(path: Path) -> None:
    """Count the statements that this process sends to any database, in a file that others read."""
    counter = Counter(path)
    event.listen(Engine, "before_cursor_execute", lambda *_: counter.add(1))


class CrowdedHub(Hub):
    """A hub with a crowd; `how` is `eohub` or `plain`, a function of the module that configures it."""

    module = "fakes.crowded_hub"

    def __init__(self, folder: Path, how: str, people: int, running: int) -> None:
        super().__init__(folder)
        self.how, self.people, self.running = how, people, running
        self.server_process = subprocess.Popen(
            [sys.executable, "-I", "-c", _ANSWERING], stdout=subprocess.PIPE, start_new_session=True
        )
        assert self.server_process.stdout is not None
        self.server_port = int(self.server_process.stdout.readline())

    def prepare(self) -> None:
        """Make folders and configuration, and a database of the crowd that a first start prepared."""
        super().prepare()
        tests = str(Path(__file__).parents[1])
        (self.folder / "jupyterhub_config.py").write_text(
            _CONFIG.format(
                tests=tests, module=self.module, how=self.how, folder=str(self.folder), port=self.port,
                environment=str(self.environment), people=self.people,
            )
        )  # fmt: skip
        self.furnish()
        self.start()
        self.add(person(0))
        self.end()
        fill(f"sqlite:///{self.state}/hub/jupyterhub.sqlite", self.people, self.running,
             self.server_process.pid, self.server_port)  # fmt: skip

    def furnish(self) -> None:
        """Make what this kind of hub needs before its first start, beside folders and configuration."""

    def end(self) -> None:
        """Stop the hub and leave the crowd's servers running."""
        assert self.process is not None
        self.process.terminate()
        self.process.wait(timeout=60)

    def close(self) -> None:
        """End the hub, the crowd's servers, and what is left."""
        super().close()
        self.server_process.kill()
        self.server_process.wait(timeout=20)

    @property
    def statements(self) -> int:
        """How many statements the hub's process has sent to databases."""
        return counted(self.folder / "statements")

    def statements_of(self, work: Any, times: int = 5) -> int:
        """The statements of one call of `work`: the fewest of a few, since a hub also works by the clock."""
        counts = list[int]()
        for _ in range(times):
            before = self.statements
            work()
            counts.append(self.statements - before)
        return min(counts)

    @property
    def cpu_seconds(self) -> float:
        """CPU time of the hub's process so far."""
        assert self.process is not None
        return cpu_seconds(self.process.pid)


def cpu_seconds(pid: int) -> float:
    """CPU time of a process so far, to the nanosecond."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def fill(url: str, people: int, running: int, pid: int, port: int) -> None:
    """Add people up to a number, each in two groups, and a server that runs for the first of them."""
    factory = orm.new_session_factory(url)
    now = datetime.now(UTC).replace(tzinfo=None)
    state = {"pid": pid, "started": started_at(pid), "cores": []}
    with factory() as session:
        known = set(session.scalars(select(orm.User.name)))
        new = [person(number) for number in range(people) if person(number) not in known]
        session.execute(
            insert(orm.User),
            [{"name": name, "admin": False, "created": now, "last_activity": now} for name in new],
        )
        session.execute(insert(orm.Group), [{"name": f"group-{n:02}"} for n in range(GROUPS)])
        ids = {user.name: user.id for user in session.execute(select(orm.User.name, orm.User.id))}
        _add_roles_and_groups(session, ids, new)
        for number in range(1, running + 1):
            name = person(number)
            server = orm.Server(proto="http", ip="127.0.0.1", port=port, base_url=f"/user/{name}/")
            session.add(
                orm.Spawner(
                    user_id=ids[name], name="", server=server, state=state, started=now, last_activity=now,
                    user_options={"profile": "small", "environment": "eo"},
                )
            )  # fmt: skip
        session.commit()


def _add_roles_and_groups(session: Session, ids: dict[str, int], new: list[str]) -> None:
    tables = orm.Base.metadata.tables
    role = session.scalars(select(orm.Role.id).where(orm.Role.name == "user")).one()
    session.execute(
        insert(tables["user_role_map"]), [{"user_id": ids[name], "role_id": role} for name in new]
    )
    groups = list(session.scalars(select(orm.Group.id)))
    members = [
        {"user_id": ids[name], "group_id": groups[(number + further) % len(groups)]}
        for number, name in enumerate(new)
        for further in (0, 7)
    ]
    session.execute(insert(tables["user_group_map"]), members)
