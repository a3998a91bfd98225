"""What the Lab panel can ask the user's own Jupyter server."""

import asyncio
from collections.abc import Mapping, Sequence

from eohub_catalogue.chunking import sister_of
from eohub_catalogue.code import code_of
from eohub_catalogue.conformance import Facts
from eohub_catalogue.contract import (
    CatalogueList,
    CatalogueSource,
    CatalogueState,
    CollectionPage,
    CollectionQuery,
    DataStore,
    FilterCheck,
    FilterText,
    FreezeQuery,
    FrozenList,
    FrozenState,
    IndexState,
    NewCatalogue,
    QueryableList,
    QueryableQuery,
    Saved,
    SavedPlace,
    SavedSearch,
    SearchCode,
    SearchCodeQuery,
    SearchQuery,
)
from eohub_catalogue.data import source_of
from eohub_catalogue.filters import check_cql2
from eohub_catalogue.inherited import leaves_out
from eohub_catalogue.item_contract import (
    AssetKey,
    DataSource,
    ItemDetail,
    ItemKey,
    ItemPage,
    NotebookCode,
)
from eohub_catalogue.order_contract import Order, OrderList, OrderQuery
from eohub_catalogue.ports import (
    ApiCatalogue,
    Freezer,
    Orders,
    Quicklooks,
    RawPage,
    SavedThings,
    StacCatalogue,
    Twins,
)
from eohub_catalogue.reading import identifier, mapping
from eohub_catalogue.server.catalogues import Catalogues
from eohub_catalogue.server.data_store import DataStoreProbe
from eohub_catalogue.server.extension import PREFIX
from eohub_catalogue.twin_contract import TwinForm, TwinQuery
from eohub_toolkit.errors import EohubError
from eohub_toolkit.routes import Content, route

_PICTURE_KEPT_SECONDS = 3600
_COLLECTION_SECONDS = 2.0


# What reads geometries takes long to import: a thread does it, and not before somebody searches.
def _rows(page: RawPage, catalogue: str) -> ItemPage:
    from eohub_catalogue.summary import page_of

    return page_of(page, catalogue)


def _detail(raw: object, catalogue: str, collection: Mapping[str, object] | None) -> ItemDetail:
    from eohub_catalogue.detail import detail_of

    return detail_of(raw, catalogue, collection)


async def _collection_of(raw: Mapping[str, object], catalogue: StacCatalogue) -> Mapping[str, object] | None:
    """What may tell more of an item's origin; a collection that does not come in time is done without."""
    name = identifier(raw.get("collection"))
    if name is None or not leaves_out(raw):
        return None
    try:
        async with asyncio.timeout(_COLLECTION_SECONDS):
            return await catalogue.collection(name)
    except (EohubError, TimeoutError):
        return None


async def _sister_of(raw: Mapping[str, object], key: ItemKey, catalogue: StacCatalogue) -> ItemKey | None:
    """The same cube in the other chunking, where the catalogue has it and tells that in time."""
    sister = sister_of(raw)
    if sister is None:
        return None
    try:
        async with asyncio.timeout(_COLLECTION_SECONDS):
            await catalogue.item(key.collection, sister)
    except (EohubError, TimeoutError):
        return None
    return ItemKey(catalogue=key.catalogue, collection=key.collection, item=sister)


def _search_code(
    asked: Sequence[tuple[SearchQuery, CatalogueSource, Facts | EohubError | None]],
) -> SearchCode:
    from eohub_catalogue.search_cells import Part, cells_of

    return cells_of([Part(*each) for each in asked])


async def _told_facts(query: SearchQuery, catalogues: Catalogues) -> Facts | EohubError | None:
    """What an API can do, where its code depends on it: for words alone."""
    if not query.words.split():
        return None
    try:
        catalogue = await catalogues.get(query.catalogue)
        return await catalogue.facts() if isinstance(catalogue, ApiCatalogue) else None
    except EohubError as error:
        return error


