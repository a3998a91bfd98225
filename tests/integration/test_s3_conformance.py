"""Forty S3 calls as libraries make them, against the S3 of one machine; the count is printed at the end."""

import base64
import hashlib
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Generator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from fakes.storage_issuer import FakeIssuer
from fakes.storage_s3 import REGION, RunningS3, running_s3

pytestmark = pytest.mark.real

BUCKET = "conformance"
PART = 5 * 2**20
CALLS: dict[str, Callable[[Any], None]] = {}


def call[F: Callable[[Any], None]](function: F) -> F:
    """Note a call by its name."""
    CALLS[function.__name__.replace("_", " ")] = function
    return function


def put(s3: Any, key: str, body: bytes = b"x", **options: Any) -> Any:
    return s3.put_object(Bucket=BUCKET, Key=key, Body=body, **options)


def got(s3: Any, key: str, **options: Any) -> bytes:
    return s3.get_object(Bucket=BUCKET, Key=key, **options)["Body"].read()


def keys(page: Any) -> list[str]:
    return [each["Key"] for each in page.get("Contents", ())]


def refused(code: str, work: Callable[[], object]) -> None:
    with pytest.raises(ClientError) as caught:
        work()
    assert caught.value.response["Error"]["Code"] == code


def uploaded(s3: Any, key: str, parts: dict[int, bytes], order: list[int]) -> bytes:
    which = {"Bucket": BUCKET, "Key": key}
    which["UploadId"] = s3.create_multipart_upload(**which)["UploadId"]
    tags = {n: s3.upload_part(**which, PartNumber=n, Body=parts[n])["ETag"] for n in order}
    done = [{"PartNumber": n, "ETag": tags[n]} for n in sorted(tags)]
    s3.complete_multipart_upload(**which, MultipartUpload={"Parts": done})
    return got(s3, key)


def fetched(url: str, data: bytes | None = None, method: str = "GET") -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, method=method)) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, b""


@call
def put_and_get(s3: Any) -> None:
    put(s3, "a", b"hello")
    assert got(s3, "a") == b"hello"


@call
def put_empty(s3: Any) -> None:
    put(s3, "empty", b"")
    assert got(s3, "empty") == b""


@call
def etag_is_md5(s3: Any) -> None:
    assert put(s3, "md5", b"hello")["ETag"] == f'"{hashlib.md5(b"hello").hexdigest()}"'


@call
def head_tells_length_and_type(s3: Any) -> None:
    put(s3, "typed", b"{}", ContentType="application/json")
    head = s3.head_object(Bucket=BUCKET, Key="typed")
    assert (head["ContentLength"], head["ContentType"]) == (2, "application/json")


@call
def head_of_nothing_is_404(s3: Any) -> None:
    refused("404", lambda: s3.head_object(Bucket=BUCKET, Key="never"))


@call
def get_of_nothing_is_no_such_key(s3: Any) -> None:
    refused("NoSuchKey", lambda: got(s3, "never"))


@call
def get_of_no_bucket_is_no_such_bucket(s3: Any) -> None:
    refused("NoSuchBucket", lambda: s3.list_objects_v2(Bucket="never-made"))


@call
def metadata_comes_back(s3: Any) -> None:
    put(s3, "meta", Metadata={"run": "42", "sensor": "msi"})
    assert s3.head_object(Bucket=BUCKET, Key="meta")["Metadata"] == {"run": "42", "sensor": "msi"}


@call
def content_headers_come_back(s3: Any) -> None:
    put(s3, "cached", CacheControl="max-age=60", ContentEncoding="gzip")
    head = s3.head_object(Bucket=BUCKET, Key="cached")
    assert (head["CacheControl"], head["ContentEncoding"]) == ("max-age=60", "gzip")


@call
def range_from_the_middle(s3: Any) -> None:
    put(s3, "range", b"0123456789")
    assert got(s3, "range", Range="bytes=2-5") == b"2345"


