"""The port ObjectReader has one contract: S3, HTTP, files of this machine and the fake pass it."""

import asyncio
from collections.abc import Generator
from pathlib import Path

import pytest
from fakes.cubes_objects import MemoryObjects
from fakes.cubes_server import Asked, ObjectServer, Reply, serving
from pydantic import JsonValue

from eohub_cubes.contract import DataAsset
from eohub_cubes.errors import Cancelled, DataChanged, DataDamaged, LoginEnded, NoAccess, NotReadable
from eohub_cubes.ports import ObjectInfo, ObjectReader, Traffic
from eohub_cubes.reading.opening import Doors, reader_through
from eohub_cubes.reading.reader import RetryingReader
from eohub_cubes.reading.traffic import counted

TEN = b"0123456789"
OBJECTS = {"data/ten": TEN, "data/empty": b"", "data/in/a b+ü%41?.bin": b"x", "data/in/deep/er": b"yy"}


class ObjectReaderContract:
    """What every ObjectReader promises. A reader's address is the folder `data`."""

    lists = True

    @pytest.fixture
    def reader(self) -> ObjectReader:
        raise NotImplementedError

    def change(self, key: str, body: bytes) -> None:
        """Put another object in the place of one."""
        raise NotImplementedError

    async def test_an_object_is_read_whole(self, reader: ObjectReader) -> None:
        assert await reader.get("ten") == TEN
        assert await reader.get("empty") == b""

    async def test_a_key_with_signs_that_addresses_give_a_meaning_is_read(self, reader: ObjectReader) -> None:
        assert await reader.get("in/a b+ü%41?.bin") == b"x"

    @pytest.mark.parametrize(
        ("start", "length", "expected"),
        [(0, 1, b"0"), (3, 4, b"3456"), (9, 1, b"9"), (0, 10, TEN), (4, None, b"456789"), (-3, None, b"789")],
    )
    async def test_ranges_are_read(
        self, reader: ObjectReader, start: int, length: int | None, expected: bytes
    ) -> None:
        assert await reader.get("ten", start, length) == expected
        assert await asyncio.to_thread(reader.get_now, "ten", start, length) == expected

    async def test_more_than_may_be_read_at_once_is_refused(self, reader: ObjectReader) -> None:
        assert await reader.get("ten", most=10) == TEN
        with pytest.raises(NotReadable, match="larger than"):
            await reader.get("ten", most=9)
        with pytest.raises(NotReadable, match="larger than"):
            await asyncio.to_thread(reader.get_now, "ten", most=9)

    async def test_more_last_bytes_than_there_are_is_all_of_them(self, reader: ObjectReader) -> None:
        assert await reader.get("ten", -50) == TEN
        assert await reader.get("empty", -8) == b""

    @pytest.mark.parametrize(("key", "start", "length"), [("ten", 8, 3), ("ten", 10, 1), ("empty", 0, 1)])
    async def test_a_range_that_the_object_does_not_have_is_damage(
        self, reader: ObjectReader, key: str, start: int, length: int
    ) -> None:
        with pytest.raises(DataDamaged):
            await reader.get(key, start, length)

    async def test_what_is_missing_is_none(self, reader: ObjectReader) -> None:
        assert await reader.get("none") is None
        assert await reader.get("none", 0, 4) is None
        assert await reader.get("ten/below") is None
        assert await reader.info("none") is None
        assert await asyncio.to_thread(reader.info_now, "none") is None

    async def test_sizes_are_told(self, reader: ObjectReader) -> None:
        told = await reader.info("ten"), await asyncio.to_thread(reader.info_now, "empty")
        assert [each and each.size for each in told] == [10, 0]
        assert (await reader.get("ten"), await reader.get("empty")) == (TEN, b"")

    async def test_requests_and_bytes_are_counted_for_whom_they_are(self, reader: ObjectReader) -> None:
        with counted(Traffic()) as first:
            await reader.get("ten", 2, 3)
            await reader.info("ten")
        with counted(Traffic()) as second:
            await asyncio.gather(reader.get("ten"), reader.get("none"))
            await asyncio.to_thread(reader.get_now, "ten", -1)
        assert (first.requests, first.bytes_read) == (2, 3)
        assert (second.requests, second.bytes_read) == (3, 11)

    async def test_nothing_is_sent_once_nobody_waits(self, reader: ObjectReader) -> None:
        with counted(Traffic()) as traffic:
            await reader.get("ten")
            traffic.cancelled = True
            for read in (reader.get("ten"), reader.get("ten", 1, 1), reader.info("ten")):
                with pytest.raises(Cancelled):
                    await read
        assert traffic.requests == 1

    async def test_an_object_that_changed_since_it_was_first_read_is_told(self, reader: ObjectReader) -> None:
        assert await reader.info("ten") is not None
        self.change("ten", b"other bytes, more of them")
        with pytest.raises(DataChanged):
            await reader.get("ten", 0, 4)

    async def test_what_lies_there_is_listed(self, reader: ObjectReader) -> None:
        if not self.lists:
            with pytest.raises(NotReadable, match="cannot list"):
                await anext(reader.children("").__aiter__())
            with pytest.raises(NotReadable, match="cannot list"):
                await anext(reader.keys("").__aiter__())
            return
        assert sorted([key async for key in reader.keys("in")]) == ["in/a b+ü%41?.bin", "in/deep/er"]
        assert sorted([name async for name in reader.children("")]) == ["empty", "in", "ten"]
        assert sorted([name async for name in reader.children("in")]) == ["a b+ü%41?.bin", "deep"]
        assert [name async for name in reader.children("none")] == []


