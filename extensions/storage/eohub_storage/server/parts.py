"""The drive's parts, made with its first request."""

from collections.abc import Mapping
from functools import cache

from eohub_storage.ports import ObjectStore, PlaceSource
from eohub_storage.server.place_sources import HubPlaces, OwnPlaces
from eohub_storage.server.s3 import S3Objects, new_client
from eohub_storage.server.settings import ServerSettings
from eohub_toolkit.http import Client
from eohub_toolkit.settings import load


class Drive:
    """Settings, S3 and places of one server; a wrong setting is told by every request that needs one."""

    def __init__(self, environ: Mapping[str, str], store: S3Objects | None = None) -> None:
        found = store or S3Objects(new_client)
        self.store: ObjectStore = found
        self.settings = cache(lambda: load(ServerSettings, environ))
        self._source = cache(lambda: _source(self.settings(), found))

    @property
    def places(self) -> PlaceSource:
        """Where the places come from."""
        return self._source()


def _source(settings: ServerSettings, store: S3Objects) -> PlaceSource:
    if not settings.storage_url:
        return OwnPlaces(store, settings.places)
    client = Client(settings.storage_url.rstrip("/") + "/")
    return HubPlaces(client, settings.hub_token.get_secret_value())
