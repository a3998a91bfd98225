"""Each kind of catalogue with what it needs to be asked, imported when the first of it is opened."""

import asyncio
import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from eohub_catalogue.contract import CatalogueSource
from eohub_catalogue.ports import StacCatalogue
from eohub_catalogue.server.home import Home
from eohub_catalogue.server.web import Web, trusted_origin

if TYPE_CHECKING:
    from eohub_catalogue.server.api_documents import Login
    from eohub_catalogue.server.documents import Documents

_LOOKED_THROUGH_EACH_DAY = timedelta(days=1)
# A search asks for items, collections, queryables and each filter alone: a folder is walked once for all.
_LOOKED_THROUGH_EACH_SEARCH = timedelta(seconds=5)
_ROWS = "eohub_catalogue.summary"
_API = ("eohub_catalogue.server.stac_api", _ROWS)
_INDEX = ("eohub_catalogue.server.local_catalogue", _ROWS)
"""What takes long to import: geometry for each search, a database for indexes only."""


class Opener:
    """Makes the adapter for a source; indexes lie below `cache`, one folder for each place."""

    def __init__(
        self,
        web: Callable[[], Web],
        home: Home,
        cache: Path,
        clock: Callable[[], datetime],
        destine_login: "Callable[[], Login | None]" = lambda: None,
    ) -> None:
        self._web = web
        self._home = home
        self._cache = cache
        self._clock = clock
        self._destine_login = destine_login
        self._importing = asyncio.Lock()
        self._imported = set[str]()

    async def prepare(self, source: CatalogueSource) -> None:
        """Import what a search of a source needs, in a thread: the server answers others meanwhile."""
        for name in _API if source.kind in ("api", "destine") else _INDEX:
            if name not in self._imported:
                async with self._importing:
                    await asyncio.to_thread(import_module, name)
                    self._imported.add(name)

    def open(self, source: CatalogueSource) -> StacCatalogue:
        """The catalogue at a source; nothing is asked or read yet. Raises Invalid for a path that is none."""
        if source.kind in ("api", "destine"):
            from eohub_catalogue.server.stac_api import StacApi

            login = self._destine_login() if source.kind == "destine" else None
            return StacApi(self._web(), source, login)
        from eohub_catalogue.server.local_catalogue import LocalCatalogue
        from eohub_catalogue.server.local_index import LocalIndex

        documents, fresh_for = self._documents(source)
        place = hashlib.sha256(f"{source.kind} {source.url} {source.path}".encode()).hexdigest()[:24]
        return LocalCatalogue(source, LocalIndex(self._cache / place, documents, self._clock, fresh_for))

    def _documents(self, source: CatalogueSource) -> "tuple[Documents, timedelta]":
        if source.url is not None:
            from eohub_catalogue.server.static import StaticDocuments

            documents = StaticDocuments(self._web(), source.url, trusted_origin(source))
            return documents, _LOOKED_THROUGH_EACH_DAY
        from eohub_catalogue.server.folder import earth_data_hub_files, stac_files

        path = self._home.path_of(source.path or "", trusted=not source.own)
        files = earth_data_hub_files(path) if source.kind == "earthdatahub" else stac_files(path)
        return files, _LOOKED_THROUGH_EACH_SEARCH
