"""The STAC API as a FastAPI application, put together from stac-fastapi's factory and the toolkit's rules."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from stac_fastapi.api.app import StacApi
from stac_fastapi.api.models import GeoJSONResponse
from stac_fastapi.api.routes import create_async_endpoint
from stac_fastapi.extensions.collection_search import CollectionSearchExtension
from stac_fastapi.extensions.fields import FieldsConformanceClasses, FieldsExtension
from stac_fastapi.extensions.filter import FilterConformanceClasses, FilterExtension
from stac_fastapi.extensions.free_text import FreeTextConformanceClasses, FreeTextExtension
from stac_fastapi.extensions.query import QueryConformanceClasses, QueryExtension
from stac_fastapi.extensions.sort import SortConformanceClasses, SortExtension
from stac_fastapi.types.config import ApiSettings
from stac_fastapi.types.extension import ApiExtension
from starlette.exceptions import HTTPException

from eohub_catalogue.errors import ChangedMeanwhile
from eohub_catalogue.index.ports import StacStore
from eohub_catalogue.index.store import SqliteStore
from eohub_catalogue.service.client import StacClient
from eohub_catalogue.service.queryables import Queryables
from eohub_catalogue.service.requests import (
    CollectionsRequest,
    ItemRequest,
    ItemsRequest,
    SearchGetRequest,
    SearchPostRequest,
)
from eohub_catalogue.service.settings import CatalogueSettings
from eohub_catalogue.service.transactions import Transactions
from eohub_catalogue.service.watching import NobodyWaits
from eohub_catalogue.service.writing import NotStac, WrongType
from eohub_catalogue.versions import STAC_VERSION
from eohub_toolkit.db import open_engine
from eohub_toolkit.errors import Invalid, Problem, problem_of
from eohub_toolkit.http import Client
from eohub_toolkit.hub_auth import HubAuth
from eohub_toolkit.service import install_problems

_STATUS: dict[type[Exception], int] = {ChangedMeanwhile: 412, WrongType: 415, NotStac: 422, NobodyWaits: 499}
"""What HTTP and STAC have a status of their own for; 499 is seen in logs only."""

_NOT_JSON = Invalid("The body is not a JSON object.", hint="Send it with 'Content-Type: application/json'.")


class _ApiSettings(ApiSettings):
    """stac-fastapi's settings, which would read unprefixed variables and a `.env` file by themselves."""

    model_config = SettingsConfigDict(env_file=None, extra="allow")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is given by keyword."""
        return (init_settings,)


class _StacApi(StacApi):
    """stac-fastapi's factory with our paths where its own do not serve."""

    def add_health_check(self) -> None:
        """Answer at `health`, as every service of EOHub does."""
        self.app.add_api_route(f"{self.router.prefix}/health", _health, include_in_schema=False)

    def register_get_item(self) -> None:
        """Let item ids contain slashes, as those of real archives do."""
        self.router.add_api_route(
            "/collections/{collection_id}/items/{item_id:path}",
            create_async_endpoint(self.client.get_item, self.item_get_request_model),
            name="Get Item",
            methods=["GET"],
            response_class=GeoJSONResponse,
            response_model=None,
        )


