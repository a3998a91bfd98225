"""Keys for obstore, which reads no AWS configuration file: `S3Store("users", **s3_options())`."""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

_KEPT = timedelta(minutes=5)
"""botocore renews keys with less than 15 minutes left, so what it gives lasts longer than this."""


class CredentialProvider:
    """Gives obstore the keys that boto3 would use, and asks boto3 again every five minutes."""

    def __init__(self, session: boto3.Session | None = None) -> None:
        found = (session or boto3.Session()).get_credentials()
        if found is None:
            raise RuntimeError("There are no S3 keys: this is no server that an EOHub started.")
        self._credentials = found

    def __call__(self) -> dict[str, Any]:
        """Keys and when to ask again, in obstore's form."""
        keys = self._credentials.get_frozen_credentials()
        return {
            "access_key_id": keys.access_key,
            "secret_access_key": keys.secret_key,
            "token": keys.token,
            "expires_at": datetime.now(UTC) + _KEPT,
        }


def s3_options(session: boto3.Session | None = None) -> dict[str, Any]:
    """Keyword arguments of `obstore.store.S3Store`: endpoint, region and keys of this server."""
    session = session or boto3.Session()
    # boto3 has no public way to ask for the configured endpoint but to make a client, which asks no server.
    endpoint: str = session.client("s3").meta.endpoint_url
    return {
        "endpoint": endpoint,
        "region": session.region_name,
        "virtual_hosted_style_request": False,
        "credential_provider": CredentialProvider(session),
        "client_options": {"allow_http": endpoint.startswith("http://")},
    }
