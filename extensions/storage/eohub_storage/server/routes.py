"""What the drive in the Lab can ask the user's own Jupyter server."""

import asyncio

from eohub_storage import drive
from eohub_storage.contract import (
    Document,
    Done,
    ListQuery,
    MoveQuery,
    ObjectPage,
    ObjectQuery,
    PanelPlaces,
    PrefixQuery,
    Removed,
    RemoveQuery,
    Transfer,
    TransferQuery,
)
from eohub_storage.server.extension import PREFIX
from eohub_storage.server.mounts import mounts_of
from eohub_storage.server.parts import Drive
from eohub_toolkit.routes import route

_ADDRESS_SECONDS = 900
"""A presigned URL outlives no keys; this is enough for a transfer to begin."""


@route("GET", "/places")
async def list_places(parts: Drive) -> PanelPlaces:
    """List the places of this server's person, without asking S3 about any of them."""
    mounts = await asyncio.to_thread(mounts_of, parts.settings().mounts_file)
    return PanelPlaces(places=await parts.places.places(), mounts=mounts)


@route("POST", "/list")
async def list_objects(query: ListQuery, parts: Drive) -> ObjectPage:
    """List one page of a prefix."""
    return await drive.page(query, parts.store)


@route("POST", "/open")
async def open_object(query: ObjectQuery, parts: Drive) -> Document:
    """Read a small object."""
    return await drive.opened(query, parts.store)


@route("POST", "/move")
async def move_object(query: MoveQuery, parts: Drive) -> Done:
    """Give an object another name."""
    await drive.moved(query, parts.store)
    return Done()


@route("POST", "/remove")
async def remove_objects(query: RemoveQuery, parts: Drive) -> Removed:
    """Delete an object, or a part of what lies below a prefix."""
    return await drive.removed(query, parts.store)


@route("POST", "/prefix")
async def make_prefix(query: PrefixQuery, parts: Drive) -> Done:
    """Make an empty prefix."""
    await drive.made(query, parts.store)
    return Done()


@route("POST", "/transfer")
async def transfer(query: TransferQuery, parts: Drive) -> Transfer:
    """Give the browser an address at S3, where transfers are direct."""
    drive.check_key(query.key)
    if query.direction == "upload" and not query.replace:
        await parts.store.require_absent(query.bucket, query.key)
    if parts.settings().transfer == "server":
        return Transfer(url=None)
    return Transfer(url=await parts.store.address(query.bucket, query.key, query.direction, _ADDRESS_SECONDS))


ROUTES = (list_places, list_objects, open_object, move_object, remove_objects, make_prefix, transfer)
__all__ = ["PREFIX", "ROUTES"]