@call
def range_of_the_end(s3: Any) -> None:
    put(s3, "range", b"0123456789")
    assert got(s3, "range", Range="bytes=-3") == b"789"


@call
def range_beyond_the_end_is_416(s3: Any) -> None:
    put(s3, "range", b"0123456789")
    refused("InvalidRange", lambda: got(s3, "range", Range="bytes=100-200"))


@call
def range_of_an_object_with_a_checksum(s3: Any) -> None:
    put(s3, "summed", b"0123456789", ChecksumAlgorithm="CRC32")
    assert got(s3, "summed", Range="bytes=1-3", ChecksumMode="ENABLED") == b"123"


@call
def checksum_crc32_comes_back(s3: Any) -> None:
    put(s3, "crc", b"hello", ChecksumAlgorithm="CRC32")
    head = s3.head_object(Bucket=BUCKET, Key="crc", ChecksumMode="ENABLED")
    assert head["ChecksumCRC32"] == base64.b64encode(zlib.crc32(b"hello").to_bytes(4)).decode()


@call
def checksum_sha256_that_is_wrong_is_refused(s3: Any) -> None:
    wrong = base64.b64encode(b"0" * 32).decode()
    with pytest.raises(ClientError) as caught:
        put(s3, "sha", b"hello", ChecksumSHA256=wrong)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


@call
def put_if_none_match_keeps_what_is_there(s3: Any) -> None:
    put(s3, "once", b"first", IfNoneMatch="*")
    refused("PreconditionFailed", lambda: put(s3, "once", b"second", IfNoneMatch="*"))
    assert got(s3, "once") == b"first"


@call
def get_if_none_match_is_304(s3: Any) -> None:
    tag = put(s3, "same")["ETag"]
    refused("304", lambda: got(s3, "same", IfNoneMatch=tag))


@call
def get_if_match_of_another_is_412(s3: Any) -> None:
    put(s3, "other")
    refused("PreconditionFailed", lambda: got(s3, "other", IfMatch='"0"'))


@call
def multipart_in_order(s3: Any) -> None:
    parts = {1: b"a" * PART, 2: b"b" * PART, 3: b"end"}
    assert uploaded(s3, "parts", parts, [1, 2, 3]) == b"".join(parts.values())


@call
def multipart_out_of_order_with_gaps(s3: Any) -> None:
    parts = {2: b"a" * PART, 5: b"b" * PART, 9: b"end"}
    assert uploaded(s3, "gaps", parts, [9, 2, 5]) == b"".join(parts.values())


