"""Prepares the folder of S3 and gives the command that runs SeaweedFS in it."""

import base64
import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from eohub_hub.local.errors import BrokenState
from eohub_hub.local.files import private_folder, write_atomically
from eohub_hub.local.s3.admin import ensure_admin_keys
from eohub_hub.local.s3.certificates import ensure_certificates
from eohub_hub.local.s3.configuration import Keys, access_json, identities_json, security_toml
from eohub_hub.local.s3.options import S3Options

GOMEMLIMIT = "300MiB"
"""Soft limit of the Go heap. It must lie well above the 230 MB that SeaweedFS allocates at its start and
hardly touches: below that its collector never rests, which takes a tenth of a core and saves no memory.
With the flags below 112 MB resident idle, 263 MB at most during 256 MiB of traffic and 156 MB after it."""


@dataclass(frozen=True)
class Launch:
    """How to run SeaweedFS: in `folder`, with nothing else in its environment, umask 077."""

    command: list[str]
    environment: dict[str, str]
    folder: Path


def prepare(
    options: S3Options, weed: Path, now: datetime, token_bytes: Callable[[int], bytes] = secrets.token_bytes
) -> Launch:
    """Make folder, keys, certificates and configuration (kept on later calls) and say how to start.

    Raises DiskTrouble when the folder cannot be written, BrokenState when a kept secret is damaged.
    """
    _write_folder(options, now, token_bytes)
    # GOMEMLIMIT is all it needs: a WEED_* variable would win over security.toml, so none is passed on.
    return Launch(
        weed_command(options, weed), {"GOMEMLIMIT": GOMEMLIMIT, "HOME": "/nonexistent"}, options.folder
    )


def weed_command(options: S3Options, weed: Path) -> list[str]:
    """The command line of `weed server`; paths are relative to the folder, so that it can be moved.

    The two local sockets would by default lie in /tmp; relative names also keep them below the
    108 bytes that a socket's path may have.
    """
    ports = options.ports
    flags = {
        "dir": "data",
        "ip": "127.0.0.1",
        "ip.bind": "127.0.0.1",
        "master.port": ports.master,
        "master.peers": "none",
        "master.volumeSizeLimitMB": 512,
        "master.telemetry": "false",
        "volume.port": ports.volume,
        "volume.max": 100,
        "volume.preStopSeconds": 0,
        "filer": "true",
        "filer.port": ports.filer,
        "filer.localSocket": "filer.sock",
        "filer.disableDirListing": "true",
        "filer.exposeDirectoryData": "false",
        "filer.tusBasePath": "",
        "filer.ui.deleteDir": "false",
        "s3": "true",
        "s3.port": ports.s3,
        "s3.port.iceberg": 0,
        "s3.port.lance": 0,
        "s3.localSocket": "s3.sock",
        "s3.config": "identities.json",
        "s3.iam.config": "access.json",
        "s3.iam": "false",
        "s3.autoCreateBucket": "false",
        "s3.allowDeleteBucketNotEmpty": "false",
        "s3.cacheCapacityMB": 16,
    }
    return [str(weed), "-logtostderr=true", "server", *(f"-{name}={value}" for name, value in flags.items())]


def _write_folder(options: S3Options, now: datetime, token_bytes: Callable[[int], bytes]) -> None:
    folder = private_folder(options.folder)
    private_folder(folder / "data")
    ensure_certificates(folder / "certificates", now)
    keys = _ensure_keys(folder / "keys.json", token_bytes)
    admin = ensure_admin_keys(options.admin_file, token_bytes)
    write_atomically(folder / "security.toml", security_toml(keys).encode())
    write_atomically(
        folder / "identities.json", identities_json(admin.access_key_id, admin.secret_access_key).encode()
    )
    write_atomically(folder / "access.json", access_json(options, keys.session).encode())


def _ensure_keys(file: Path, token_bytes: Callable[[int], bytes]) -> Keys:
    if not file.exists():
        write_atomically(file, json.dumps(asdict(_new_keys(token_bytes)), indent=2).encode())
    try:
        return Keys(**json.loads(file.read_bytes()))
    except (ValueError, TypeError):
        raise BrokenState(f"{file} does not hold keys.", hint="Remove it: new ones are made.") from None


def _new_keys(token_bytes: Callable[[int], bytes]) -> Keys:
    hexadecimal = [token_bytes(32).hex() for _ in range(4)]
    return Keys(*hexadecimal, session=base64.b64encode(token_bytes(32)).decode())
