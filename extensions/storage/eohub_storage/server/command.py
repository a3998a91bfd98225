"""The `eohub-credentials` command: keys for an AWS SDK, in the `credential_process` form.

Every SDK starts it as a process of its own, so it imports http.client instead of our HTTP client,
which would take ten times as long to load, and neither pydantic nor the contract.
"""

import http.client
import json
from collections.abc import Mapping
from typing import Any, TextIO, cast
from urllib.parse import urlsplit

_DEADLINE_SECONDS = 20.0
_LARGEST_ANSWER = 65_536
KEY_NAMES = ("AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration")
"""What an SDK reads of the answer, beside its `Version`."""


class NoCredentials(Exception):
    """There are no keys; the message is one or two sentences for the person."""


def run(environ: Mapping[str, str], out: TextIO, err: TextIO) -> int:
    """Write keys as JSON to `out` and return 0, or write a sentence to `err` and return 1."""
    try:
        keys = fetch(environ.get("EOHUB_STORAGE_URL", ""), environ.get("JUPYTERHUB_API_TOKEN", ""))
    except NoCredentials as error:
        err.write(f"{error}\n")
        return 1
    json.dump({"Version": 1, **keys}, out)
    out.write("\n")
    return 0


def fetch(storage_url: str, hub_token: str) -> dict[str, str]:
    """The four AWS values from the storage service at `storage_url`; raises NoCredentials."""
    if not storage_url or not hub_token:
        raise NoCredentials("EOHub's S3 keys exist only in a server that an EOHub started.")
    status, body = _post(f"{storage_url.rstrip('/')}/credentials", hub_token)
    if status != http.client.OK:
        raise NoCredentials(_sentence(status, body))
    if not all(isinstance(body.get(name), str) for name in KEY_NAMES):
        raise NoCredentials("The storage service sent no keys. Tell your administrator.")
    return {name: body[name] for name in KEY_NAMES}


def _post(url: str, hub_token: str) -> tuple[int, dict[str, Any]]:
    address = urlsplit(url)
    kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
    if address.scheme not in kinds or not address.hostname:
        raise NoCredentials("EOHUB_STORAGE_URL is not a URL. Restart your server from the hub.")
    connection = kinds[address.scheme](address.hostname, address.port, timeout=_DEADLINE_SECONDS)
    try:
        connection.request("POST", address.path, headers={"Authorization": f"token {hub_token}"})
        answer = connection.getresponse()
        return answer.status, _parsed(answer.read(_LARGEST_ANSWER))
    except (OSError, http.client.HTTPException):
        raise NoCredentials("The storage service cannot be reached. Try again in a moment.") from None
    finally:
        connection.close()


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        found: object = json.loads(body)
    except ValueError:
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _sentence(status: int, problem: Mapping[str, Any]) -> str:
    detail, hint = problem.get("detail"), problem.get("hint")
    if not isinstance(detail, str):
        return f"The storage service answered with status {status}. Try again in a moment."
    return f"{detail} {hint}" if isinstance(hint, str) else detail
