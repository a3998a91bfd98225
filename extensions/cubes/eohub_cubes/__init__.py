"""Data cubes: know their size, open them lazily and look at a slice."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eohub_cubes.notebook.estimates import estimate
    from eohub_cubes.notebook.explorer import explore
    from eohub_cubes.notebook.opening import open_item
    from eohub_cubes.notebook.searching import search
    from eohub_cubes.notebook.stores import cube_file, cube_store, cube_vectors
    from eohub_cubes.notebook.virtual import virtual_cube

# Each is imported when it is first used, so that a server does not wait for a notebook's tools.
_PLACES = {
    "cube_file": "notebook.stores",
    "cube_store": "notebook.stores",
    "cube_vectors": "notebook.stores",
    "estimate": "notebook.estimates",
    "explore": "notebook.explorer",
    "open_item": "notebook.opening",
    "search": "notebook.searching",
    "virtual_cube": "notebook.virtual",
}

__all__ = [
    "cube_file",
    "cube_store",
    "cube_vectors",
    "estimate",
    "explore",
    "open_item",
    "search",
    "virtual_cube",
]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__]
