"""What the Lab panel can ask the user's own Jupyter server."""

import asyncio

from eohub_catalogue.code import code_of
from eohub_catalogue.contract import (
    CatalogueList,
    CodeQuery,
    DataStore,
    ItemPage,
    NotebookCode,
    Reachable,
    SearchQuery,
)
from eohub_catalogue.server.catalogues import Catalogues
from eohub_catalogue.server.data_store import DataStoreProbe
from eohub_catalogue.server.extension import PREFIX
from eohub_catalogue.summary import page_of
from eohub_toolkit.routes import route


@route("GET", "/catalogues")
async def list_catalogues(catalogues: Catalogues) -> CatalogueList:
    """List the configured catalogues without asking any of them."""
    return CatalogueList(catalogues=catalogues.sources)


@route("GET", "/catalogues/{catalogue}")
async def probe(catalogue: str, catalogues: Catalogues) -> Reachable:
    """Ask one catalogue whether it answers."""
    await catalogues[catalogue].probe()
    return Reachable(catalogue=catalogue)


@route("POST", "/search")
async def search(query: SearchQuery, catalogues: Catalogues) -> ItemPage:
    """Search one catalogue and return one page of summaries."""
    asked = query.clamped()
    page = await catalogues[asked.catalogue].search(asked)
    # Items may be large: the server answers its other requests meanwhile.
    return await asyncio.to_thread(page_of, page, asked.catalogue)


@route("POST", "/code")
async def notebook_code(query: CodeQuery, catalogues: Catalogues) -> NotebookCode:
    """Write the notebook cell that opens an item."""
    return code_of(await catalogues[query.catalogue].item(query.collection, query.item))


@route("GET", "/store")
async def data_store(store: DataStoreProbe) -> DataStore:
    """Ask the data store whether it answers, where one is configured."""
    return DataStore(url=await store.ask())


ROUTES = (list_catalogues, probe, search, notebook_code, data_store)
__all__ = ["PREFIX", "ROUTES"]
