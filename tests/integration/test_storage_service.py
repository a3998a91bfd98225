"""The real storage service between a small hub and the real S3, as a user's server uses it."""

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from botocore.exceptions import ClientError
from fakes.passing_processes import listening_addresses_of
from fakes.storage_hub import SERVICE_TOKEN, FakeHub
from fakes.storage_issuer import FakeIssuer
from fakes.storage_s3 import REGION, RunningS3, free_ports, running_s3, start_s3, stop_s3

from eohub_hub.spawner.aws_config import aws_config_text

pytestmark = pytest.mark.real

BESIDE_PYTHON = Path(sys.executable).parent
COMMAND = BESIDE_PYTHON / "eohub-credentials"


@dataclass
class Stack:
    """Everything that a server of `alice` meets, and her server's token."""

    issuer: FakeIssuer
    s3: RunningS3
    hub: FakeHub
    url: str
    folder: Path
    log: Path

    def environment(self, token: str) -> dict[str, str]:
        """The whole environment of a user's process: three variables, none of them an S3 key."""
        return {
            "AWS_CONFIG_FILE": str(self.folder / "aws config"),
            "EOHUB_STORAGE_URL": self.url,
            "JUPYTERHUB_API_TOKEN": token,
        }

    def command(self, token: str) -> "subprocess.CompletedProcess[str]":
        environment = self.environment(token)
        return subprocess.run([COMMAND], env=environment, capture_output=True, text=True, check=False)

    def ask(self, token: str | None, body: bytes = b"") -> tuple[int, dict[str, Any]]:
        headers = {} if token is None else {"Authorization": f"token {token}"}
        request = urllib.request.Request(f"{self.url}/credentials", body, headers, method="POST")
        try:
            with urllib.request.urlopen(request) as answer:
                assert answer.headers["Cache-Control"] == "no-store"
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Generator[Stack]:
    folder = tmp_path_factory.mktemp("service")
    with FakeIssuer() as issuer, FakeHub() as hub, running_s3(folder, issuer) as s3:
        s3.admin().put_object(Bucket="climate", Key="cube.zarr/zarr.json", Body=b"{}")
        port = free_ports(1)[0]
        environment = {
            "JUPYTERHUB_API_URL": hub.api_url,
            "JUPYTERHUB_API_TOKEN": SERVICE_TOKEN,
            "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:{port}",
            "JUPYTERHUB_SERVICE_PREFIX": "/services/storage/",
            "EOHUB_STORAGE_STS_URL": s3.endpoint,
            "EOHUB_STORAGE_NAME_CLAIM": "preferred_username",
            "EOHUB_STORAGE_KEYS_PER_MINUTE": "20",
        }
        log = folder / "service.log"
        with log.open("wb") as file:
            command = [BESIDE_PYTHON / "eohub-storage-service"]
            service = subprocess.Popen(command, env=environment, stdout=file, stderr=file)
        url = f"http://127.0.0.1:{port}/services/storage"
        text = aws_config_text(s3.endpoint, REGION, str(COMMAND))
        (folder / "aws config").write_text(text)
        try:
            wait_for(f"{url}/health")
            yield Stack(issuer, s3, hub, url, folder, log)
        finally:
            service.terminate()
            service.wait(20)


