"""What the routes are given: each part made once, nothing asked or opened before it is needed."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from jupyter_core.paths import jupyter_data_dir

from eohub_catalogue.ports import Freezer, Orders, Quicklooks, SavedThings, Twins
from eohub_catalogue.server.catalogues import Catalogues
from eohub_catalogue.server.data_store import DataStoreProbe
from eohub_catalogue.server.freezer import FileFreezer
from eohub_catalogue.server.home import Home
from eohub_catalogue.server.login import BearerLogin, FileTokens, HubTokens
from eohub_catalogue.server.opening import Opener
from eohub_catalogue.server.orders import FileOrders
from eohub_catalogue.server.own_catalogues import OwnCatalogues, Recognised
from eohub_catalogue.server.picture_files import PictureFiles
from eohub_catalogue.server.quicklook import PodQuicklooks
from eohub_catalogue.server.saved import SavedFile
from eohub_catalogue.server.settings import ServerSettings, settings_of
from eohub_catalogue.server.twins import WebTwins
from eohub_catalogue.server.web import Web


def parts_of(environ: Mapping[str, str], configured: object) -> dict[type, object]:
    """The parts by the type that a route asks for.

    What a person keeps lies in Jupyter's data folder, indexes in the cache folder, which may be emptied.
    """
    settings = cache(lambda: settings_of(environ, configured))
    # One way out for everything, since budgets and rests are kept for each host.
    web = cache(
        lambda: Web.guarded(settings().allowed_hosts, settings().rates(), settings().deadline_seconds)
    )
    home = Home(Path.home())
    kept = Path(jupyter_data_dir()) / "eohub-catalogue"
    cached = Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "eohub-catalogue"
    login = cache(lambda: _destine_login(settings(), web()))
    opener = Opener(web, home, cached, _now, login)

    async def recognise(address: str) -> Recognised:
        # Few people add a catalogue, and what reads its documents takes a while to import.
        from eohub_catalogue.server.recognising import Recogniser

        return await Recogniser(web, home).recognise(address)

    own = OwnCatalogues(kept / "catalogues.json", recognise)
    catalogues = Catalogues(settings, opener.open, own, opener.prepare)
    return {
        Catalogues: catalogues,
        DataStoreProbe: DataStoreProbe(settings),
        SavedThings: SavedFile(kept / "saved.json"),
        Quicklooks: PodQuicklooks(
            catalogues,
            web,
            PictureFiles(home),
            lambda source: login() if source.kind == "destine" else None,
        ),
        Orders: FileOrders(catalogues, kept / "orders.json", _now),
        Twins: WebTwins(lambda: settings().destine_twins, web),
        Freezer: FileFreezer(catalogues, web, home, kept / "freezing.json", _now),
    }


def _destine_login(settings: ServerSettings, web: Web) -> BearerLogin | None:
    """A login of the site's own settings, else the hub's, else none."""
    if settings.destine_login is not None:
        return BearerLogin(FileTokens(web, settings.destine_login), time.monotonic)
    if settings.hub_api_url and settings.hub_token.get_secret_value():
        tokens = HubTokens(web, settings.hub_api_url, settings.hub_token, settings.destine_platform)
        return BearerLogin(tokens, time.monotonic)
    return None


def _now() -> datetime:
    return datetime.now(UTC)
