"""Freezing searches: run to their end, written as a static catalogue of files, all of it or nothing."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from eohub_catalogue.contract import (
    CatalogueSource,
    FreezeQuery,
    SearchQuery,
)
from eohub_catalogue.errors import CatalogueBusy
from eohub_catalogue.fingerprint import fingerprint_of
from eohub_catalogue.frozen_documents import (
    ROOT,
    Shelf,
    collection_document,
    identity_of,
    kept_item,
    root_document,
    shelved_item,
    with_extensions,
)
from eohub_catalogue.naming import distinct, file_name_of
from eohub_catalogue.ports import StacCatalogue
from eohub_catalogue.reading import mapping
from eohub_catalogue.server.freezing_assets import AssetKeeper, signed_assets
from eohub_catalogue.server.packing import Packing
from eohub_catalogue.server.web import Web, trusted_origin
from eohub_catalogue.wire import MAX_PAGE
from eohub_toolkit.errors import EohubError, Unavailable

_MOST_PAUSES = 10
_LONGEST_PAUSE_SECONDS = 60.0
_MOST_EMPTY_PAGES = 200

type _Assets = Mapping[str, Mapping[str, object]]
type Asked = tuple[SearchQuery, CatalogueSource, StacCatalogue]


@dataclass
class Count:
    """How far freezing is; `problems` are sentences about what is missing."""

    items: int = 0
    assets: int = 0
    bytes: int = 0
    problems: list[str] = field(default_factory=list[str])


@dataclass(frozen=True)
class _Placed:
    """An item with its place; `signed` are its assets whose addresses had keys."""

    item: dict[str, object]
    shelf: Shelf
    place: str
    signed: frozenset[str]

    @property
    def files(self) -> str:
        """The folder of its assets, below the shelf's."""
        return f"assets/{self.place.rpartition('/')[2].removesuffix('.json')}/"


