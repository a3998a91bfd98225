"""The application: keys for a person, and what they open."""

import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request, Response

from eohub_storage.contract import Credentials, Places, PlaceView
from eohub_storage.errors import NotAPerson
from eohub_storage.issuing import Asker, Outside, credentials_for
from eohub_storage.places import places_of
from eohub_storage.rate import KeyRate
from eohub_storage.service.audit import HubAudit
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
            token = settings.hub_api_token.get_secret_value()
            app.state.outside = Outside(
                HubTokens(hub, token), StsKeyIssuer(sts, settings.role_arn), HubAudit(hub, token)
            )
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
        response.headers["Cache-Control"] = "no-store"
        asker = Asker(user.name, user.groups)
        return await credentials_for(asker, settings.terms, request.app.state.outside, datetime.now(UTC))

    @router.get("/places", response_model=Places)
    async def places(user: Annotated[HubUser, Depends(_person)]) -> Places:
        """List what the keys of the person whose hub token this is open."""
        found = places_of(user.name, user.groups, settings.terms.layout)
        return Places(places=tuple(PlaceView(**asdict(place)) for place in found))

    return router
