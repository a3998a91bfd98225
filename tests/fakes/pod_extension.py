"""A Jupyter server extension with a few routes, to try the door of the pod with a real server."""

import asyncio
from dataclasses import dataclass, field

from jupyter_server.serverapp import ServerApp
from pydantic import BaseModel, Field, JsonValue

from eohub_toolkit.errors import NotFound
from eohub_toolkit.routes import Content, handlers, route


class Query(BaseModel):
    words: str = ""
    marks: dict[str, JsonValue] = {}
    limit: int = Field(default=20, ge=1, le=100)


class Page(BaseModel):
    titles: list[str]


@dataclass
class Shelf:
    titles: list[str]
    readers: list[str] = field(default_factory=list[str])
    """Who reads a book that has no end, and who has stopped."""


@route("POST", "/search")
async def search(query: Query, shelf: Shelf) -> Page:
    """Search the shelf."""
    return Page(titles=[title for title in shelf.titles if query.words in title][: query.limit])


@route("GET", "/search")
async def list_some(query: Query, shelf: Shelf) -> Page:
    """List the shelf."""
    return Page(titles=shelf.titles[: query.limit])


@route("GET", "/books/{title}")
async def read(title: str, shelf: Shelf) -> Page:
    """Read one book."""
    if title == "broken":
        raise RuntimeError("secret inside")
    if title not in shelf.titles:
        raise NotFound(f"There is no book {title!r}.")
    return Page(titles=[title])


@route("PUT", "/books/{title}")
async def put(title: str, query: Query, shelf: Shelf) -> Page:
    """Put a book on the shelf, words and all."""
    return Page(titles=[*shelf.titles, title, query.words])


@route("DELETE", "/books/{title}")
async def take(title: str, shelf: Shelf) -> Page:
    """Tell what is left without a book."""
    return Page(titles=[each for each in shelf.titles if each != title])


@route("GET", "/covers/{title}")
async def cover(title: str, shelf: Shelf) -> Content:
    """Show a cover."""
    return Content(title.encode(), "image/x-title", keep_seconds=60)


@route("GET", "/endless")
async def endless(shelf: Shelf) -> Page:
    """Read a book that has no end."""
    shelf.readers.append("began")
    try:
        await asyncio.Event().wait()
    finally:
        shelf.readers.append("stopped")
    raise AssertionError


@route("GET", "/readers")
async def readers(shelf: Shelf) -> Page:
    """Tell who reads the book without an end."""
    return Page(titles=shelf.readers)


ROUTES = [search, list_some, read, put, take, cover, endless, readers]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "fakes.pod_extension"}]


def _load_jupyter_server_extension(app: ServerApp) -> None:
    found = handlers(app.base_url, "eohub/test", ROUTES, {Shelf: Shelf(["ice", "iris", "sea ice"])})
    app.web_app.add_handlers(".*$", found)
