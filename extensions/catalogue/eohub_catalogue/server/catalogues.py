"""The catalogues of the site and a person's own, each made when it is first asked for."""

import asyncio
from collections.abc import Awaitable, Callable

from eohub_catalogue.contract import CatalogueList, CatalogueSource, CatalogueState, NewCatalogue
from eohub_catalogue.errors import UnknownCatalogue
from eohub_catalogue.ports import IndexedCatalogue, StacCatalogue
from eohub_catalogue.server.own_catalogues import OwnCatalogues
from eohub_catalogue.server.settings import ServerSettings
from eohub_toolkit.errors import Forbidden, Unavailable


class Catalogues:
    """Catalogues by id. Wrong settings surface here, as an error that the panel shows.

    Without `own`, people have none and can add none. `prepare` is awaited before a source is opened.
    """

    def __init__(
        self,
        settings: Callable[[], ServerSettings],
        open_catalogue: Callable[[CatalogueSource], StacCatalogue],
        own: OwnCatalogues | None = None,
        prepare: Callable[[CatalogueSource], Awaitable[None]] | None = None,
    ) -> None:
        self._read_settings = settings
        self._open = open_catalogue
        self._own = own
        self._prepare = prepare
        self._expected: asyncio.Task[None] | None = None
        self._settings: ServerSettings | None = None
        self._opened: dict[str, tuple[CatalogueSource, StacCatalogue]] = {}

    async def listed(self) -> CatalogueList:
        """All of them, for a panel that is opened or refreshed.

        What its first search needs is prepared from now on, and what STAC APIs told before is asked anew.
        """
        found = await self.all()
        indexed = {key: kept for key, kept in self._opened.items() if isinstance(kept[1], IndexedCatalogue)}
        self._opened = indexed
        first = next((each for each in found.catalogues if each.kind == "api"), None)
        if first is not None and self._expected is None:
            self._expected = asyncio.create_task(self._prepared(first))
        return found

    async def all(self) -> CatalogueList:
        """The site's in their order, then a person's own; raises SettingsError."""
        of_the_site = self._known().catalogues
        try:
            own = await self._own.all(of_the_site) if self._own else CatalogueList(catalogues=())
        except Unavailable as error:
            # The site's can be searched all the same.
            own = CatalogueList(catalogues=(), note=error.detail)
        return CatalogueList(catalogues=(*of_the_site, *own.catalogues), note=own.note)

    async def source(self, identifier: str) -> CatalogueSource:
        """Where the catalogue of this id is; raises UnknownCatalogue."""
        source = next((each for each in (await self.all()).catalogues if each.id == identifier), None)
        if source is None:
            raise UnknownCatalogue(
                f"No catalogue {identifier!r} is configured.", hint="Reload the panel to see those that are."
            )
        return source

    async def get(self, identifier: str) -> StacCatalogue:
        """The catalogue of this id; raises UnknownCatalogue."""
        return await self._made(await self.source(identifier))

    async def state(self, identifier: str) -> CatalogueState:
        """What the catalogue of this id can do, asked anew."""
        catalogue = await self.get(identifier)
        abilities = await catalogue.abilities()
        index = await catalogue.index_state() if isinstance(catalogue, IndexedCatalogue) else None
        return CatalogueState(catalogue=identifier, abilities=abilities, index=index)

    async def indexed(self, identifier: str) -> IndexedCatalogue:
        """The catalogue of this id, searched through a local index; raises UnknownCatalogue."""
        source = await self.source(identifier)
        catalogue = await self._made(source)
        if not isinstance(catalogue, IndexedCatalogue):
            raise UnknownCatalogue(f"{source.title} has a search of its own.")
        return catalogue

    async def add(self, new: NewCatalogue) -> CatalogueSource:
        """Add a catalogue of a person's own; raises Invalid for what is none, Conflict for a second time."""
        if self._own is None:
            raise Forbidden("Catalogues of your own cannot be added here.")
        return await self._own.add(new, self._known().catalogues)

    async def remove(self, identifier: str) -> CatalogueList:
        """Remove a catalogue of a person's own with its index; its files and its site stay as they are."""
        source = await self.source(identifier)
        if not source.own or self._own is None:
            raise Forbidden(
                f"{source.title} is published by those who run this hub.",
                hint="You can leave it out of a search.",
            )
        await self._own.remove(source)
        catalogue = await self._made(source)
        del self._opened[identifier]
        if isinstance(catalogue, IndexedCatalogue):
            await catalogue.forget_index()
        return await self.all()

    async def _prepared(self, source: CatalogueSource) -> None:
        if self._prepare is not None:
            await self._prepare(source)

    async def _made(self, source: CatalogueSource) -> StacCatalogue:
        await self._prepared(source)
        kept = self._opened.get(source.id)
        if kept is None or kept[0] != source:
            # Another server may have removed it and given its id to another.
            kept = source, self._open(source)
            self._opened[source.id] = kept
        return kept[1]

    def _known(self) -> ServerSettings:
        if self._settings is None:
            self._settings = self._read_settings()
        return self._settings
