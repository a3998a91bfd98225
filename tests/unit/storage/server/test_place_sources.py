"""Where the drive's places come from."""

from typing import Any

import httpx2
import pytest

from eohub_storage.errors import NoKeys
from eohub_storage.server.place_sources import HubPlaces, OwnPlaces
from eohub_storage.server.s3 import S3Objects
from eohub_toolkit.errors import Upstream
from eohub_toolkit.http import Client

PLACE = {"bucket": "users", "prefix": "alice/", "title": "My data", "writable": True}


def of_hub(status: int, body: object, seen: list[httpx2.Request] | None = None) -> HubPlaces:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if seen is not None:
            seen.append(request)
        return httpx2.Response(status, json=body)

    return HubPlaces(Client("http://storage.test/", transport=httpx2.MockTransport(answer)), "token-1")


async def test_the_service_is_asked_with_the_servers_own_token() -> None:
    seen: list[httpx2.Request] = []
    (place,) = await of_hub(200, {"places": [PLACE]}, seen).places()
    assert place.model_dump() == PLACE
    assert str(seen[0].url) == "http://storage.test/places"
    assert seen[0].headers["Authorization"] == "token token-1"


async def test_what_the_service_says_reaches_the_person() -> None:
    with pytest.raises(NoKeys) as caught:
        await of_hub(401, {"detail": "Your login has ended.", "hint": "Log in again."}).places()
    assert (caught.value.detail, caught.value.hint) == ("Your login has ended.", "Log in again.")


@pytest.mark.parametrize("body", ["text", [], {}, {"detail": 5}])
async def test_an_answer_that_says_nothing_is_the_fault_of_the_service(body: object) -> None:
    with pytest.raises(Upstream, match="404"):
        await of_hub(404, body).places()


class Buckets:
    """As much of a boto3 client as lists buckets."""

    def list_buckets(self) -> dict[str, Any]:
        return {"Buckets": [{"Name": "one"}, {"Name": "two"}]}


async def test_without_an_eohub_all_buckets_are_places() -> None:
    found = await OwnPlaces(S3Objects(Buckets), ()).places()
    assert [(place.bucket, place.prefix) for place in found] == [("one", ""), ("two", "")]


async def test_configured_places_are_not_looked_up() -> None:
    found = await OwnPlaces(S3Objects(lambda: None), ("s3://one/", "s3://two/a/b/")).places()
    assert [(place.bucket, place.prefix, place.title) for place in found] == [
        ("one", "", "one"), ("two", "a/b/", "two/a/b"),
    ]  # fmt: skip
