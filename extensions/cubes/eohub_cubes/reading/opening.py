"""From an address to the reader of what lies there."""

from urllib.parse import urlsplit

import boto3
from obstore.auth.boto3 import Boto3CredentialProvider
from obstore.store import HTTPStore, LocalStore, S3Store

from eohub_cubes.contract import DataAsset
from eohub_cubes.errors import NotReadable
from eohub_cubes.ports import ObjectReader
from eohub_cubes.reading.objects import ObstoreReader


def reader_of(asset: DataAsset) -> ObjectReader:
    """The reader of an asset's objects; asks nothing yet. Raises NotReadable for another kind of address."""
    parts = urlsplit(asset.href)
    match parts.scheme:
        case "http" | "https":
            store = HTTPStore(
                f"{parts.scheme}://{parts.netloc}", client_options={"allow_http": parts.scheme == "http"}
            )
            return ObstoreReader(store, parts.path, parts.netloc, lists=False)
        case "s3":
            return _s3(parts.netloc, parts.path)
        case "" if asset.href.startswith("/"):
            return ObstoreReader(LocalStore("/"), asset.href, "")
        case _:
            raise NotReadable(f"Data at an address of the kind {parts.scheme or 'path'} cannot be read here.")


def _s3(bucket: str, path: str) -> ObjectReader:
    session = boto3.Session()
    endpoint: str = session.client("s3").meta.endpoint_url
    store = S3Store(
        bucket,
        endpoint=endpoint,
        region=session.region_name or "us-east-1",
        virtual_hosted_style_request=False,
        credential_provider=Boto3CredentialProvider(session),
        client_options={"allow_http": endpoint.startswith("http://")},
    )
    return ObstoreReader(store, path, urlsplit(endpoint).netloc)
