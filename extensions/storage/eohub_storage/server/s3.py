"""S3 as the person of this server sees it, by boto3 and the ordinary AWS configuration."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from threading import Lock
from typing import Any

from botocore.exceptions import ClientError

from eohub_storage.errors import AlreadyThere, Missing, TooLarge
from eohub_storage.ports import Download, Listing, ObjectFacts
from eohub_storage.server.refusals import explained
from eohub_storage.server.upload import S3Upload, facts_of

_PIECE_BYTES = 2**20
_METHODS = {"download": "get_object", "upload": "put_object"}

type MakeClient = Callable[[], Any]


class S3Objects:
    """An ObjectStore; `make_client` gives a boto3 client and is called once, with the first request."""

    def __init__(self, make_client: MakeClient) -> None:
        self._make_client = make_client
        self._making = Lock()
        self._client: Any = None

    async def page(self, bucket: str, prefix: str, after: str, limit: int) -> Listing:
        """One ListObjectsV2; `after` is the token that S3 gave with the page before."""
        options = {"ContinuationToken": after} if after else {}
        found = await self._call(
            "list_objects_v2", bucket, prefix,
            Bucket=bucket, Prefix=prefix, Delimiter="/", MaxKeys=limit, **options,
        )  # fmt: skip
        return Listing(
            prefixes=tuple(each["Prefix"] for each in found.get("CommonPrefixes", ())),
            objects=tuple(
                ObjectFacts(each["Key"], each["Size"], each["LastModified"])
                for each in found.get("Contents", ())
            ),
            next=found.get("NextContinuationToken") if found.get("IsTruncated") else None,
        )

    async def read(self, bucket: str, key: str, most_bytes: int) -> tuple[ObjectFacts, bytes]:
        """GetObject, whose body stays unread where it is too large."""
        found = await self._call("get_object", bucket, key, Bucket=bucket, Key=key)
        facts = facts_of(key, found)
        with found["Body"] as body:
            if facts.size > most_bytes:
                raise TooLarge(
                    f"The object is larger than the {most_bytes // 2**20} MiB that are opened here.",
                    hint="Download it, or read it in a notebook.",
                )
            return facts, await asyncio.to_thread(body.read)

    async def mark(self, bucket: str, prefix: str) -> None:
        """PutObject of nothing."""
        await self._call("put_object", bucket, prefix, Bucket=bucket, Key=prefix, Body=b"")

    async def upload(self, bucket: str, key: str, *, replace: bool) -> S3Upload:
        """Nothing is sent yet but the question whether the object is there."""
        if not replace:
            await self.require_absent(bucket, key)
        return S3Upload(self._call, bucket, key)

    @asynccontextmanager
    async def download(self, bucket: str, key: str) -> AsyncGenerator[Download]:
        """GetObject with its body in pieces."""
        found = await self._call("get_object", bucket, key, Bucket=bucket, Key=key)
        with found["Body"] as body:
            yield Download(facts_of(key, found), _pieces(body))

    async def copy(self, bucket: str, key: str, target: str) -> None:
        """CopyObject, in parts where the object is large."""
        await self.require_absent(bucket, target)
        source = {"Bucket": bucket, "Key": key}
        await self._call("copy", bucket, key, CopySource=source, Bucket=bucket, Key=target)

    async def require_absent(self, bucket: str, key: str) -> None:
        """HeadObject; what may not be looked at counts as absent only where S3 says so."""
        try:
            await self._call("head_object", bucket, key, Bucket=bucket, Key=key)
        except Missing:
            return
        raise AlreadyThere(
            f"There is an object {key.rpartition('/')[2]} here already.", hint="Choose another name."
        )

    async def remove(self, bucket: str, key: str) -> None:
        """DeleteObject."""
        await self._call("delete_object", bucket, key, Bucket=bucket, Key=key)

    async def remove_below(self, bucket: str, prefix: str, most: int) -> tuple[int, bool]:
        """ListObjectsV2 and DeleteObjects, once each."""
        found = await self._call(
            "list_objects_v2", bucket, prefix, Bucket=bucket, Prefix=prefix, MaxKeys=most
        )
        keys = [each["Key"] for each in found.get("Contents", ())]
        if keys:
            wanted = {"Objects": [{"Key": key} for key in keys], "Quiet": True}
            answer = await self._call("delete_objects", bucket, prefix, Bucket=bucket, Delete=wanted)
            for error in answer.get("Errors", ()):
                raise explained(
                    ClientError({"Error": {"Code": error.get("Code", "")}}, "DeleteObjects"), bucket, prefix
                )
        return len(keys), not found.get("IsTruncated")

    async def address(self, bucket: str, key: str, direction: str, seconds: int) -> str:
        """A presigned URL; making it asks S3 nothing, so it may lead to a refusal."""
        return await asyncio.to_thread(self._presign, _METHODS[direction], bucket, key, seconds)

    async def buckets(self) -> list[str]:
        """The names of all buckets that S3 lists for these keys."""
        found = await self._call("list_buckets", "", "")
        return [each["Name"] for each in found.get("Buckets", ())]

    async def _call(self, method: str, bucket: str, key: str, **arguments: Any) -> Any:
        """Call a method of the client in a thread; failures become this feature's errors."""
        return await asyncio.to_thread(self._call_now, method, bucket, key, arguments)

    def _call_now(self, method: str, bucket: str, key: str, arguments: dict[str, Any]) -> Any:
        try:
            return getattr(self._connected(), method)(**arguments)
        except Exception as error:
            raise explained(error, bucket, key) from error

    def _presign(self, method: str, bucket: str, key: str, seconds: int) -> str:
        try:
            parameters = {"Bucket": bucket, "Key": key}
            if method == "get_object":
                parameters["ResponseContentDisposition"] = "attachment"
            return self._connected().generate_presigned_url(method, Params=parameters, ExpiresIn=seconds)
        except Exception as error:
            raise explained(error, bucket, key) from error

    def _connected(self) -> Any:
        with self._making:
            self._client = self._client or self._make_client()
            return self._client


async def _pieces(body: Any) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(body.read, _PIECE_BYTES):
        yield piece


def new_client() -> Any:
    """A boto3 client of this server's AWS configuration, whose URLs are signed by version 4."""
    import boto3
    from botocore.config import Config

    config = Config(
        signature_version="s3v4", connect_timeout=5, read_timeout=60, max_pool_connections=10,
        retries={"mode": "standard", "total_max_attempts": 3},
    )  # fmt: skip
    return boto3.client("s3", config=config)