def create_app(settings: CatalogueSettings, store: StacStore) -> FastAPI:
    """The API on `store`, which it closes when it stops."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(store.close)
            if settings.hub_api_url is not None:
                hub = await stack.enter_async_context(Client(f"{settings.hub_api_url}/"))
                # Nothing is remembered: a token that is taken back writes nothing more.
                app.state.hub_auth = HubAuth(hub, cached_seconds=0)
            yield

    base = settings.prefix.rstrip("/")
    app = FastAPI(
        title=settings.title,
        description=settings.description,
        version="0.1.0",
        lifespan=lifespan,
        openapi_url=f"{base}/api",
        docs_url=None,
        redoc_url=None,
        responses={
            "4XX": {"model": Problem, "description": "The request is wrong, or there is no such document"},
            "5XX": {"model": Problem, "description": "The catalogue cannot answer now"},
        },
    )
    app.state.hub_auth = None
    _StacApi(
        settings=_ApiSettings(
            stac_fastapi_title=settings.title,
            stac_fastapi_description=settings.description,
            stac_fastapi_version="0.1.0",
            stac_fastapi_landing_id="eohub-catalogue",
            openapi_url=f"{base}/api",
        ),
        client=StacClient(store=store, prefix=settings.prefix, landing_page_id="eohub-catalogue"),
        stac_version=STAC_VERSION,
        extensions=_extensions(settings, store),
        app=app,
        router=APIRouter(prefix=base),
        # No CORS: browsers reach catalogues through their own Jupyter server.
        middlewares=[],
        exceptions={},
        search_get_request_model=SearchGetRequest,
        search_post_request_model=SearchPostRequest,
        collections_get_request_model=CollectionsRequest,
        items_get_request_model=ItemsRequest,
        item_get_request_model=ItemRequest,
    )
    install_problems(app)
    app.add_exception_handler(Invalid, _bad_request)
    for kind, status in _STATUS.items():
        app.add_exception_handler(kind, _answering(status))
    app.add_exception_handler(RequestValidationError, _bad_request)
    app.add_exception_handler(HTTPException, _bad_body_or(app.exception_handlers[HTTPException]))
    return app


def _extensions(settings: CatalogueSettings, store: StacStore) -> list[ApiExtension]:
    """What the API does beside the core, each with its conformance classes."""
    transactions = Transactions(store=store, prefix=settings.prefix)
    if settings.hub_api_url is None:
        # The routes are there to say why nothing can be written; they are no ability.
        transactions.conformance_classes = []
    text, cql2 = FreeTextConformanceClasses, FilterConformanceClasses
    return [
        FreeTextExtension(conformance_classes=[text.SEARCH, text.ITEMS, text.COLLECTIONS]),
        FieldsExtension(
            conformance_classes=[FieldsConformanceClasses.SEARCH, FieldsConformanceClasses.ITEMS]
        ),
        QueryExtension(conformance_classes=[QueryConformanceClasses.SEARCH, QueryConformanceClasses.ITEMS]),
        SortExtension(
            conformance_classes=[
                SortConformanceClasses.ITEM_SEARCH_SORT,
                SortConformanceClasses.FEATURES_SORT,
            ]
        ),
        CollectionSearchExtension(),
        transactions,
        FilterExtension(
            client=Queryables(store=store, prefix=settings.prefix),
            # Functions of a server's own are all that CQL2 has and we have not; collections have no filter.
            conformance_classes=[one for one in cql2 if one not in (cql2.FUNCTIONS, cql2.COLLECTIONS)],
        ),
    ]


def openapi_document() -> dict[str, Any]:
    """The OpenAPI document of the service at its default address, for `openapi/service.json`."""
    settings = CatalogueSettings()
    # An engine connects when it is first used, which is never here.
    return create_app(settings, SqliteStore(open_engine(settings.database_url))).openapi()


def _bad_body_or(others: Callable[[Request, Any], Any]) -> Callable[[Request, Exception], Any]:
    """FastAPI raises its own exception with 400 for a body that it cannot read, and in no other case."""

    async def answer(request: Request, error: Exception) -> Any:
        unreadable = isinstance(error, HTTPException) and error.status_code == 400
        return await (_bad_request(request, _NOT_JSON) if unreadable else others(request, error))

    return answer


def _answering(status: int) -> Callable[[Request, Exception], Any]:
    async def answer(request: Request, error: Exception) -> JSONResponse:
        _, problem = problem_of(error, request.state.trace_id)
        return JSONResponse(problem.model_dump(exclude_none=True), status_code=status)

    return answer


async def _bad_request(request: Request, error: Exception) -> JSONResponse:
    """400, where EOHub says 422 elsewhere: OGC API - Features (7.5) and STAC demand it."""
    invalid = error if isinstance(error, Invalid) else _NOT_JSON
    _, problem = problem_of(invalid, request.state.trace_id)
    return JSONResponse(problem.model_dump(exclude_none=True), status_code=400)


async def _health() -> dict[str, str]:
    return {"status": "ok"}
