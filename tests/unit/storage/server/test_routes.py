"""What the panel can ask, on a store in memory."""

from collections.abc import Mapping

import pytest
from fakes.storage_objects import MemoryObjects

from eohub_storage.contract import TransferQuery
from eohub_storage.errors import AlreadyThere, UnusableKey
from eohub_storage.server.parts import Drive
from eohub_storage.server.routes import ROUTES, transfer
from eohub_toolkit.routes import route_of


def drive(environ: Mapping[str, str] | None = None) -> Drive:
    parts = Drive(environ or {})
    parts.store = MemoryObjects({("users", "alice/a"): b"x"})
    return parts


def query(key: str, direction: str = "upload", *, replace: bool = True) -> TransferQuery:
    return TransferQuery.model_validate(
        {"bucket": "users", "key": key, "direction": direction, "replace": replace}
    )


async def test_a_browser_gets_an_address_at_s3_for_some_minutes() -> None:
    found = await transfer(query("alice/a", "download"), drive())
    assert found.url == "http://s3.test/users/alice/a?download=900"


async def test_where_transfers_go_through_the_server_there_is_no_address() -> None:
    found = await transfer(query("alice/a"), drive({"EOHUB_DRIVE_TRANSFER": "server"}))
    assert found.url is None


async def test_no_address_is_given_that_would_replace_an_object_unasked() -> None:
    with pytest.raises(AlreadyThere):
        await transfer(query("alice/a", replace=False), drive())
    assert (await transfer(query("alice/b", replace=False), drive())).url


async def test_no_address_is_given_for_a_name_that_means_another() -> None:
    with pytest.raises(UnusableKey):
        await transfer(query("alice/../bob/a"), drive())


def test_whatever_changes_something_is_a_post() -> None:
    assert [route_of(each).path for each in ROUTES if route_of(each).method == "GET"] == ["/places"]
