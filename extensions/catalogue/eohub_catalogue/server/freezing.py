"""Freezing searches: run to their end, written as a static catalogue of files, all of it or nothing."""

import asyncio
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
    Extent,
    collection_document,
    identity_of,
    kept_item,
    root_document,
    with_extensions,
)
from eohub_catalogue.index.jsontext import to_json
from eohub_catalogue.index.ports import StoredCollection, StoredItem
from eohub_catalogue.index.static_catalogue import StaticCatalogue
from eohub_catalogue.naming import ASSETS, file_name_of, folder_of
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
    """An item that is kept under its collection and id; `signed` are its assets whose addresses had keys."""

    item: dict[str, object]
    collection: str
    id: str
    signed: frozenset[str]

    @property
    def files(self) -> str:
        """The folder of its assets, below its collection's."""
        return f"{ASSETS}/{file_name_of(self.id)}/"


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
        self._catalogue = StaticCatalogue(self._packing.write_texts)
        self._extents: dict[str, Extent] = {}
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
            await asyncio.to_thread(self._write_parents)
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
            if collection not in self._extents:
                await self._ask_for(collection, catalogue)
            self._extents[collection].take_in(item)
            placed.append(_Placed(item, collection, identity, signed_assets(raw)))
        trusted = trusted_origin(source)
        assets = await asyncio.gather(
            *(
                keeper.kept_assets(
                    each.item,
                    each.signed,
                    folder_of(each.collection) + each.files,
                    f"../{each.files}",
                    trusted,
                )
                for each in placed
            )
        )
        await asyncio.to_thread(self._write_items, placed, assets)
        self.count.items += len(placed)
        self.count.assets = keeper.kept
        self.count.bytes = self._packing.bytes

    def _write_items(self, placed: "Sequence[_Placed]", assets: Sequence[_Assets]) -> None:
        self._catalogue.add_items(
            StoredItem(each.collection, each.id, *_texts(with_extensions(each.item, kept)))
            for each, kept in zip(placed, assets, strict=True)
        )

    async def _ask_for(self, collection: str, catalogue: StacCatalogue) -> None:
        """Begin with a collection, and ask what its catalogue tells of it."""
        self._extents[collection] = Extent()
        if not collection:
            return
        self._catalogue.add_collection(StoredCollection(collection, "{}", "[]"))
        try:
            told = await self._patiently(lambda: catalogue.collection(collection))
            if told.get("id") == collection:
                self._told[collection] = told
        except EohubError:
            # Its items describe it well enough.
            pass

    def _write_parents(self) -> None:
        for collection, extent in self._extents.items():
            if collection:
                document = collection_document(collection, extent, self._told.get(collection))
                self._catalogue.add_collection(StoredCollection(collection, *_texts(document)))
        searches = [asked[0] for asked in self._asked]
        self._catalogue.finish(root_document(self._query.title, searches, self._clock()))
        self.count.bytes = self._packing.bytes

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


def _kept(raw_items: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    return [kept_item(raw) for raw in raw_items]


def _texts(document: Mapping[str, object]) -> tuple[str, str]:
    """A document without its links, and these, as JSON."""
    body = {name: value for name, value in document.items() if name != "links"}
    return to_json(body), to_json(document["links"])
