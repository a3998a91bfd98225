"""The configured catalogues, each made when it is first asked for."""

from collections.abc import Callable

from eohub_catalogue.contract import CatalogueList, CatalogueSource, CatalogueState, NewCatalogue
from eohub_catalogue.errors import UnknownCatalogue
from eohub_catalogue.ports import IndexedCatalogue, StacCatalogue
from eohub_catalogue.server.settings import ServerSettings
from eohub_toolkit.errors import Unavailable


class Catalogues:
    """Catalogues by id. Wrong settings surface here, as an error that the panel shows."""

    def __init__(
        self,
        settings: Callable[[], ServerSettings],
        open_catalogue: Callable[[CatalogueSource, float], StacCatalogue],
    ) -> None:
        self._read_settings = settings
        self._open = open_catalogue
        self._settings: ServerSettings | None = None
        self._opened: dict[str, StacCatalogue] = {}

    async def all(self) -> CatalogueList:
        """What is configured, in order; raises SettingsError."""
        return CatalogueList(catalogues=self._known().catalogues)

    async def source(self, identifier: str) -> CatalogueSource:
        """Where the catalogue of this id is; raises UnknownCatalogue."""
        source = next((each for each in self._known().catalogues if each.id == identifier), None)
        if source is None:
            raise UnknownCatalogue(
                f"No catalogue {identifier!r} is configured.", hint="Reload the panel to see those that are."
            )
        return source

    async def get(self, identifier: str) -> StacCatalogue:
        """The catalogue of this id; raises UnknownCatalogue."""
        source = await self.source(identifier)
        if identifier not in self._opened:
            self._opened[identifier] = self._open(source, self._known().deadline_seconds)
        return self._opened[identifier]

    async def state(self, identifier: str) -> CatalogueState:
        """What the catalogue of this id can do, asked anew."""
        return CatalogueState(
            catalogue=identifier, abilities=await (await self.get(identifier)).abilities(), index=None
        )

    async def indexed(self, identifier: str) -> IndexedCatalogue:
        """The catalogue of this id, searched through a local index; raises UnknownCatalogue."""
        raise UnknownCatalogue(f"{(await self.source(identifier)).title} has a search of its own.")

    async def add(self, new: NewCatalogue) -> CatalogueSource:
        """Add a catalogue of a person's own."""
        raise Unavailable(f"{new.address} cannot be added yet.")

    async def remove(self, identifier: str) -> CatalogueList:
        """Remove a catalogue of a person's own."""
        raise Unavailable(f"{(await self.source(identifier)).title} cannot be removed yet.")

    def _known(self) -> ServerSettings:
        if self._settings is None:
            self._settings = self._read_settings()
        return self._settings
