"""A Jupyter server extension with a few routes, to try the door of the pod with a real server."""

from dataclasses import dataclass

from jupyter_server.serverapp import ServerApp
from pydantic import BaseModel, Field

from eohub_toolkit.errors import NotFound
from eohub_toolkit.routes import handlers, route


class Query(BaseModel):
    words: str = ""
    limit: int = Field(default=20, ge=1, le=100)


class Page(BaseModel):
    titles: list[str]


@dataclass
class Shelf:
    titles: list[str]


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


ROUTES = [search, list_some, read]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "fakes.pod_extension"}]


def _load_jupyter_server_extension(app: ServerApp) -> None:
    found = handlers(app.base_url, "eohub/test", ROUTES, {Shelf: Shelf(["ice", "iris", "sea ice"])})
    app.web_app.add_handlers(".*$", found)