class OverTheWire(ObjectReaderContract):
    """What a reader over a network promises beyond that."""

    server: ObjectServer

    def change(self, key: str, body: bytes) -> None:
        path = next(path for path in self.server.objects if path.endswith(f"/data/{key}"))
        self.server.objects[path] = body

    async def test_what_is_counted_is_what_the_store_was_asked(self, reader: ObjectReader) -> None:
        with counted(Traffic()) as traffic:
            await reader.get("ten")
            await reader.get("none")
            await reader.get("ten", 0, 2)
        assert (self.server.counts.requests, self.server.counts.bytes_sent) == (traffic.requests, 12 + 37)

    async def test_an_answer_that_ends_in_the_middle_is_asked_for_again(self, reader: ObjectReader) -> None:
        left = [1]

        def once(asked: Asked) -> Reply | None:
            return (
                Reply(200, {"ETag": '"x"', "Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT"}, TEN, cut=True)
                if left and left.pop()
                else None
            )

        self.server.answers = once
        assert await reader.get("ten") == TEN
        assert self.server.counts.requests == 2

    async def test_an_answer_that_always_ends_in_the_middle_is_damage(self, reader: ObjectReader) -> None:
        self.server.answers = lambda asked: Reply(
            200, {"ETag": '"x"', "Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT"}, TEN, cut=True
        )
        with pytest.raises(DataDamaged, match="ended in the middle"):
            await reader.get("ten")


async def no_waiting(seconds: float) -> None:
    """Readers wait no time before they try again."""


class TestS3(OverTheWire):
    """The environment's own S3, over obstore."""

    @pytest.fixture
    def reader(self, monkeypatch: pytest.MonkeyPatch) -> Generator[ObjectReader]:
        self.server = ObjectServer()
        self.server.objects = {f"/bucket/{key}": body for key, body in OBJECTS.items()}
        with serving(self.server) as address:
            monkeypatch.setenv("AWS_ENDPOINT_URL", address)
            monkeypatch.setenv("AWS_ACCESS_KEY_ID", "an-id")
            monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret")
            yield reader_through(Doors(sleep=no_waiting), DataAsset(key="d", href="s3://bucket/data"))

    @pytest.mark.parametrize(
        ("options", "payer"),
        [
            ({"requester_pays": True}, "requester"),
            ({"requester_pays": True, "anon": True}, None),
            ({"requester_pays": "yes"}, None),
            ({}, None),
        ],
    )
    async def test_a_bucket_that_the_reader_pays_for_is_told_so(
        self, reader: ObjectReader, options: dict[str, JsonValue], payer: str | None
    ) -> None:
        asset = DataAsset(key="d", href="s3://bucket/data", storage_options=options)
        paying = reader_through(Doors(sleep=no_waiting), asset)
        assert await paying.get("ten") == TEN
        assert [name async for name in paying.children("none")] == []
        told = [asked.headers.get("x-amz-request-payer") for asked in self.server.asked]
        assert told == [payer, payer]


