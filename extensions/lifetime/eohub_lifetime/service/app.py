"""The application: servers report, and are told when they end."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, FastAPI, Request

from eohub_lifetime.contract import Nothing, Report, ServerLifetime
from eohub_lifetime.running import Speaker
from eohub_lifetime.service.audit import HubDiary
from eohub_lifetime.service.caller import calling_server
from eohub_lifetime.service.hub import AgreedPolicies, HubApi
from eohub_lifetime.service.keeper import Keeper
from eohub_lifetime.service.rounds import Rounds
from eohub_lifetime.service.settings import LifetimeSettings
from eohub_lifetime.service.store import SqlRecords
from eohub_profiles.source import PolicySource
from eohub_toolkit.http import Client
from eohub_toolkit.hub_auth import HubAuth
from eohub_toolkit.service import create_service

_TOKENS_SECONDS = 300.0
"""How long it is remembered whose token it is: what a server says after its end concerns nobody."""


def create_app(settings: LifetimeSettings) -> FastAPI:
    """The lifetime service; it connects when it starts, so it can be made for its OpenAPI alone."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        records = await asyncio.to_thread(SqlRecords.open, settings.database_url)
        keeper = Keeper(records, clock=time.time, silent_seconds=settings.silent_seconds)
        await keeper.load()
        async with Client(settings.hub_api_url + "/", deadline_seconds=30.0) as client:
            app.state.hub_auth = HubAuth(client, cached_seconds=_TOKENS_SECONDS)
            app.state.keeper = keeper
            watching = asyncio.create_task(_rounds(settings, keeper, client).watch(settings.round_seconds))
            yield
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
            await keeper.save()
        records.close()

    return create_service("EOHub lifetime", prefix=settings.prefix, routers=[_router()], lifespan=lifespan)


def openapi_document() -> dict[str, Any]:
    """The OpenAPI description of the service with its default settings."""
    return create_app(LifetimeSettings()).openapi()


def _rounds(settings: LifetimeSettings, keeper: Keeper, client: Client) -> Rounds:
    token = settings.hub_api_token.get_secret_value()
    hub = HubApi(client, token)

    def read() -> PolicySource:
        return PolicySource(
            settings.policy_folder,
            clock=time.monotonic,
            today=lambda: datetime.now(UTC),
            # What a hub can use, it decides itself; only what it has put in force is gone by.
            check=lambda _: (),
        )

    return Rounds(keeper, hub, AgreedPolicies(hub, read), HubDiary(client, token), clock=time.time)


def _router() -> APIRouter:
    router = APIRouter()

    @router.post("/report", response_model=ServerLifetime)
    async def report(
        request: Request, report: Report, speaker: Annotated[Speaker, Depends(calling_server)]
    ) -> ServerLifetime:
        """Take what the server whose token this is was doing, and tell it when it ends."""
        return _keeper(request).heard(speaker, report)

    @router.post("/keep", response_model=ServerLifetime)
    async def keep(
        request: Request, _: Nothing, speaker: Annotated[Speaker, Depends(calling_server)]
    ) -> ServerLifetime:
        """Keep the server whose token this is, where the policy allows it."""
        return await _keeper(request).keep(speaker)

    return router


def _keeper(request: Request) -> Keeper:
    return cast(Keeper, request.app.state.keeper)