def wait_for(url: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(url)


@pytest.fixture
def alice(stack: Stack) -> str:
    return stack.hub.add("alice", stack.issuer.id_token("alice"))


NOTEBOOK = """
import boto3, s3fs, obstore
from obstore.store import S3Store
from eohub_storage.server.object_store import s3_options

s3 = boto3.client("s3")
s3.put_object(Bucket="users", Key="alice/boto3", Body=b"by boto3")
for _ in range(5):
    assert s3.get_object(Bucket="users", Key="alice/boto3")["Body"].read() == b"by boto3"

fs = s3fs.S3FileSystem()
fs.pipe("users/alice/s3fs/x", b"by s3fs")
assert fs.cat("users/alice/s3fs/x") == b"by s3fs"
assert sorted(fs.ls("users/alice", detail=False)) == ["users/alice/boto3", "users/alice/s3fs"]
assert fs.cat("s3://climate/cube.zarr/zarr.json") == b"{}"
fs.rm("users/alice/s3fs", recursive=True)

store = S3Store("users", prefix="alice", **s3_options())
obstore.put(store, "obstore", b"by obstore")
assert bytes(obstore.get(store, "obstore").bytes()) == b"by obstore"
print(sorted(item["path"] for item in obstore.list(store).collect()))

for attempt in (lambda: fs.cat("users/bob/own"), lambda: fs.pipe("climate/new", b"")):
    try:
        attempt()
    except PermissionError:
        print("refused")
"""


def test_boto3_s3fs_and_obstore_work_with_three_variables_and_no_key(stack: Stack, alice: str) -> None:
    stack.s3.admin().put_object(Bucket="users", Key="bob/own", Body=b"bob's")
    environment = stack.environment(alice)
    before = len(stack.hub.requests)
    result = subprocess.run(
        [sys.executable, "-c", NOTEBOOK], env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr[-2000:]
    assert result.stdout.splitlines() == ["['boto3', 'obstore']", "refused", "refused"]
    # One exchange for each of the three libraries, whatever the number of requests: two questions to the hub.
    assert len(stack.hub.requests) - before == 2 * 3
    assert "secret" not in (stack.folder / "aws config").read_text().lower()


def test_the_command_prints_the_form_of_aws_and_nothing_else(stack: Stack, alice: str) -> None:
    result = stack.command(alice)
    assert (result.returncode, result.stderr) == (0, "")
    printed = json.loads(result.stdout)
    assert set(printed) == {"Version", "AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"}
    assert printed["Version"] == 1
    left = datetime.fromisoformat(printed["Expiration"]) - datetime.now(UTC)
    assert timedelta(minutes=28) < left <= timedelta(minutes=30)


def test_keys_are_limited_by_the_policy_of_the_service_and_by_the_role(stack: Stack, alice: str) -> None:
    status, keys = stack.ask(alice)
    assert (status, set(keys)) == (200, {"AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"})
    client = stack.s3.client(keys)
    client.put_object(Bucket="users", Key="alice/x", Body=b"1")
    for bucket, key in (("users", "bob/x"), ("climate", "x")):
        with pytest.raises(client.exceptions.ClientError, match="AccessDenied"):
            client.put_object(Bucket=bucket, Key=key, Body=b"1")


def test_the_request_cannot_say_for_whom_the_keys_are(stack: Stack, alice: str) -> None:
    stack.hub.add("bob", stack.issuer.id_token("bob"))
    _, keys = stack.ask(alice, json.dumps({"name": "bob", "user": "bob", "policy": "*"}).encode())
    client = stack.s3.client(keys)
    assert (
        client.list_objects_v2(Bucket="users", Prefix="alice/")["ResponseMetadata"]["HTTPStatusCode"] == 200
    )
    with pytest.raises(client.exceptions.ClientError, match="AccessDenied"):
        client.list_objects_v2(Bucket="users", Prefix="bob/")


def test_once_the_server_has_stopped_there_are_no_new_keys_at_once(stack: Stack, alice: str) -> None:
    assert stack.ask(alice)[0] == 200
    stack.hub.people["alice"].tokens.clear()
    assert stack.ask(alice)[0] == 401
    result = stack.command(alice)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "The hub does not know this token. Restart your server or log in again.\n"


def test_an_old_login_is_renewed_by_the_hub_where_it_can_be(stack: Stack) -> None:
    token = stack.hub.add("alice", stack.issuer.id_token("alice", lifetime_seconds=-60))
    assert stack.ask(token)[0] == 401
    stack.hub.people["alice"].refreshed_state = {"id_token": stack.issuer.id_token("alice")}
    assert stack.ask(token)[0] == 200


@pytest.mark.parametrize(
    ("case", "status", "sentence"),
    [
        ("no login", 409, "The hub keeps no login of yours that S3 would accept."),
        ("an old login", 401, "Your login has ended, so there are no new S3 keys."),
        ("another issuer", 403, "S3 does not accept your login."),
        ("another name", 409, "The identity provider knows you as 'bob', the hub as 'alice'."),
        ("no scope", 403, "Your token lacks the scope custom:storage:credentials."),
    ],
)
def test_each_reason_has_its_own_sentence_with_what_to_do(
    stack: Stack, case: str, status: int, sentence: str
) -> None:
    with FakeIssuer() as other:
        tokens = {
            "no login": None,
            "an old login": stack.issuer.id_token("alice", lifetime_seconds=-60),
            "another issuer": other.id_token("alice", iss=stack.issuer.url),
            "another name": stack.issuer.id_token("bob"),
            "no scope": stack.issuer.id_token("alice"),
        }
        token = stack.hub.add(
            "alice", tokens[case], scopes=["read:users!user"] if case == "no scope" else None
        )
        found, problem = stack.ask(token)
    assert (found, problem["detail"]) == (status, sentence)
    assert problem["hint"]
    result = stack.command(token)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"{sentence} {problem['hint']}\n"


@pytest.mark.parametrize("token", [None, "", "guessed", SERVICE_TOKEN])
def test_keys_are_for_people_whom_the_hub_knows(stack: Stack, token: str | None) -> None:
    status, problem = stack.ask(token)
    assert status == (403 if token == SERVICE_TOKEN else 401)
    assert "SecretAccessKey" not in problem


@pytest.mark.parametrize("token", [b"\xff\xfe", "\N{SNOWMAN}".encode(), b"a" * 60_000, b"a" * 100_000])
def test_an_ugly_token_is_a_strangers_and_no_fault_of_the_service(stack: Stack, token: bytes) -> None:
    asked, written = len(stack.hub.requests), stack.log.stat().st_size
    place = urlsplit(stack.url)
    with socket.create_connection((place.hostname, place.port), timeout=30) as connection:
        head = (
            f"POST {place.path}/credentials HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n"
        )
        connection.sendall(head.encode() + b"Authorization: token " + token + b"\r\n\r\n")
        assert connection.makefile("rb").readline().startswith(b"HTTP/1.1 401 ")
    assert len(stack.hub.requests) == asked
    assert stack.log.stat().st_size == written


def test_asking_too_often_is_answered_with_the_time_to_wait(stack: Stack) -> None:
    token = stack.hub.add("carol", stack.issuer.id_token("carol"))
    answers = [stack.ask(token) for _ in range(21)]
    assert [status for status, _ in answers] == [200] * 20 + [429]
    assert "Try again in" in answers[-1][1]["hint"]


def test_groups_come_from_the_hub_and_open_their_prefix(stack: Stack) -> None:
    token = stack.hub.add("erin", stack.issuer.id_token("erin"))
    stack.hub.people["erin"].groups = ("sea-ice",)
    s3 = stack.s3.client(stack.ask(token)[1])
    s3.put_object(Bucket="groups", Key="sea-ice/plan", Body=b"1")
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.put_object(Bucket="groups", Key="other/plan", Body=b"1")


@pytest.mark.parametrize("body", [b'{"groups":["sea-ice"]}', b'{"name":"alice","groups":["sea-ice"]}'])
def test_a_body_that_names_groups_gives_none(stack: Stack, body: bytes) -> None:
    token = stack.hub.add("frank", stack.issuer.id_token("frank"))
    s3 = stack.s3.client(stack.ask(token, body)[1])
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.list_objects_v2(Bucket="groups", Prefix="sea-ice/")


def test_somebody_in_too_many_groups_is_told_so_and_gets_no_keys(stack: Stack) -> None:
    token = stack.hub.add("gina", stack.issuer.id_token("gina"))
    stack.hub.people["gina"].groups = tuple(f"working-group-{number}" for number in range(40))
    status, problem = stack.ask(token)
    assert status == 409
    assert "42 places" in problem["detail"]
    assert stack.hub.audited[-1]["action"] == "key.refused"


def test_the_server_is_told_the_places_of_its_person(stack: Stack) -> None:
    token = stack.hub.add("hana", stack.issuer.id_token("hana"))
    stack.hub.people["hana"].groups = ("sea-ice",)
    request = urllib.request.Request(f"{stack.url}/places", headers={"Authorization": f"token {token}"})
    with urllib.request.urlopen(request) as answer:
        places = json.loads(answer.read())["places"]
    assert [(place["bucket"], place["prefix"], place["writable"]) for place in places] == [
        ("users", "hana/", True), ("groups", "sea-ice/", True), ("climate", "", False),
    ]  # fmt: skip


def test_the_moment_a_server_has_stopped_its_token_gives_no_keys_and_no_places(stack: Stack) -> None:
    token = stack.hub.add("ivan", stack.issuer.id_token("ivan"))
    assert stack.ask(token)[0] == 200
    stack.hub.people["ivan"].tokens.clear()
    assert stack.ask(token)[0] == 401
    request = urllib.request.Request(f"{stack.url}/places", headers={"Authorization": f"token {token}"})
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(request)


def test_a_get_gives_no_keys(stack: Stack, alice: str) -> None:
    request = urllib.request.Request(f"{stack.url}/credentials", headers={"Authorization": f"token {alice}"})
    with pytest.raises(urllib.error.HTTPError, match="405"):
        urllib.request.urlopen(request)


def test_while_s3_is_down_people_are_told_so_and_afterwards_it_works_again(stack: Stack) -> None:
    token = stack.hub.add("dave", stack.issuer.id_token("dave"))
    options, log = stack.s3.options, stack.s3.log
    stop_s3(stack.s3)
    status, problem = stack.ask(token)
    assert (status, problem["detail"]) == (503, "S3 cannot be reached now.")
    assert "try again" in problem["hint"]
    stack.s3.process = start_s3(options, log).process
    wait_for(f"{stack.s3.endpoint}/healthz")
    assert stack.ask(token)[0] == 200


def test_a_storage_service_that_is_down_is_said_to_be_down() -> None:
    environment = {"EOHUB_STORAGE_URL": f"http://127.0.0.1:{free_ports(1)[0]}/x", "JUPYTERHUB_API_TOKEN": "t"}
    result = subprocess.run([COMMAND], env=environment, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "The storage service cannot be reached. Try again in a moment.\n"


def test_the_log_of_the_service_holds_no_token_and_no_key(stack: Stack, alice: str) -> None:
    _, keys = stack.ask(alice)
    written = stack.log.read_text()
    id_token = stack.hub.people["alice"].auth_state["id_token"]  # type: ignore[index]
    for secret in (keys["SecretAccessKey"], keys["SessionToken"], alice, SERVICE_TOKEN, id_token):
        assert secret not in written


def test_a_wrong_setting_ends_the_service_with_one_sentence() -> None:
    environment = {"EOHUB_STORAGE_KEY_SECOND": "900"}
    command = [BESIDE_PYTHON / "eohub-storage-service"]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "EOHUB_STORAGE_KEY_SECOND is not a setting of EOHub. Did you mean EOHUB_STORAGE_KEY_SECONDS?" in (
        result.stderr
    )


def test_nothing_of_the_stack_listens_beyond_this_machine(stack: Stack) -> None:
    mine = [psutil.Process(), *psutil.Process().children(recursive=True)]
    assert {address for each in mine for address in listening_addresses_of(each)} == {"127.0.0.1"}


def test_it_loads_neither_pydantic_nor_our_http_client_because_every_sdk_waits_for_it() -> None:
    code = (
        "import sys, eohub_storage.server.__main__; "
        "print(sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    for heavy in ("pydantic", "httpx2", "structlog", "fastapi", "boto3", "asyncio", "eohub_toolkit"):
        assert f"'{heavy}'" not in loaded