@route("GET", "/catalogues")
async def list_catalogues(catalogues: Catalogues) -> CatalogueList:
    """List the catalogues without asking any of them."""
    return await catalogues.listed()


@route("POST", "/catalogues")
async def add_catalogue(new: NewCatalogue, catalogues: Catalogues) -> CatalogueSource:
    """Add a catalogue of one's own, after it was asked what kind it is."""
    return await catalogues.add(new)


@route("GET", "/catalogues/{catalogue}")
async def probe(catalogue: str, catalogues: Catalogues) -> CatalogueState:
    """Ask one catalogue whether it answers, and what it can do."""
    return await catalogues.state(catalogue)


@route("DELETE", "/catalogues/{catalogue}")
async def remove_catalogue(catalogue: str, catalogues: Catalogues) -> CatalogueList:
    """Remove a catalogue of one's own."""
    return await catalogues.remove(catalogue)


@route("GET", "/catalogues/{catalogue}/collections")
async def collections(catalogue: str, query: CollectionQuery, catalogues: Catalogues) -> CollectionPage:
    """List the collections of a catalogue that hold the words."""
    return await (await catalogues.get(catalogue)).collections(query)


@route("GET", "/catalogues/{catalogue}/queryables")
async def queryables(catalogue: str, query: QueryableQuery, catalogues: Catalogues) -> QueryableList:
    """List the properties that can be searched."""
    return await (await catalogues.get(catalogue)).queryables(query.collection)


@route("GET", "/catalogues/{catalogue}/index")
async def index_state(catalogue: str, catalogues: Catalogues) -> IndexState:
    """Tell how far the local index of a catalogue is."""
    return await (await catalogues.indexed(catalogue)).index_state()


@route("POST", "/catalogues/{catalogue}/index")
async def build_index(catalogue: str, catalogues: Catalogues) -> IndexState:
    """Begin to build the local index of a catalogue, or to bring it up to date."""
    return await (await catalogues.indexed(catalogue)).build_index()


@route("DELETE", "/catalogues/{catalogue}/index")
async def stop_building(catalogue: str, catalogues: Catalogues) -> IndexState:
    """Stop building the local index of a catalogue; what has been read stays."""
    return await (await catalogues.indexed(catalogue)).stop_building()


@route("POST", "/search")
async def search(query: SearchQuery, catalogues: Catalogues, quicklooks: Quicklooks) -> ItemPage:
    """Search one catalogue and return one page of summaries."""
    asked = query.clamped()
    page = await (await catalogues.get(asked.catalogue)).search(asked)
    # Items may be large: the server answers its other requests meanwhile.
    found = await asyncio.to_thread(_rows, page, asked.catalogue)
    await quicklooks.note(found.items, page.features)
    return found


@route("POST", "/filter")
async def check_filter(query: FilterText) -> FilterCheck:
    """Check CQL2 text without searching."""
    return FilterCheck(problem=check_cql2(query.text))


@route("POST", "/item")
async def item(key: ItemKey, catalogues: Catalogues) -> ItemDetail:
    """Return everything that is told about one item."""
    catalogue = await catalogues.get(key.catalogue)
    raw = await catalogue.item(key.collection, key.item)
    collection, sister = await asyncio.gather(
        _collection_of(mapping(raw), catalogue), _sister_of(mapping(raw), key, catalogue)
    )
    detail = await asyncio.to_thread(_detail, raw, key.catalogue, collection)
    return detail.model_copy(update={"sister": sister})


@route("GET", "/quicklook")
async def quicklook(key: AssetKey, quicklooks: Quicklooks) -> Content:
    """Return the small picture of an item."""
    picture = await quicklooks.picture(key)
    return Content(picture.body, picture.media_type, _PICTURE_KEPT_SECONDS)


@route("POST", "/code")
async def notebook_code(key: ItemKey, catalogues: Catalogues) -> NotebookCode:
    """Write the notebook cell that opens an item."""
    return code_of(await (await catalogues.get(key.catalogue)).item(key.collection, key.item))


