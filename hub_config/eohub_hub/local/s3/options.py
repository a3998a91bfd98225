"""What a SeaweedFS of ours needs to know, and the command line that carries it."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROLE = "eohub-user"
"""Name of the one role that people's sessions may take."""

ROLE_ARN = f"arn:aws:iam::role/{ROLE}"
"""The role as STS is asked for it."""

LONGEST_SESSION_SECONDS = 3600
"""STS grants no longer session, whatever is asked for."""

GRPC_OFFSET = 10_000
"""SeaweedFS puts the gRPC port of every part this far above its HTTP port."""


@dataclass(frozen=True)
class S3Ports:
    """HTTP ports on 127.0.0.1; each part's gRPC port is 10000 above."""

    s3: int
    master: int
    volume: int
    filer: int

    @property
    def every(self) -> tuple[int, ...]:
        """All eight ports that will be bound, HTTP before gRPC."""
        http = (self.s3, self.master, self.volume, self.filer)
        return (*http, *(port + GRPC_OFFSET for port in http))


@dataclass(frozen=True)
class S3Options:
    """Where S3 keeps its files, which ports it takes and whose ID tokens it trusts."""

    folder: Path
    """State of S3: data, keys and certificates; made 0700."""
    admin_file: Path
    """Where the administrator's generated key is kept (0600)."""
    issuer: str
    jwks_uri: str
    client_id: str
    name_claim: str
    """The claim of the ID token that is the hub's user name, and so the person's prefix."""
    ports: S3Ports


def service_command(options: S3Options) -> list[str]:
    """The command by which JupyterHub supervises S3 in the foreground."""
    ports = options.ports
    given = {
        "folder": options.folder,
        "admin-file": options.admin_file,
        "issuer": options.issuer,
        "jwks-uri": options.jwks_uri,
        "client-id": options.client_id,
        "name-claim": options.name_claim,
        "s3-port": ports.s3,
        "master-port": ports.master,
        "volume-port": ports.volume,
        "filer-port": ports.filer,
    }
    arguments = [f"--{name}={value}" for name, value in given.items()]
    return [sys.executable, "-m", "eohub_hub.local.s3", *arguments]


def parse_options(arguments: Sequence[str]) -> S3Options:
    """The options in a command line made by `service_command`; argparse ends the process on a wrong one."""
    parser = argparse.ArgumentParser(prog="python -m eohub_hub.local.s3", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--admin-file", type=Path, required=True)
    for name in ("issuer", "jwks-uri", "client-id", "name-claim"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("s3-port", "master-port", "volume-port", "filer-port"):
        parser.add_argument(f"--{name}", type=int, required=True)
    found = parser.parse_args(arguments)
    return S3Options(
        folder=found.folder,
        admin_file=found.admin_file,
        issuer=found.issuer,
        jwks_uri=found.jwks_uri,
        client_id=found.client_id,
        name_claim=found.name_claim,
        ports=S3Ports(found.s3_port, found.master_port, found.volume_port, found.filer_port),
    )
