"""The entry points: `eohub-catalogue-service` serves the API, `eohub-catalogue` fills the store."""

import gc
import logging
import os
import sys

from eohub_catalogue.service.settings import CatalogueSettings
from eohub_toolkit.errors import EohubError
from eohub_toolkit.logs import configure_logs
from eohub_toolkit.settings import load


def serve() -> None:
    """Serve the STAC API until it is told to stop."""
    # On import stac-fastapi makes settings that we do not use, and warns about their defaults.
    logging.getLogger("stac_fastapi.types.config").setLevel(logging.ERROR)
    from eohub_catalogue.index.store import SqliteStore
    from eohub_catalogue.index.upgrading import Upgrade
    from eohub_catalogue.service.app import create_app
    from eohub_toolkit.service import run_service

    try:
        settings = load(CatalogueSettings, os.environ)
        configure_logs("catalogue", as_json=settings.json_logs)
        store = SqliteStore.open(
            settings.database_url,
            search_seconds=settings.search_seconds,
            readers=settings.readers,
            # The hub starts a service anew that does not answer; this one says how far it is.
            upgrade=Upgrade(in_background=True),
        )
    except EohubError as error:
        sys.exit(_sentence(error))
    run_service(create_app(settings, store), port=settings.listening_port)


def manage() -> None:
    """Run one command on the store; the exit status tells how it went."""
    from eohub_catalogue.service.command import run

    # Millions of objects without a cycle among them: looking for cycles would take a third of the time.
    gc.disable()
    try:
        settings = load(CatalogueSettings, os.environ)
        status = run(sys.argv[1:], settings)
    except EohubError as error:
        sys.exit(_sentence(error))
    sys.exit(status)


def _sentence(error: EohubError) -> str:
    from eohub_catalogue.service.commands.terminal import printable

    return printable(f"{error.detail} {error.hint or ''}".strip())


if __name__ == "__main__":
    serve()
