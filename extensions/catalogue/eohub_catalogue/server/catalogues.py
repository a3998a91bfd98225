"""The configured catalogues, each with one connection pool, made when it is first asked for."""

from collections.abc import Callable

from eohub_catalogue.contract import CatalogueSource
from eohub_catalogue.errors import UnknownCatalogue
from eohub_catalogue.ports import StacCatalogue
from eohub_catalogue.server.settings import ServerSettings
from eohub_catalogue.server.stac_api import StacApi


class Catalogues:
    """Catalogues by id. Wrong settings surface here, as an error that the panel shows."""

    def __init__(
        self,
        settings: Callable[[], ServerSettings],
        open_catalogue: Callable[[CatalogueSource, float], StacCatalogue] = StacApi.open,
    ) -> None:
        self._read_settings = settings
        self._open = open_catalogue
        self._settings: ServerSettings | None = None
        self._opened: dict[str, StacCatalogue] = {}

    @property
    def sources(self) -> tuple[CatalogueSource, ...]:
        """What is configured, in order; raises SettingsError."""
        return self._known().catalogues

    def __getitem__(self, identifier: str) -> StacCatalogue:
        """The catalogue of this id; raises UnknownCatalogue."""
        if identifier not in self._opened:
            settings = self._known()
            source = next((each for each in settings.catalogues if each.id == identifier), None)
            if source is None:
                raise UnknownCatalogue(
                    f"No catalogue {identifier!r} is configured.",
                    hint="Reload the panel to see those that are.",
                )
            self._opened[identifier] = self._open(source, settings.deadline_seconds)
        return self._opened[identifier]

    def _known(self) -> ServerSettings:
        if self._settings is None:
            self._settings = self._read_settings()
        return self._settings