class TestS3OfAnother(OverTheWire):
    """An S3 that an item names, over aiohttp."""

    profile = ""

    @pytest.fixture
    def reader(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[ObjectReader]:
        self.server = ObjectServer()
        self.server.objects = {f"/bucket/{key}": body for key, body in OBJECTS.items()}
        with serving(self.server) as address:
            (tmp_path / "config").write_text(self.profile.format(address))
            monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
            monkeypatch.setenv("AWS_ENDPOINT_URL", "http://own.example.org")
            asset = DataAsset(key="d", href="s3://bucket/data", storage_options={"endpoint_url": address})
            yield reader_through(Doors(sleep=no_waiting), asset)
        signed = {"authorization" in asked.headers for asked in self.server.asked}
        assert signed <= {bool(self.profile)}

    async def test_a_listing_of_many_pages_is_read_to_its_end(self, reader: ObjectReader) -> None:
        def page(asked: Asked) -> Reply:
            number = int(asked.query.get("continuation-token", ["0"])[0])
            more = "" if number == 2 else f"<NextContinuationToken>{number + 1}</NextContinuationToken>"
            return Reply(
                200,
                body=f'<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>'
                f"{str(number < 2).lower()}</IsTruncated>{more}<Contents><Key>data/{number}&amp;</Key>"
                "</Contents></ListBucketResult>".encode(),
            )

        self.server.answers = page
        assert [key async for key in reader.keys("")] == ["0&", "1&", "2&"]
        assert [name async for name in reader.children("")] == ["0&", "1&", "2&"]

    @pytest.mark.parametrize("said", [b"<html>", b"\xff", b"<!DOCTYPE a><a/>"])
    async def test_what_is_no_listing_is_damage(self, reader: ObjectReader, said: bytes) -> None:
        self.server.answers = lambda asked: Reply(200, body=said)
        with pytest.raises(DataDamaged, match="does not list"):
            await anext(reader.keys("").__aiter__())

    async def test_what_it_says_of_a_refusal_is_told_of(self, reader: ObjectReader) -> None:
        self.server.answers = lambda asked: Reply(403, body=b"<Error><Code>AccessDenied</Code></Error>")
        with pytest.raises(NoAccess):
            await reader.get("ten")
        self.server.answers = lambda asked: Reply(400, body=b"<Error><Code>ExpiredToken</Code></Error>")
        with pytest.raises(LoginEnded):
            await reader.get("ten")


class TestS3OfAProfile(TestS3OfAnother):
    """Such an S3 that the person has keys for."""

    profile = (
        "[profile other]\nendpoint_url = {}\naws_access_key_id = an-id\n"
        "aws_secret_access_key = a-secret\naws_session_token = a-token\n"
    )


class TestWeb(OverTheWire):
    """A web server over aiohttp."""

    lists = False

    @pytest.fixture
    def reader(self) -> Generator[ObjectReader]:
        self.server = ObjectServer()
        self.server.objects = {f"/{key}": body for key, body in OBJECTS.items()}
        with serving(self.server) as address:
            yield reader_through(Doors(sleep=no_waiting), DataAsset(key="d", href=f"{address}/data"))


class TestFiles(ObjectReaderContract):
    """Files of this machine."""

    @pytest.fixture
    def reader(self, tmp_path: Path) -> ObjectReader:
        for key, body in OBJECTS.items():
            (tmp_path / key).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / key).write_bytes(body)
        self.folder = tmp_path / "data"
        return reader_through(Doors(sleep=no_waiting), DataAsset(key="d", href=str(self.folder)))

    def change(self, key: str, body: bytes) -> None:
        (self.folder / key).write_bytes(body)


class TestMemory(ObjectReaderContract):
    """The fake."""

    @pytest.fixture
    def reader(self) -> ObjectReader:
        self.objects = MemoryObjects(dict(OBJECTS))
        return RetryingReader(self.objects, "data")

    def change(self, key: str, body: bytes) -> None:
        self.objects.held[f"data/{key}"] = body


def test_every_reader_tells_whose_bandwidth_it_uses() -> None:
    def make(href: str) -> ObjectReader:
        return reader_through(Doors(sleep=no_waiting), DataAsset(key="d", href=href))

    assert make("/data/x.nc").host == ""
    assert make("https://data.example.org:8443/x.zarr").host == "data.example.org:8443"
    assert ObjectInfo(1, None) == ObjectInfo(1, None)
