"""Writes over HTTP while another process writes to the same file, such as an import: nothing is lost."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fakes.hub_tokens import KnownTokens

from eohub_catalogue.index.document import collection_record, item_record
from eohub_catalogue.index.ports import Change, Remove
from eohub_catalogue.index.store import SqliteStore
from eohub_catalogue.service.app import create_app
from eohub_catalogue.service.settings import CatalogueSettings
from eohub_catalogue.service.transactions import SCOPE

TIMES = 8
COLLECTION: dict[str, Any] = {
    "type": "Collection",
    "id": "c",
    "description": "d",
    "license": "CC0-1.0",
    "extent": {"spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [[None, None]]}},
}

type Work = Callable[[], Awaitable[object]]


def item(identity: str, **properties: Any) -> dict[str, Any]:
    given = {"datetime": "2020-01-01T00:00:00Z", **properties}
    return {"type": "Feature", "id": identity, "collection": "c", "geometry": None, "properties": given}


class Interrupted(SqliteStore):
    """A handle in front of whose next change another process does something."""

    meanwhile: Work | None = None

    async def apply(self, changes: Sequence[Change]) -> int:
        if self.meanwhile is not None:
            work, self.meanwhile = self.meanwhile, None
            await work()
        return await super().apply(changes)


@pytest.fixture
def mine(tmp_path: Path) -> Iterator[Interrupted]:
    store = Interrupted.open(f"sqlite:///{tmp_path / 'catalogue.sqlite'}")
    assert isinstance(store, Interrupted)
    yield store
    store.engine.dispose()


@pytest.fixture
async def theirs(mine: Interrupted) -> AsyncIterator[SqliteStore]:
    """A handle of another process on the same file, in which there is one collection with one item."""
    store = SqliteStore.open(str(mine.engine.url))
    await store.put_collections([collection_record(COLLECTION)])
    await store.put_items([item_record(item("old"))])
    yield store
    store.engine.dispose()


@asynccontextmanager
async def served(store: SqliteStore) -> AsyncGenerator[httpx2.AsyncClient]:
    app = create_app(CatalogueSettings(), store)
    app.state.hub_auth = KnownTokens({"writer": (SCOPE,)})
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app),
        base_url="http://hub.test/services/catalogue/",
        headers={"Authorization": "token writer"},
    ) as client:
        yield client


async def test_patches_of_two_services_are_all_kept(mine: Interrupted, theirs: SqliteStore) -> None:
    async def patch_until_done(client: httpx2.AsyncClient, name: str) -> None:
        for number in range(TIMES):
            change = {"properties": {f"{name}{number}": number}}
            while (answer := await client.patch("collections/c/items/old", json=change)).is_error:
                assert answer.status_code == 412

    async with served(mine) as one, served(theirs) as other:
        await asyncio.gather(patch_until_done(one, "a"), patch_until_done(other, "b"))
        read = (await one.get("collections/c/items/old")).json()["properties"]
    assert {*read} - {"datetime"} == {f"{name}{number}" for name in "ab" for number in range(TIMES)}


@pytest.mark.parametrize(
    ("method", "body", "matches", "status"),
    [
        ("PATCH", {"properties": {"gsd": 10}}, False, 412),
        ("PATCH", {"properties": {"gsd": 10}}, True, 412),
        ("PUT", item("old", gsd=10), True, 412),
        ("DELETE", None, True, 412),
    ],
)
async def test_what_an_import_has_stored_meanwhile_stays(
    mine: Interrupted, theirs: SqliteStore, method: str, body: object, matches: bool, status: int
) -> None:
    mine.meanwhile = lambda: theirs.put_items([item_record(item("old", platform="imported"))])
    async with served(mine) as client:
        etag = (await client.get("collections/c/items/old")).headers["etag"]
        headers = {"If-Match": etag} if matches else {}
        answer = await client.request(method, "collections/c/items/old", json=body, headers=headers)
        read = (await client.get("collections/c/items/old")).json()
    assert answer.status_code == status
    assert read["properties"] == item("old", platform="imported")["properties"]


async def test_an_item_is_added_by_one_of_two(mine: Interrupted, theirs: SqliteStore) -> None:
    async with served(mine) as one, served(theirs) as other:
        answers = await asyncio.gather(
            *(client.post("collections/c/items", json=item("new")) for client in (one, other) * TIMES)
        )
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * (2 * TIMES - 1)


async def test_no_item_is_left_over_of_a_collection_that_goes(mine: Interrupted, theirs: SqliteStore) -> None:
    mine.meanwhile = lambda: theirs.apply([Remove("c", None)])
    async with served(mine) as client:
        answer = await client.post("collections/c/items", json=item("new"))
    assert answer.status_code == 404
    assert await theirs.item("c", "new") is None


async def test_a_collection_does_not_go_with_items_that_have_just_come(
    mine: Interrupted, theirs: SqliteStore
) -> None:
    await theirs.remove_items([("c", "old")])
    mine.meanwhile = lambda: theirs.put_items([item_record(item("new"))])
    async with served(mine) as client:
        answer = await client.delete("collections/c")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert await theirs.item("c", "new") is not None