@call
def multipart_part_sent_again_replaces(s3: Any) -> None:
    which = {"Bucket": BUCKET, "Key": "again"}
    which["UploadId"] = s3.create_multipart_upload(**which)["UploadId"]
    s3.upload_part(**which, PartNumber=1, Body=b"old")
    tag = s3.upload_part(**which, PartNumber=1, Body=b"new")["ETag"]
    s3.complete_multipart_upload(**which, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": tag}]})
    assert got(s3, "again") == b"new"


@call
def multipart_parts_are_listed(s3: Any) -> None:
    which = {"Bucket": BUCKET, "Key": "listed"}
    which["UploadId"] = s3.create_multipart_upload(**which)["UploadId"]
    s3.upload_part(**which, PartNumber=3, Body=b"abc")
    found = [(each["PartNumber"], each["Size"]) for each in s3.list_parts(**which)["Parts"]]
    s3.abort_multipart_upload(**which)
    assert found == [(3, 3)]


@call
def multipart_aborted_leaves_nothing(s3: Any) -> None:
    which = {"Bucket": BUCKET, "Key": "aborted"}
    which["UploadId"] = s3.create_multipart_upload(**which)["UploadId"]
    s3.upload_part(**which, PartNumber=1, Body=b"abc")
    s3.abort_multipart_upload(**which)
    refused("404", lambda: s3.head_object(Bucket=BUCKET, Key="aborted"))
    refused("NoSuchUpload", lambda: s3.list_parts(**which))


@call
def multipart_copies_a_range_of_another(s3: Any) -> None:
    put(s3, "source", b"0123456789")
    which = {"Bucket": BUCKET, "Key": "part-copy"}
    which["UploadId"] = s3.create_multipart_upload(**which)["UploadId"]
    part = s3.upload_part_copy(
        **which, PartNumber=1, CopySource=f"{BUCKET}/source", CopySourceRange="bytes=2-4"
    )
    done = [{"PartNumber": 1, "ETag": part["CopyPartResult"]["ETag"]}]
    s3.complete_multipart_upload(**which, MultipartUpload={"Parts": done})
    assert got(s3, "part-copy") == b"234"


@call
def copy_keeps_content_and_metadata(s3: Any) -> None:
    put(s3, "from", b"kept", Metadata={"run": "7"})
    s3.copy_object(Bucket=BUCKET, Key="to", CopySource=f"{BUCKET}/from")
    assert got(s3, "to") == b"kept"
    assert s3.head_object(Bucket=BUCKET, Key="to")["Metadata"] == {"run": "7"}


@call
def copy_may_replace_metadata(s3: Any) -> None:
    put(s3, "from", Metadata={"run": "7"})
    s3.copy_object(
        Bucket=BUCKET, Key="to", CopySource=f"{BUCKET}/from", MetadataDirective="REPLACE",
        Metadata={"run": "8"},
    )  # fmt: skip
    assert s3.head_object(Bucket=BUCKET, Key="to")["Metadata"] == {"run": "8"}


@call
def delete_is_idempotent(s3: Any) -> None:
    put(s3, "gone")
    for _ in range(2):
        s3.delete_object(Bucket=BUCKET, Key="gone")
    refused("NoSuchKey", lambda: got(s3, "gone"))


@call
def delete_many_at_once(s3: Any) -> None:
    names = [f"batch/{number}" for number in range(20)]
    for name in names:
        put(s3, name)
    asked = {"Objects": [{"Key": name} for name in names]}
    assert len(s3.delete_objects(Bucket=BUCKET, Delete=asked)["Deleted"]) == 20
    assert keys(s3.list_objects_v2(Bucket=BUCKET, Prefix="batch/")) == []


@call
def list_with_a_delimiter(s3: Any) -> None:
    for name in ("d/a", "d/b/1", "d/b/2", "d/c/1"):
        put(s3, name)
    page = s3.list_objects_v2(Bucket=BUCKET, Prefix="d/", Delimiter="/")
    assert keys(page) == ["d/a"]
    assert [each["Prefix"] for each in page["CommonPrefixes"]] == ["d/b/", "d/c/"]


@call
def list_after_a_name(s3: Any) -> None:
    for name in ("s/1", "s/2", "s/3"):
        put(s3, name)
    assert keys(s3.list_objects_v2(Bucket=BUCKET, Prefix="s/", StartAfter="s/1")) == ["s/2", "s/3"]


@call
def list_in_pages_without_gap_or_repeat(s3: Any) -> None:
    names = [f"p/{number:02}" for number in range(25)]
    for name in names:
        put(s3, name)
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=BUCKET, Prefix="p/", PaginationConfig={"PageSize": 10}
    )
    found = [keys(page) for page in pages]
    assert [len(page) for page in found] == [10, 10, 5]
    assert [name for page in found for name in page] == names


@call
def list_of_the_first_version_pages_by_marker(s3: Any) -> None:
    for name in ("m/1", "m/2", "m/3"):
        put(s3, name)
    page = s3.list_objects(Bucket=BUCKET, Prefix="m/", MaxKeys=2)
    assert (keys(page), page["IsTruncated"]) == (["m/1", "m/2"], True)
    assert keys(s3.list_objects(Bucket=BUCKET, Prefix="m/", Marker="m/2")) == ["m/3"]


@call
def a_key_and_a_key_below_it(s3: Any) -> None:
    put(s3, "k", b"file")
    put(s3, "k/x", b"below")
    assert (got(s3, "k"), got(s3, "k/x")) == (b"file", b"below")


