"""One object that is written in parts, so that its size need not be known and memory stays bounded."""

from typing import Any, Protocol

from eohub_storage.ports import ObjectFacts

PART_BYTES = 8 * 2**20
"""S3 wants at least 5 MiB, and takes 10,000 parts: 78 GiB."""


class Call(Protocol):
    """Calls a method of S3 for a bucket and a key; failures are this feature's errors."""

    async def __call__(self, method: str, bucket: str, key: str, **arguments: Any) -> Any:
        """The answer of S3."""
        ...


class S3Upload:
    """An Upload: one PutObject where the object is small, a multipart upload otherwise."""

    def __init__(self, call: Call, bucket: str, key: str) -> None:
        self._call = call
        self._where = (bucket, key)
        self._target: dict[str, Any] = {"Bucket": bucket, "Key": key}
        self._held = bytearray()
        self._parts: list[dict[str, object]] = []
        self._begun = False

    async def send(self, piece: bytes) -> None:
        """Hold the piece, and send what makes a whole part."""
        self._held += piece
        while len(self._held) >= PART_BYTES:
            await self._send_part(bytes(self._held[:PART_BYTES]))
            del self._held[:PART_BYTES]

    async def finish(self) -> ObjectFacts:
        """Send the rest and make the object."""
        if not self._begun:
            await self._do("put_object", Body=bytes(self._held))
        else:
            if self._held:
                await self._send_part(bytes(self._held))
            await self._do("complete_multipart_upload", MultipartUpload={"Parts": self._parts})
        answer = await self._call("head_object", *self._where, Bucket=self._where[0], Key=self._where[1])
        return facts_of(self._where[1], answer)

    async def abort(self) -> None:
        """Have S3 drop the parts that it has."""
        if self._begun:
            await self._do("abort_multipart_upload")

    async def _send_part(self, body: bytes) -> None:
        if not self._begun:
            begun = await self._do("create_multipart_upload")
            self._target["UploadId"] = begun["UploadId"]
            self._begun = True
        number = len(self._parts) + 1
        sent = await self._do("upload_part", PartNumber=number, Body=body)
        self._parts.append({"ETag": sent["ETag"], "PartNumber": number})

    async def _do(self, method: str, **arguments: Any) -> Any:
        return await self._call(method, *self._where, **self._target, **arguments)


def facts_of(key: str, answer: Any) -> ObjectFacts:
    """What an answer of GetObject or HeadObject says about the object."""
    return ObjectFacts(key, answer["ContentLength"], answer["LastModified"])
