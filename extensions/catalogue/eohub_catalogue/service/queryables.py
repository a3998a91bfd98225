"""The queryables of the filter extension: what is known of properties, as JSON Schema."""

from typing import Any

import attr
from fastapi import Request, Response
from stac_fastapi.extensions.filter.client import AsyncBaseFiltersClient

from eohub_catalogue.index.jsontext import to_json
from eohub_catalogue.index.ports import StacStore
from eohub_catalogue.index.query import check_id
from eohub_catalogue.index.queryables import LearnedProperty
from eohub_catalogue.service import links
from eohub_catalogue.service.conditional import answer
from eohub_toolkit.errors import Invalid, NotFound

JSON_SCHEMA = "application/schema+json"
_DIALECT = "https://json-schema.org/draft/2019-09/schema"
_ROUNDED = 2**53
"""From here on floats, which CQL2 is read with, do not hold every integer."""
_TIME = {"type": "string", "format": "date-time"}
_CORE: dict[str, Any] = {
    "id": {"title": "Item's id", "type": "string"},
    "collection": {"title": "Collection's id", "type": "string"},
    "geometry": {"title": "Item's place", "format": "geometry-any"},
    "datetime": {"title": "Item's time", **_TIME},
}


@attr.s
class Queryables(AsyncBaseFiltersClient):
    """Answers from what the store has learned of its items."""

    store: StacStore = attr.ib(kw_only=True)
    prefix: str = attr.ib(kw_only=True)

    async def get_queryables(self, collection_id: str | None = None, **kwargs: Any) -> Any:
        """The queryables of one collection or of all items; raises NotFound."""
        request: Request = kwargs["request"]
        if request.query_params:
            raise Invalid("This address takes no parameters.")
        root = links.root_url(request, self.prefix)
        if collection_id is None:
            where, title = root, "Queryables of all items"
            learned = await self.store.queryables()
        else:
            where, title = f"{links.collection_url(root, collection_id)}/", "Queryables of the collection"
            learned = await self.store.queryables([await self._known(collection_id)])
        properties = {name: schema_of(one) for name, one in sorted(learned.items()) if name not in _CORE}
        return self._schema(request, f"{where}queryables", title, properties)

    async def _known(self, collection: str) -> str:
        if await self.store.collection(check_id(collection)) is None:
            raise NotFound(f"There is no collection '{collection[:100]}' here.")
        return collection

    @staticmethod
    def _schema(request: Request, url: str, title: str, properties: dict[str, Any]) -> Response:
        schema = {
            "$schema": _DIALECT,
            "$id": url,
            "type": "object",
            "title": title,
            "properties": _CORE | properties,
            # Any property can be asked about; what no item has is just not found.
            "additionalProperties": True,
        }
        return answer(request, to_json(schema), JSON_SCHEMA)


def schema_of(learned: LearnedProperty) -> dict[str, Any]:
    """A property as JSON Schema: its type, its range, or all of its values where they are few."""
    if learned.kind == "datetime":
        return dict(_TIME)
    schema: dict[str, Any] = {"type": learned.kind}
    if learned.kind in ("number", "integer") and learned.minimum is not None:
        schema |= {"minimum": learned.minimum, "maximum": learned.maximum}
        if learned.kind == "integer" and max(abs(learned.minimum), abs(learned.maximum or 0)) >= _ROUNDED:
            schema["description"] = "Compared as a float: neighbours from 2^53 on count as equal."
    if learned.kind == "string" and learned.values and len(learned.kinds) == 1:
        schema["enum"] = sorted(learned.values)
    return schema