class Freezing:
    """One search being frozen. `count` may be read at any time."""

    def __init__(
        self,
        query: FreezeQuery,
        asked: Sequence[Asked],
        target: Path,
        web: Callable[[], Web],
        clock: Callable[[], datetime],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._query = query
        self._asked = asked
        self._packing = Packing(target)
        self._web = web
        self._clock = clock
        self._pause = pause
        self._shelves: dict[str, Shelf] = {}
        self._told: dict[str, Mapping[str, object]] = {}
        self._met: dict[tuple[str, str], str | None] = {}
        self._elsewhere: set[tuple[str, str]] = set()
        self._nameless = 0
        self._notes: dict[str, str] = {}
        self.count = Count()

    async def run(self) -> None:
        """Freeze; raises where nothing could be kept, and leaves nothing behind then."""
        try:
            await asyncio.to_thread(self._packing.begin)
            await self._collect()
            await self._write_parents()
            await self._finish()
        finally:
            # Also where it is stopped; what a thread has still under way does nothing after it.
            await asyncio.shield(asyncio.to_thread(self._packing.discard))

    async def _finish(self) -> None:
        finishing = asyncio.create_task(asyncio.to_thread(self._packing.finish))
        try:
            await asyncio.shield(finishing)
        except asyncio.CancelledError:
            # Too late to be stopped: it is being put into its place.
            await finishing

    async def _collect(self) -> None:
        faults: list[EohubError] = []
        keeper = AssetKeeper(self._web(), self._query, self._write)
        for asked in self._asked:
            try:
                await self._collect_from(asked, keeper)
            except EohubError as error:
                faults.append(error)
                self.count.problems.append(f"{asked[1].title}: {error.detail}")
        if len(faults) == len(self._asked):
            raise faults[0]
        self._tell(keeper)

    async def _collect_from(self, asked: Asked, keeper: AssetKeeper) -> None:
        query, source, catalogue = asked
        page, pages_without_news = query.page, 0
        while pages_without_news < _MOST_EMPTY_PAGES:
            part = query.model_copy(update={"page": page, "limit": MAX_PAGE})
            found = await self._patiently(lambda part=part: catalogue.search(part))
            # That a filter was done here takes nothing away; anything else may.
            if found.note and not found.done_here:
                self._notes[source.id] = found.note
            new = await asyncio.to_thread(self._new_of, found.features)
            left = self._query.most_items - self.count.items
            await self._keep(new[:left], source, catalogue, keeper)
            if len(new) > left or (left == len(new) and found.next is not None):
                self.count.problems.append(f"Only the first {self._query.most_items} items are kept.")
                return
            pages_without_news = 0 if new else pages_without_news + 1
            page = found.next
            if page is None:
                return
        self.count.problems.append(f"{source.title} gives page after page without new items.")

    def _new_of(self, features: Sequence[object]) -> list[Mapping[str, object]]:
        return [raw for each in features if self._is_new(raw := mapping(each))]

    def _is_new(self, raw: Mapping[str, object]) -> bool:
        """Whether an item can be kept and is not kept yet: two catalogues may have the same.

        One id stands for one item in a static catalogue, so a second one in another place is only told of.
        """
        identity = identity_of(raw)
        if identity is None:
            self._nameless += 1
            return False
        place = fingerprint_of(raw)
        if identity in self._met:
            if self._met[identity] != place:
                self._elsewhere.add(identity)
            return False
        self._met[identity] = place
        return True

    async def _keep(
        self,
        raw_items: Sequence[Mapping[str, object]],
        source: CatalogueSource,
        catalogue: StacCatalogue,
        keeper: AssetKeeper,
    ) -> None:
        """Write the items of a page, whose assets are asked for side by side."""
        placed: list[_Placed] = []
        for item, raw in zip(await asyncio.to_thread(_kept, raw_items), raw_items, strict=True):
            collection, identity = identity_of(raw) or ("", "")
            shelf = self._shelves.get(collection) or await self._new_shelf(collection, catalogue)
            placed.append(_Placed(item, shelf, shelf.place(item, identity), signed_assets(raw)))
        trusted = trusted_origin(source)
        assets = await asyncio.gather(
            *(
                keeper.kept_assets(
                    each.item, each.signed, each.shelf.folder + each.files, f"../{each.files}", trusted
                )
                for each in placed
            )
        )
        await asyncio.to_thread(self._write_items, placed, assets)
        self.count.items += len(placed)
        self.count.assets = keeper.kept
        self.count.bytes = self._packing.bytes

    def _write_items(self, placed: "Sequence[_Placed]", assets: Sequence[_Assets]) -> None:
        for each, kept in zip(placed, assets, strict=True):
            document = shelved_item(with_extensions(each.item, kept), each.shelf)
            self._packing.write(each.place, _json(document))

    async def _new_shelf(self, collection: str, catalogue: StacCatalogue) -> Shelf:
        taken = {"items", "assets", *(shelf.folder.rstrip("/") for shelf in self._shelves.values())}
        folder = f"{distinct(file_name_of(collection), taken)}/" if collection else ""
        shelf = Shelf(folder, collection or None)
        self._shelves[collection] = shelf
        if collection:
            try:
                told = await self._patiently(lambda: catalogue.collection(collection))
                if told.get("id") == collection:
                    self._told[collection] = told
            except EohubError:
                # Its items describe it well enough.
                pass
        return shelf

    async def _write_parents(self) -> None:
        shelves = list(self._shelves.values())
        for shelf in shelves:
            if shelf.collection is not None:
                body = await asyncio.to_thread(_collection_body, shelf, self._told.get(shelf.collection))
                await self._write(f"{shelf.folder}collection.json", body)
        searches = [asked[0] for asked in self._asked]
        root = root_document(self._query.title, searches, shelves, self._clock())
        await self._write(ROOT, _json(root))

    async def _write(self, name: str, body: bytes) -> None:
        await asyncio.to_thread(self._packing.write, name, body)
        self.count.bytes = self._packing.bytes

    async def _patiently[Result](self, ask: Callable[[], Awaitable[Result]]) -> Result:
        for _ in range(_MOST_PAUSES):
            try:
                return await ask()
            except CatalogueBusy as error:
                await self._pause(min(error.seconds, _LONGEST_PAUSE_SECONDS))
        raise Unavailable("It asks to wait again and again.")

    def _tell(self, keeper: AssetKeeper) -> None:
        self.count.problems += self._notes.values()
        if self._nameless:
            self.count.problems.append(f"{self._nameless} items without an id are left out.")
        if self._elsewhere:
            self.count.problems.append(
                f"{len(self._elsewhere)} items lie in another place in another catalogue; "
                "the first of each is kept."
            )
        if keeper.failed:
            self.count.problems.append(
                f"Files that could not be reached: {keeper.failed:,}. Their addresses are kept."
            )
        if keeper.left_out:
            self.count.problems.append(f"{keeper.left_out} assets were too many and are left as they are.")


def _collection_body(shelf: Shelf, told: Mapping[str, object] | None) -> bytes:
    return _json(collection_document(shelf, told))


def _kept(raw_items: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    return [kept_item(raw) for raw in raw_items]


def _json(document: Mapping[str, object]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