@route("POST", "/source")
async def source(key: ItemKey, catalogues: Catalogues) -> DataSource:
    """Tell how the data of an item is opened."""
    return source_of(await (await catalogues.get(key.catalogue)).item(key.collection, key.item), key)


@route("POST", "/search-code")
async def search_code(query: SearchCodeQuery, catalogues: Catalogues) -> SearchCode:
    """Write the notebook cells that do a search."""
    sources = [await catalogues.source(each.catalogue) for each in query.searches]
    facts = await asyncio.gather(*(_told_facts(each, catalogues) for each in query.searches))
    return await asyncio.to_thread(_search_code, [*zip(query.searches, sources, facts, strict=True)])


@route("GET", "/saved")
async def saved(things: SavedThings) -> Saved:
    """List saved searches and places."""
    return await things.all()


@route("POST", "/saved/searches")
async def keep_search(search: SavedSearch, things: SavedThings) -> Saved:
    """Keep a search, in place of one of the same name."""
    return await things.keep_search(search)


@route("DELETE", "/saved/searches/{name}")
async def forget_search(name: str, things: SavedThings) -> Saved:
    """Forget a saved search."""
    return await things.forget_search(name)


@route("POST", "/saved/places")
async def keep_place(place: SavedPlace, things: SavedThings) -> Saved:
    """Keep a place, in place of one of the same name."""
    return await things.keep_place(place)


@route("DELETE", "/saved/places/{name}")
async def forget_place(name: str, things: SavedThings) -> Saved:
    """Forget a saved place."""
    return await things.forget_place(name)


@route("POST", "/frozen")
async def freeze(query: FreezeQuery, freezer: Freezer) -> FrozenState:
    """Begin to keep a search with what is needed to use it without a network."""
    return await freezer.freeze(query)


@route("GET", "/frozen")
async def frozen(freezer: Freezer) -> FrozenList:
    """List the searches that are being frozen or were frozen by this server."""
    return await freezer.frozen()


@route("DELETE", "/frozen/{identifier}")
async def stop_freezing(identifier: str, freezer: Freezer) -> FrozenState:
    """Stop freezing a search and leave nothing of it behind."""
    return await freezer.stop(identifier)


@route("GET", "/orders")
async def list_orders(orders: Orders) -> OrderList:
    """List the orders, newest first, and go on asking for those that are under way."""
    return await orders.all()


@route("POST", "/orders")
async def place_order(query: OrderQuery, orders: Orders) -> Order:
    """Begin to order an item."""
    return await orders.place(query)


@route("DELETE", "/orders/{identifier}")
async def forget_order(identifier: str, orders: Orders) -> OrderList:
    """Forget an order; its catalogue goes on with it."""
    return await orders.forget(identifier)


@route("POST", "/orders/{identifier}/watch")
async def watch_order(identifier: str, orders: Orders) -> Order:
    """Ask for an order now, and go on asking."""
    return await orders.watch(identifier)


@route("DELETE", "/orders/{identifier}/watch")
async def stop_watching(identifier: str, orders: Orders) -> Order:
    """Ask for an order no more; its catalogue goes on with it."""
    return await orders.stop_watching(identifier)


@route("POST", "/twins")
async def twin_form(query: TwinQuery, twins: Twins) -> TwinForm:
    """Tell what can be chosen of a digital twin after what was chosen."""
    return await twins.form(query)


@route("GET", "/store")
async def data_store(store: DataStoreProbe) -> DataStore:
    """Ask the data store whether it answers, where one is configured."""
    return DataStore(url=await store.ask())


ROUTES = (
    list_catalogues, add_catalogue, probe, remove_catalogue, collections, queryables, index_state,
    build_index, stop_building, search, check_filter, item, quicklook, notebook_code, source, search_code,
    saved, keep_search, forget_search, keep_place, forget_place, freeze, frozen, stop_freezing,
    list_orders, place_order, forget_order, watch_order, stop_watching, twin_form, data_store,
)  # fmt: skip
__all__ = ["PREFIX", "ROUTES"]