@call
def keys_in_any_script(s3: Any) -> None:
    name = "ü/日本 語/a+b&c=d%20e'f(1)"
    put(s3, name, b"1")
    assert got(s3, name) == b"1"
    assert keys(s3.list_objects_v2(Bucket=BUCKET, Prefix="ü/")) == [name]


@call
def presigned_get(s3: Any) -> None:
    put(s3, "lent", b"lent")
    url = s3.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "lent"}, 60)
    assert "X-Amz-Signature" in url
    assert fetched(url) == (200, b"lent")


@call
def presigned_put(s3: Any) -> None:
    url = s3.generate_presigned_url("put_object", {"Bucket": BUCKET, "Key": "given"}, 60)
    assert fetched(url, b"given", "PUT")[0] == 200
    assert got(s3, "given") == b"given"


@call
def presigned_for_one_object_opens_no_other(s3: Any) -> None:
    put(s3, "closed")
    url = s3.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "lent"}, 60)
    assert fetched(url.replace("/lent?", "/closed?"))[0] == 403


@call
def tags_of_an_object(s3: Any) -> None:
    put(s3, "tagged")
    tags = [{"Key": "mission", "Value": "s2"}]
    s3.put_object_tagging(Bucket=BUCKET, Key="tagged", Tagging={"TagSet": tags})
    assert s3.get_object_tagging(Bucket=BUCKET, Key="tagged")["TagSet"] == tags
    s3.delete_object_tagging(Bucket=BUCKET, Key="tagged")
    assert s3.get_object_tagging(Bucket=BUCKET, Key="tagged")["TagSet"] == []


@call
def versions_keep_what_was_there(s3: Any) -> None:
    first = s3.put_object(Bucket=f"{BUCKET}-versions", Key="v", Body=b"1")["VersionId"]
    s3.put_object(Bucket=f"{BUCKET}-versions", Key="v", Body=b"2")
    old = s3.get_object(Bucket=f"{BUCKET}-versions", Key="v", VersionId=first)["Body"].read()
    assert old == b"1"
    found = s3.list_object_versions(Bucket=f"{BUCKET}-versions", Prefix="v")["Versions"]
    assert len(found) == 2


@call
def delete_markers_hide_and_can_be_taken_back(s3: Any) -> None:
    where = {"Bucket": f"{BUCKET}-versions", "Key": "hidden"}
    s3.put_object(**where, Body=b"1")
    marker = s3.delete_object(**where)
    assert marker["DeleteMarker"] is True
    refused("NoSuchKey", lambda: s3.get_object(**where))
    s3.delete_object(**where, VersionId=marker["VersionId"])
    assert s3.get_object(**where)["Body"].read() == b"1"


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Generator[Any]:
    with FakeIssuer() as issuer, running_s3(tmp_path_factory.mktemp("conformance"), issuer) as running:
        client = of_admin(running)
        client.create_bucket(Bucket=BUCKET)
        client.create_bucket(Bucket=f"{BUCKET}-versions")
        client.put_bucket_versioning(
            Bucket=f"{BUCKET}-versions", VersioningConfiguration={"Status": "Enabled"}
        )
        yield client


@pytest.fixture(scope="module")
def passed() -> Generator[list[str]]:
    found: list[str] = []
    yield found
    print(f"\nS3 conformance: {len(found)} of {len(CALLS)} calls as S3 answers them")


def of_admin(running: RunningS3) -> Any:
    """A client as boto3 makes it unasked: checksums on, version 4 signatures also in URLs."""
    admin = running.admin_keys
    return boto3.client(
        "s3", endpoint_url=running.endpoint, region_name=REGION, aws_access_key_id=admin.access_key_id,
        aws_secret_access_key=admin.secret_access_key,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )  # fmt: skip


def test_there_are_forty() -> None:
    assert len(CALLS) == 40


@pytest.mark.parametrize("name", CALLS)
def test_s3_answers_as_s3(name: str, s3: Any, passed: list[str]) -> None:
    CALLS[name](s3)
    passed.append(name)
