"""Searches as the panel sends them, and what the code of one asks for."""

import ast
from typing import Any

from eohub_catalogue.contract import Area, CatalogueSource, PropertyFilter, SearchQuery

API = CatalogueSource(id="api", title="An API", url="https://stac.example.org/")
STATIC = CatalogueSource(
    id="static", title="Files", url="https://stac.example.org/catalog.json", kind="static"
)


def asked(**criteria: Any) -> SearchQuery:
    """A search with these criteria."""
    return SearchQuery(catalogue="api", **criteria)


def box(*edges: float) -> Area:
    """An area that is a box."""
    west, south, east, north = edges
    return Area(bbox=(west, south, east, north))


def where(name: str, op: Any, value: Any) -> PropertyFilter:
    """A condition on a property."""
    return PropertyFilter(property=name, op=op, value=value)


def arguments_of(source: str) -> dict[str, Any]:
    """The arguments of the search in a cell, evaluated as literals."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "catalogue.search":
            return {word.arg or "": ast.literal_eval(word.value) for word in node.keywords}
    raise AssertionError("searches nothing")
