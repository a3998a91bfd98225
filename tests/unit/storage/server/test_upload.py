"""An object in parts: one PutObject where it is small, else parts of 8 MiB; a failure leaves nothing."""

from datetime import UTC, datetime
from typing import Any

import pytest

from eohub_storage.server.upload import PART_BYTES, S3Upload

NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Recorder:
    """Notes the calls and answers them as S3 does."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []

    async def __call__(self, method: str, bucket: str, key: str, **arguments: Any) -> Any:
        self.calls.append((method, arguments))
        sent = sum(len(each.get("Body", b"")) for _, each in self.calls)
        answers = {
            "create_multipart_upload": {"UploadId": "u1"},
            "upload_part": {"ETag": f"e{arguments.get('PartNumber')}"},
            "head_object": {"ContentLength": sent, "LastModified": NOW},
        }
        return answers.get(method, {})

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.calls]


async def sent(size: int, piece: int = 65536) -> tuple[Recorder, int]:
    recorder = Recorder()
    upload = S3Upload(recorder, "users", "alice/x")
    for start in range(0, size, piece):
        await upload.send(b"x" * min(piece, size - start))
    facts = await upload.finish()
    return recorder, facts.size


@pytest.mark.parametrize("size", [0, 1, PART_BYTES - 1])
async def test_a_small_object_is_one_request(size: int) -> None:
    recorder, stored = await sent(size)
    assert recorder.names == ["put_object", "head_object"]
    assert stored == size


@pytest.mark.parametrize(("size", "parts"), [(PART_BYTES, 1), (PART_BYTES + 1, 2), (3 * PART_BYTES, 3)])
async def test_a_large_object_is_sent_in_whole_parts_and_a_rest(size: int, parts: int) -> None:
    recorder, stored = await sent(size)
    assert recorder.names == [
        "create_multipart_upload", *["upload_part"] * parts, "complete_multipart_upload", "head_object",
    ]  # fmt: skip
    assert stored == size
    completed = dict(recorder.calls)["complete_multipart_upload"]["MultipartUpload"]["Parts"]
    assert completed == [{"ETag": f"e{n}", "PartNumber": n} for n in range(1, parts + 1)]


async def test_no_more_than_a_part_is_held_however_the_pieces_come() -> None:
    recorder, _ = await sent(2 * PART_BYTES + 5, piece=3 * PART_BYTES)
    assert [len(each["Body"]) for name, each in recorder.calls if name == "upload_part"] == [
        PART_BYTES, PART_BYTES, 5,
    ]  # fmt: skip


async def test_giving_up_has_s3_drop_the_parts() -> None:
    recorder = Recorder()
    upload = S3Upload(recorder, "users", "alice/x")
    await upload.send(b"x" * PART_BYTES)
    await upload.abort()
    assert recorder.calls[-1] == (
        "abort_multipart_upload",
        {"Bucket": "users", "Key": "alice/x", "UploadId": "u1"},
    )


async def test_giving_up_before_the_first_part_asks_s3_nothing() -> None:
    recorder = Recorder()
    await S3Upload(recorder, "users", "alice/x").abort()
    assert recorder.calls == []
