"""The real S3 of the one-machine stack in a temporary folder, and ways to speak to it as anybody."""

import socket
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import boto3
import psutil
from botocore import UNSIGNED
from botocore.config import Config
from fakes.storage_issuer import CLIENT_ID, FakeIssuer

from eohub_hub.local.s3 import AdminKeys, S3Options, S3Ports, ensure_buckets, read_admin_keys, service_command
from eohub_hub.local.s3 import wait_until_ready as wait
from eohub_hub.local.s3.options import GRPC_OFFSET, ROLE_ARN

REGION = "eohub-local"
BUCKETS = ("climate", "users", "groups")
_CONFIG = {"s3": {"addressing_style": "path"}, "retries": {"max_attempts": 1}}


def free_ports(count: int, *, above: int = 0) -> list[int]:
    """`count` ports of 18310 to 18389 that are free on 127.0.0.1, with `above` added as well."""
    free = [port for port in range(18310, 18390) if _is_free(port) and (not above or _is_free(port + above))]
    assert len(free) >= count, "the ports 18310 to 18389 are taken"
    return free[:count]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex(("127.0.0.1", port)) != 0


@dataclass
class RunningS3:
    """A started S3: its options, its supervisor's process, and the administrator's key."""

    options: S3Options
    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.options.ports.s3}"

    @property
    def admin_keys(self) -> AdminKeys:
        return read_admin_keys(self.options.admin_file)

    @property
    def weed(self) -> psutil.Process:
        return next(child for child in psutil.Process(self.process.pid).children() if child.name() == "weed")

    def admin(self) -> Any:
        keys = self.admin_keys
        return self.client(
            {
                "AccessKeyId": keys.access_key_id,
                "SecretAccessKey": keys.secret_access_key,
                "SessionToken": None,
            }
        )

    def client(self, keys: dict[str, Any], service: str = "s3") -> Any:
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
            config=Config(**_CONFIG),
        )

    def stranger(self) -> Any:
        config = Config(signature_version=UNSIGNED, **_CONFIG)
        return boto3.client("s3", endpoint_url=self.endpoint, region_name=REGION, config=config)

    def assume(self, id_token: str, *, policy: str | None = None, **form: str) -> dict[str, Any]:
        """What STS answers: the keys, or `{"Code": ..., "Message": ...}`."""
        asked = {
            "Action": "AssumeRoleWithWebIdentity",
            "Version": "2011-06-15",
            "RoleArn": ROLE_ARN,
            "RoleSessionName": "somebody",
            "WebIdentityToken": id_token,
            **({} if policy is None else {"Policy": policy}),
            **form,
        }
        try:
            with urllib.request.urlopen(self.endpoint, urllib.parse.urlencode(asked).encode()) as answer:
                body = answer.read()
        except urllib.error.HTTPError as error:
            body = error.read()
        return {each.tag.rpartition("}")[2]: each.text for each in ElementTree.fromstring(body).iter()}


def start_s3(options: S3Options, log: Path, *, command: Sequence[str] | None = None) -> RunningS3:
    """Start S3 by the command that JupyterHub would run, without waiting for it."""
    with log.open("ab") as file:
        process = subprocess.Popen(command or service_command(options), stdout=file, stderr=file)
    return RunningS3(options, process, log)


def stop_s3(running: RunningS3) -> None:
    running.process.terminate()
    running.process.wait(20)


def s3_options(folder: Path, issuer: FakeIssuer) -> S3Options:
    return S3Options(
        folder=folder / "s3",
        admin_file=folder / "secrets" / "s3_admin.json",
        issuer=issuer.url,
        jwks_uri=f"{issuer.url}/jwks",
        client_id=CLIENT_ID,
        name_claim="preferred_username",
        ports=S3Ports(*free_ports(4, above=GRPC_OFFSET)),
    )


@contextmanager
def running_s3(folder: Path, issuer: FakeIssuer) -> Generator[RunningS3]:
    """S3 that answers and has the two buckets; ended when the context ends."""
    running = start_s3(s3_options(folder, issuer), folder / "s3.log")
    try:
        wait(running.endpoint, seconds=60)
        ensure_buckets(running.endpoint, running.admin_keys, BUCKETS)
        yield running
    finally:
        stop_s3(running)
