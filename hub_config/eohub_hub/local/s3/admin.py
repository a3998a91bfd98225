"""The administrator's key of S3, and what is done with it: making the buckets."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from eohub_hub.local.errors import BrokenState, PartFailed
from eohub_hub.local.files import private_folder, write_atomically
from eohub_toolkit.errors import Unavailable

REGION = "eohub-local"


@dataclass(frozen=True)
class AdminKeys:
    """The lasting key that may do everything in S3; for the seed and the making of buckets only."""

    access_key_id: str
    secret_access_key: str


def ensure_admin_keys(file: Path, token_bytes: Callable[[int], bytes]) -> AdminKeys:
    """The administrator's key in `file` (0600), generated on the first call."""
    private_folder(file.parent)
    if not file.exists():
        keys = AdminKeys(f"EOHUB{token_bytes(8).hex().upper()[:15]}", token_bytes(30).hex())
        write_atomically(file, json.dumps(asdict(keys), indent=2).encode())
    return read_admin_keys(file)


def read_admin_keys(file: Path) -> AdminKeys:
    """The administrator's key; raises BrokenState where S3 has never been started."""
    try:
        return AdminKeys(**json.loads(file.read_bytes()))
    except FileNotFoundError:
        raise BrokenState("S3 has no administrator's key yet.", hint="Start the stack first.") from None
    except (ValueError, TypeError):
        raise BrokenState(f"{file} does not hold S3 keys.", hint="Remove it: new ones are made.") from None


def wait_until_ready(endpoint: str, *, seconds: float = 30.0) -> None:
    """Return once S3 answers at `endpoint`; raises PartFailed after `seconds`."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{endpoint}/healthz", timeout=2):  # noqa: S310
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise PartFailed(f"S3 did not answer at {endpoint} within {seconds:g} s.", hint="See the log of S3.")


def ensure_buckets(endpoint: str, keys: AdminKeys, buckets: Sequence[str]) -> None:
    """Make each of `buckets` that does not exist yet; raises Unavailable where S3 cannot or will not."""
    # botocore takes 0.3 s and 30 MB to import; only the seed step pays for it.
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=keys.access_key_id,
        aws_secret_access_key=keys.secret_access_key,
        config=Config(
            s3={"addressing_style": "path"},
            connect_timeout=5,
            read_timeout=10,
            retries={"mode": "standard", "total_max_attempts": 3},
        ),
    )
    for bucket in buckets:
        try:
            client.create_bucket(Bucket=bucket)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
                raise _without_bucket(bucket, code) from error
        except (BotoCoreError, ResponseParserError) as error:
            raise _without_bucket(bucket, type(error).__name__) from error


def _without_bucket(bucket: str, reason: str) -> Unavailable:
    return Unavailable(
        f"S3 did not make the bucket {bucket} ({reason}).", hint="Start again once S3 works: see its log."
    )
