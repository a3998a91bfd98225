"""The drive on boto3: which calls it makes, counted."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from botocore.exceptions import ClientError

from eohub_storage.errors import AlreadyThere, Missing, NoRight, TooLarge
from eohub_storage.server.s3 import S3Objects

NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Client:
    """Notes calls as a boto3 client takes them, and answers with what a test prepared."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, method: str) -> Any:
        def call(**arguments: Any) -> Any:
            self.calls.append((method, arguments))
            answer = self.answers.get(method, {})
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}}, "X")


async def test_a_page_is_one_request_of_at_most_so_many_names() -> None:
    found = {
        "CommonPrefixes": [{"Prefix": "alice/a/"}],
        "Contents": [{"Key": "alice/b", "Size": 3, "LastModified": NOW}],
        "IsTruncated": True,
        "NextContinuationToken": "t2",
    }
    client = Client(list_objects_v2=found)
    page = await S3Objects(lambda: client).page("users", "alice/", "t1", 200)
    assert client.calls == [
        (
            "list_objects_v2",
            {
                "Bucket": "users",
                "Prefix": "alice/",
                "Delimiter": "/",
                "MaxKeys": 200,
                "ContinuationToken": "t1",
            },
        )
    ]
    assert (page.prefixes, page.objects[0].size, page.next) == (("alice/a/",), 3, "t2")


async def test_the_client_is_made_with_the_first_request_and_kept() -> None:
    made: list[Client] = []

    def make() -> Client:
        made.append(Client())
        return made[-1]

    store = S3Objects(make)
    assert made == []
    await store.page("users", "", "", 1)
    await store.page("users", "", "", 1)
    assert len(made) == 1


async def test_a_large_object_is_refused_before_its_body_is_read() -> None:
    body = BytesIO(b"x" * 11)
    client = Client(get_object={"Body": body, "ContentLength": 11, "LastModified": NOW})
    with pytest.raises(TooLarge):
        await S3Objects(lambda: client).read("users", "alice/x", 10)
    assert body.closed


async def test_a_refusal_of_s3_names_the_place() -> None:
    client = Client(list_objects_v2=refused("AccessDenied"))
    with pytest.raises(NoRight, match="s3://groups/secret/"):
        await S3Objects(lambda: client).page("groups", "secret/", "", 1)


async def test_an_object_that_is_there_keeps_its_name() -> None:
    store = S3Objects(lambda: Client())
    with pytest.raises(AlreadyThere, match="plan"):
        await store.copy("users", "alice/a", "alice/plan")
    with pytest.raises(AlreadyThere):
        await store.upload("users", "alice/plan", replace=False)


async def test_an_absent_object_is_copied_onto() -> None:
    client = Client(head_object=refused("404"))
    await S3Objects(lambda: client).copy("users", "alice/a", "alice/b")
    assert client.calls[-1] == (
        "copy",
        {"CopySource": {"Bucket": "users", "Key": "alice/a"}, "Bucket": "users", "Key": "alice/b"},
    )


async def test_a_right_that_is_missing_is_not_taken_for_an_absent_object() -> None:
    client = Client(head_object=refused("403"))
    with pytest.raises(NoRight):
        await S3Objects(lambda: client).require_absent("users", "alice/b")


async def test_a_folder_is_deleted_by_two_requests_a_thousand() -> None:
    listed = {"Contents": [{"Key": f"alice/{n}"} for n in range(3)], "IsTruncated": True}
    client = Client(list_objects_v2=listed)
    assert await S3Objects(lambda: client).remove_below("users", "alice/", 3) == (3, False)
    assert [name for name, _ in client.calls] == ["list_objects_v2", "delete_objects"]


async def test_an_object_that_may_not_be_deleted_is_told() -> None:
    client = Client(
        list_objects_v2={"Contents": [{"Key": "a/1"}]},
        delete_objects={"Errors": [{"Key": "a/1", "Code": "AccessDenied"}]},
    )
    with pytest.raises(NoRight):
        await S3Objects(lambda: client).remove_below("climate", "a/", 10)


async def test_an_empty_folder_deletes_nothing() -> None:
    client = Client()
    assert await S3Objects(lambda: client).remove_below("users", "alice/", 10) == (0, True)
    assert [name for name, _ in client.calls] == ["list_objects_v2"]


async def test_a_download_comes_in_pieces_and_is_closed() -> None:
    body = BytesIO(b"x" * 3_000_000)
    client = Client(get_object={"Body": body, "ContentLength": 3_000_000, "LastModified": NOW})
    async with S3Objects(lambda: client).download("users", "alice/x") as found:
        sizes = [len(piece) async for piece in found.pieces]
    assert sizes == [2**20, 2**20, 3_000_000 - 2**21]
    assert body.closed


async def test_a_missing_object_cannot_be_downloaded() -> None:
    client = Client(get_object=refused("NoSuchKey"))
    with pytest.raises(Missing):
        async with S3Objects(lambda: client).download("users", "alice/x"):
            raise AssertionError
