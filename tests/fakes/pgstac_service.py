"""stac-fastapi-pgstac on PostgreSQL and PostGIS, in processes and a folder of their own on loopback."""

import json
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fakes.stac_service import free_port, json_lines, wait_until_answers
from psycopg.conninfo import make_conninfo
from pypgstac.db import PgstacDB
from pypgstac.load import Loader, Methods

# PostgreSQL refuses to run as root; Debian's package brings this account.
_ACCOUNT = "postgres"
_DATABASE_USER = "eohub"
_PROGRAMS = "/usr/lib/postgresql"

type Document = dict[str, Any]


@dataclass(frozen=True)
class Postgres:
    """A running cluster with PostGIS at hand: `environment` is what libpq reads to reach it."""

    environment: Mapping[str, str]
    pid: int


@dataclass(frozen=True)
class PgstacService:
    """A running API: its root URL, with a slash at the end, the database behind it, the server's process."""

    root: str
    postgres: Postgres
    pid: int

    def load_items(self, documents: Sequence[Document]) -> list[tuple[Document, str]]:
        """Store what pgstac accepts; returns the others, each with its reason.

        One item that it refuses loses all that are loaded with it, so they are then tried by halves.
        """
        try:
            with self._database() as database:
                Loader(db=database).load_items(iter(documents), Methods.upsert)
        except Exception as error:  # psycopg's, pydantic's, Python's own: each is a refusal
            if len(documents) == 1:
                return [(documents[0], f"{type(error).__name__}: {error}".splitlines()[0])]
            half = len(documents) // 2
            return self.load_items(documents[:half]) + self.load_items(documents[half:])
        return []

    def load_queryables(self, types: Mapping[str, str], folder: Path) -> None:
        """Tell pgstac the JSON types of properties, without which it compares them as texts."""
        file = folder / "pgstac-queryables.json"
        file.write_text(json.dumps({"properties": {name: {"type": kind} for name, kind in types.items()}}))
        _succeed(_pypgstac(["load_queryables", str(file)], self.postgres))

    def _database(self) -> PgstacDB:
        login = {name.removeprefix("PG").lower(): value for name, value in self.postgres.environment.items()}
        return PgstacDB(dsn=make_conninfo(dbname=login.pop("database"), **login))


@contextmanager
def postgres(settings: Mapping[str, str] | None = None) -> Generator[Postgres]:
    """A new cluster on a free port of 127.0.0.1 with a password of its own; it is deleted at the end.

    `settings` are PostgreSQL's own, as the option `-c` takes them.
    """
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="eohub-postgres-"))
    password, port = secrets.token_hex(16), free_port()
    secret = folder / "password"
    secret.write_text(password)
    become = _become(folder)
    data = folder / "data"
    login = ["--username", _DATABASE_USER, "--auth", "scram-sha-256", "--pwfile", str(secret)]
    made = [str(programs / "initdb"), "--pgdata", str(data), "--encoding", "UTF8", "--no-locale", *login]
    environment = {
        "PGHOST": "127.0.0.1",
        "PGPORT": str(port),
        "PGUSER": _DATABASE_USER,
        "PGPASSWORD": password,
        "PGDATABASE": "postgres",
    }
    given = {"listen_addresses": "127.0.0.1", "unix_socket_directories": str(folder), "port": str(port)}
    options = [
        part for name, value in (given | dict(settings or {})).items() for part in ("-c", f"{name}={value}")
    ]
    try:
        subprocess.run(made, check=True, capture_output=True, text=True, cwd=folder, **become)
        with (folder / "log").open("wb") as log:
            command = [str(programs / "postgres"), "-D", str(data), *options]
            process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **become)
        try:
            running = Postgres(environment, process.pid)
            _wait_until_ready(programs, running, process, folder / "log")
            yield running
        finally:
            # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients.
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def pgstac_service(
    folder: Path, settings: Mapping[str, str] | None = None, collections: Iterable[Document] = ()
) -> Generator[PgstacService]:
    """The API on a new database with pgstac's schema and these collections; its log lies in `folder`."""
    with postgres(settings) as database:
        _succeed(_pypgstac(["migrate"], database))
        file = folder / "pgstac-collections.ndjson"
        if lines := json_lines(collections):
            file.write_text(lines)
            _succeed(_pypgstac(["load", "collections", str(file), "--method", "upsert"], database))
        port = free_port()
        application = "stac_fastapi.pgstac.app:create_app"
        command = [sys.executable, "-m", "uvicorn", application, "--factory", "--host", "127.0.0.1"]
        command += ["--port", str(port), "--log-level", "warning"]
        log = folder / "pgstac.log"
        with log.open("wb") as output:
            environment = _environment(database) | {"ENABLE_TRANSACTIONS_EXTENSIONS": "true"}
            process = subprocess.Popen(command, stdout=output, stderr=output, env=environment, cwd=folder)
            try:
                root = f"http://127.0.0.1:{port}/"
                wait_until_answers(f"{root}_mgmt/ping", process, log)
                yield PgstacService(root, database, process.pid)
            finally:
                process.terminate()
                process.wait(timeout=30)


def _programs() -> Path:
    versions = [path for path in Path(_PROGRAMS).glob("*/bin") if (path / "initdb").exists()]
    if not versions:
        raise FileNotFoundError("PostgreSQL is not installed: `make system-packages` as root brings it.")
    return max(versions, key=lambda path: int(path.parent.name))


def _become(folder: Path) -> dict[str, Any]:
    """How a process of PostgreSQL is started: as an ordinary account, where the tests run as root."""
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam(_ACCOUNT)
    for path in (folder, *folder.iterdir()):
        os.chown(path, account.pw_uid, account.pw_gid)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _environment(database: Postgres) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "EOHUB_"))}
    return kept | dict(database.environment)


def _pypgstac(arguments: Sequence[str], database: Postgres) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pypgstac.pypgstac", *arguments]
    return subprocess.run(command, env=_environment(database), capture_output=True, text=True, timeout=1_200)


def _succeed(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, f"{done.args}: {done.stderr[-2_000:]}"


def _wait_until_ready(
    programs: Path, database: Postgres, process: subprocess.Popen[bytes], log: Path
) -> None:
    asked = [str(programs / "pg_isready"), "--quiet"]
    for _ in range(600):
        if process.poll() is not None:
            break
        if subprocess.run([*asked, "--timeout", "1"], env=_environment(database)).returncode == 0:
            return
        # It is not yet listening: the kernel refuses at once, so this waits for its start.
        process_has_ended(process)
    raise AssertionError(f"PostgreSQL did not start: {log.read_text('utf-8', 'replace')[-2_000:]}")


def process_has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether a process ends within a tenth of a second."""
    try:
        process.wait(0.1)
    except subprocess.TimeoutExpired:
        return False
    return True
