"""The application: one route that gives keys."""

import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request, Response

from eohub_storage.contract import Credentials
from eohub_storage.errors import NotAPerson
from eohub_storage.issuing import credentials_for
from eohub_storage.rate import KeyRate
from eohub_storage.service.hub import HubTokens
from eohub_storage.service.settings import StorageSettings
from eohub_storage.service.sts import StsKeyIssuer
from eohub_toolkit.http import Client
from eohub_toolkit.hub_auth import HubAuth, HubUser, require
from eohub_toolkit.service import create_service

SCOPE = "custom:storage:credentials"


def create_app(settings: StorageSettings) -> FastAPI:
    """The storage service; it connects when it starts, so it can be made for its OpenAPI alone."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with Client(settings.hub_api_url + "/") as hub, Client(settings.sts_url + "/") as sts:
            # Nothing is remembered: a stopped server's token is refused at once, and being asked makes the
            # hub refresh the person's login when that is due.
            app.state.hub_auth = HubAuth(hub, cached_seconds=0)
            app.state.tokens = HubTokens(hub, settings.hub_api_token.get_secret_value())
            app.state.issuer = StsKeyIssuer(sts, settings.role_arn)
            yield

    return create_service(
        "EOHub storage", prefix=settings.prefix, routers=[_router(settings)], lifespan=lifespan
    )


def openapi_document() -> dict[str, Any]:
    """The OpenAPI description of the service with its default settings."""
    return create_app(StorageSettings()).openapi()


async def _person(user: Annotated[HubUser, Depends(require(SCOPE))]) -> HubUser:
    if user.kind != "user":
        raise NotAPerson("S3 keys are for people.", hint="Use a person's token.")
    return user


def _router(settings: StorageSettings) -> APIRouter:
    router = APIRouter()
    rate = KeyRate(settings.keys_per_minute)

    @router.post("/credentials", response_model=Credentials)
    async def credentials(
        request: Request, response: Response, user: Annotated[HubUser, Depends(_person)]
    ) -> Credentials:
        """Give S3 keys to the person whose hub token this is; the request has no body."""
        rate.count(user.name, time.monotonic())
        state = request.app.state
        response.headers["Cache-Control"] = "no-store"
        return await credentials_for(user.name, settings.terms, state.tokens, state.issuer, datetime.now(UTC))

    return router
