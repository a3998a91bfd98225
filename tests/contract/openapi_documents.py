"""The OpenAPI documents that are committed, and what they are made from. Run as a script, it writes them."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from eohub_catalogue.server.routes import PREFIX, ROUTES
from eohub_catalogue.service.app import openapi_document as catalogue_service
from eohub_cubes.server.routes import PREFIX as CUBES_PREFIX
from eohub_cubes.server.routes import ROUTES as CUBES_ROUTES
from eohub_lifetime.server.routes import PREFIX as LIFETIME_PREFIX
from eohub_lifetime.server.routes import ROUTES as LIFETIME_ROUTES
from eohub_lifetime.service.app import openapi_document as lifetime_service
from eohub_storage.server.routes import PREFIX as STORAGE_PREFIX
from eohub_storage.server.routes import ROUTES as STORAGE_ROUTES
from eohub_storage.service.app import openapi_document as storage_service
from eohub_toolkit.routes import openapi

EXTENSIONS = Path(__file__).parents[2] / "extensions"


def catalogue_server() -> dict[str, Any]:
    """The routes of the catalogue's half in the user's pod."""
    return openapi("EOHub catalogue", PREFIX, ROUTES)


def storage_server() -> dict[str, Any]:
    """The routes of the drive in the user's pod."""
    return openapi("EOHub storage", STORAGE_PREFIX, STORAGE_ROUTES)


def cubes_server() -> dict[str, Any]:
    """The routes of the cubes' half in the user's pod."""
    return openapi("EOHub cubes", CUBES_PREFIX, CUBES_ROUTES)


def lifetime_server() -> dict[str, Any]:
    """The routes of the lifetime's half in the user's pod."""
    return openapi("EOHub lifetime", LIFETIME_PREFIX, LIFETIME_ROUTES)


DOCUMENTS: Mapping[str, Callable[[], Mapping[str, Any]]] = {
    "catalogue/openapi/server.json": catalogue_server,
    "catalogue/openapi/service.json": catalogue_service,
    "cubes/openapi/server.json": cubes_server,
    "lifetime/openapi/server.json": lifetime_server,
    "lifetime/openapi/service.json": lifetime_service,
    "storage/openapi/server.json": storage_server,
    "storage/openapi/service.json": storage_service,
}


def render(document: Mapping[str, Any]) -> str:
    """The text of a document as it is committed."""
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> None:
    """Write every document."""
    for name, make in DOCUMENTS.items():
        path = EXTENSIONS / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(render(make()), "utf-8")


if __name__ == "__main__":
    main()
