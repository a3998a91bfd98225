"""The port Quicklooks: pictures of assets, fetched once, made small, kept in a bounded memory."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from eohub_catalogue.assets import is_web
from eohub_catalogue.contract import CatalogueSource
from eohub_catalogue.item_contract import AssetKey, ItemSummary
from eohub_catalogue.pictures import MOST_BYTES, picture_address
from eohub_catalogue.ports import Picture
from eohub_catalogue.server.addresses import Origin
from eohub_catalogue.server.api_documents import Login
from eohub_catalogue.server.catalogues import Catalogues
from eohub_catalogue.server.picture_files import PictureFiles
from eohub_catalogue.server.web import Ask, Web, trusted_origin
from eohub_catalogue.versions import up_to_date
from eohub_toolkit.errors import NotFound, TooMany, Upstream

_MOST_KEPT_BYTES = 32 * 2**20
_MOST_ADDRESSES = 10_000
_MOST_WAITING = 200
_FETCHED_AT_ONCE = 6
_REFUSAL_BYTES = 1_000
_LOGIN_NEEDED = frozenset({401, 403})

type Key = tuple[str, str | None, str, str]
"""Catalogue, collection, item and asset."""


@dataclass
class _Running:
    """A picture that is being made, and how many wait for it."""

    task: asyncio.Task[Picture]
    waiting: int = 0


class PodQuicklooks:
    """Pictures from the web, with a catalogue's login at its own host, and from files of local ones."""

    def __init__(
        self,
        catalogues: Catalogues,
        web: Callable[[], Web],
        files: PictureFiles,
        login: Callable[[CatalogueSource], Login | None] = lambda source: None,
    ) -> None:
        self._catalogues = catalogues
        self._web = web
        self._files = files
        self._login = login
        self._kept = KeptPictures()
        self._addresses: OrderedDict[Key, str] = OrderedDict()
        self._running: dict[tuple[object, Key], _Running] = {}
        self._fetching = asyncio.Semaphore(_FETCHED_AT_ONCE)
        self._decoding = asyncio.Semaphore(1)

    async def note(self, rows: Sequence[ItemSummary], features: Sequence[object]) -> None:
        """Remember where the pictures of these items lie, so that their items are not asked for again."""
        wanted = [
            ((row.catalogue, row.collection, row.id, row.quicklook), feature)
            for row, feature in zip(rows, features, strict=False)
            if row.quicklook is not None
        ]
        # To bring large items of old STAC versions up to date takes seconds.
        for key, address in await asyncio.to_thread(_places_of, wanted):
            self._remember(key, address)

    async def picture(self, key: AssetKey) -> Picture:
        """Return an asset's picture; raises NotFound where it has none that can be shown."""
        source = await self._catalogues.source(key.catalogue)
        own = (key.catalogue, key.collection, key.item, key.asset)
        place = ((source.kind, source.url, source.path), own)
        kept = self._kept.get(place)
        if kept is not None:
            return _shown(kept)
        running = self._running.get(place)
        if running is None:
            if len(self._running) >= _MOST_WAITING:
                raise TooMany("Many pictures are being fetched.", hint="Wait a moment.")
            running = _Running(asyncio.create_task(self._made(source, own)))
            self._running[place] = running
            running.task.add_done_callback(lambda task: self._finish(place, task))
        running.waiting += 1
        try:
            return await asyncio.shield(running.task)
        finally:
            running.waiting -= 1
            if not running.waiting:
                # Nobody looks any more: the row was scrolled away, or the search replaced.
                self._forget(place, running.task)
                running.task.cancel()

    def _finish(self, place: tuple[object, Key], task: asyncio.Task[Picture]) -> None:
        self._forget(place, task)
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            self._kept.keep(place, task.result())
        elif isinstance(error, NotFound):
            # It will be none the next time either.
            self._kept.keep(place, error.detail)

    def _forget(self, place: tuple[object, Key], task: asyncio.Task[Picture]) -> None:
        running = self._running.get(place)
        if running is not None and running.task is task:
            del self._running[place]

    async def _made(self, source: CatalogueSource, key: Key) -> Picture:
        async with self._fetching:
            address = self._addresses.get(key) or await self._asked(key)
            if is_web(address):
                body = await self._fetched(source, address)
            else:
                body = await asyncio.to_thread(self._files.read, source, address)
        async with self._decoding:
            return await asyncio.to_thread(_small, body)

    async def _asked(self, key: Key) -> str:
        catalogue, collection, item, asset = key
        raw = await (await self._catalogues.get(catalogue)).item(collection, item)
        address = await asyncio.to_thread(_place_of, raw, asset)
        if address is None:
            raise NotFound(
                "This asset has no small picture that can be shown: it is none, is too large, or lies in "
                "an object store that asks for a key."
            )
        self._remember(key, address)
        return address

    async def _fetched(self, source: CatalogueSource, address: str) -> bytes:
        # Pictures may lie on the catalogue's own host, where searches go first.
        ask = Ask(
            address,
            headers={"Accept": "image/*"},
            trusted=trusted_origin(source),
            most_bytes=MOST_BYTES,
            behind=True,
        )
        answer = await self._web().send(ask)
        login = self._login(source)
        if answer.status in _LOGIN_NEEDED and login is not None and _is_own(source, address):
            answer = await self._web().send(replace(ask, secrets=await login.headers()))
        if answer.status == 200:
            return answer.body
        host = urlsplit(address).hostname
        if answer.status in (404, 410):
            raise NotFound(f"{host} has no such picture (any more).")
        raise Upstream(f"{host} does not give the picture (status {answer.status}).")

    def _remember(self, key: Key, address: str) -> None:
        self._addresses[key] = address
        self._addresses.move_to_end(key)
        while len(self._addresses) > _MOST_ADDRESSES:
            self._addresses.popitem(last=False)


def _places_of(wanted: Sequence[tuple[Key, object]]) -> list[tuple[Key, str]]:
    return [(key, place) for key, item in wanted if (place := _place_of(item, key[-1])) is not None]


def _place_of(item: object, asset: str) -> str | None:
    address = picture_address(up_to_date(item), asset)
    return None if address is None else address.href


def _small(body: bytes) -> Picture:
    # Pillow comes with the first picture, in this thread.
    from eohub_catalogue.server.thumbnails import small_picture

    return small_picture(body)


class KeptPictures:
    """Pictures, and why there is none, the latest used last; bounded in bytes."""

    def __init__(self) -> None:
        self._found: OrderedDict[object, Picture | str] = OrderedDict()
        self._bytes = 0

    def get(self, place: object) -> Picture | str | None:
        """The picture at a place, or the sentence why there is none; None where it was not asked for yet."""
        found = self._found.get(place)
        if found is not None:
            self._found.move_to_end(place)
        return found

    def keep(self, place: object, found: Picture | str) -> None:
        """Keep one, in place of those that were not looked at for longest."""
        before = self._found.pop(place, None)
        self._bytes += _size(found) - (0 if before is None else _size(before))
        self._found[place] = found
        while self._bytes > _MOST_KEPT_BYTES:
            self._bytes -= _size(self._found.popitem(last=False)[1])


def _size(found: Picture | str) -> int:
    return len(found.body) if isinstance(found, Picture) else _REFUSAL_BYTES


def _shown(kept: Picture | str) -> Picture:
    if isinstance(kept, str):
        raise NotFound(kept)
    return kept


def _is_own(source: CatalogueSource, address: str) -> bool:
    """Whether an address lies at the catalogue's own origin: nobody else is shown its login."""
    try:
        return source.url is not None and Origin.of(address) == Origin.of(source.url)
    except ValueError:
        return False
