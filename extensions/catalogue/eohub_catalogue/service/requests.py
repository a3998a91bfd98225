"""What the API can be asked. Values are taken as they come, so that each wrong one gets its own sentence.

The types that clients see in the OpenAPI document are given beside; `query.py` enforces them.
"""

from typing import Annotated, Any

import attr
from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema
from stac_fastapi.types.search import APIRequest

from eohub_catalogue.index.query import LARGEST_LIMIT, LARGEST_PAGE, LONGEST_TEXT

_LIMIT_SCHEMA: dict[str, Any] = {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT}
_LIMIT_TEXT = f"Items on a page, at most {LARGEST_PAGE} of them"
_IDS_SCHEMA: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
_BBOX_SCHEMA: dict[str, Any] = {
    "oneOf": [
        {"type": "array", "items": {"type": "number"}, "minItems": size, "maxItems": size} for size in (4, 6)
    ]
}
_GEOMETRY_SCHEMA: dict[str, Any] = {"type": "object", "required": ["type"], "description": "GeoJSON"}
_WORDS_TEXT = (
    "Free text in title, description, keywords, names of cube variables and id: one of the terms has to"
    " occur, with all of its words, each as the beginning of a word"
)
_LANG_SCHEMA: dict[str, Any] = {"type": "string", "enum": ["cql2-text", "cql2-json"]}
_FILTER_TEXT = "CQL2 about any property, such as eo:cloud_cover < 20; a text unless filter-lang is cql2-json"
_FILTER_SCHEMA: dict[str, Any] = {"type": ["object", "string"], "description": "CQL2 JSON, or CQL2 text"}
_QUERY_TEXT = 'The older query extension, such as {"eo:cloud_cover": {"lt": 20}}'
_SORT_TEXT = "Properties to sort by, separated by commas; a minus before one sorts it downwards"
_SORT_SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["field"],
        "properties": {
            "field": {"type": "string"},
            "direction": {"type": "string", "enum": ["asc", "desc"], "default": "asc"},
        },
    },
}
_FIELDS_TEXT = "Members to send, separated by commas, such as id,properties.datetime; a minus excludes one"
_NAMES_SCHEMA: dict[str, Any] = {"type": "array", "items": {"type": "string"}, "nullable": True}
_FIELDS_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"include": _NAMES_SCHEMA, "exclude": _NAMES_SCHEMA},
}

CollectionId = Annotated[str, Path(description="Id of the collection")]
Ids = Annotated[str | None, Query(description="Ids, separated by commas")]
Limit = Annotated[str | None, Query(description=_LIMIT_TEXT), WithJsonSchema(_LIMIT_SCHEMA)]
Token = Annotated[str | None, Query(description="From the link 'next' of the page before")]
Bbox = Annotated[str | None, Query(description="west,south,east,north; west > east crosses the antimeridian")]
Datetime = Annotated[str | None, Query(description="RFC 3339, or a range of two with a slash; .. is open")]
Words = Annotated[str | None, Query(description=f"{_WORDS_TEXT}; terms are separated by commas")]

FieldNames = Annotated[str | None, Query(description=_FIELDS_TEXT)]


@attr.s(auto_attribs=True)
class ItemRequest(APIRequest):
    """Path of one item."""

    collection_id: CollectionId
    item_id: Annotated[str, Path(description="Id of the item")]


@attr.s(auto_attribs=True)
class CollectionsRequest(APIRequest):
    """Parameters of `GET /collections`."""

    bbox: Bbox = None
    datetime: Datetime = None
    q: Words = None
    limit: Limit = None
    token: Token = None


@attr.s(auto_attribs=True)
class SearchGetRequest(APIRequest):
    """Parameters of `GET /search`."""

    collections: Ids = None
    ids: Ids = None
    bbox: Bbox = None
    intersects: Annotated[str | None, Query(description="A GeoJSON geometry; not together with bbox")] = None
    datetime: Datetime = None
    q: Words = None
    filter: Annotated[str | None, Query(description=_FILTER_TEXT)] = None
    filter_lang: Annotated[str | None, Query(alias="filter-lang"), WithJsonSchema(_LANG_SCHEMA)] = None
    filter_crs: Annotated[
        str | None, Query(alias="filter-crs", description="Longitude and latitude only")
    ] = None
    query: Annotated[str | None, Query(description=_QUERY_TEXT)] = None
    sortby: Annotated[str | None, Query(description=_SORT_TEXT)] = None
    fields: FieldNames = None
    limit: Limit = None
    token: Token = None


@attr.s(auto_attribs=True)
class ItemsRequest(SearchGetRequest):
    """Path and parameters of `GET /collections/{collection_id}/items`."""

    collection_id: CollectionId = attr.ib(kw_only=True)


class SearchPostRequest(BaseModel):
    """Body of `POST /search`."""

    model_config = ConfigDict(extra="allow")

    collections: Annotated[object, WithJsonSchema(_IDS_SCHEMA)] = None
    ids: Annotated[object, WithJsonSchema(_IDS_SCHEMA)] = None
    bbox: Annotated[object, WithJsonSchema(_BBOX_SCHEMA)] = None
    intersects: Annotated[object, WithJsonSchema(_GEOMETRY_SCHEMA)] = None
    datetime: Annotated[object, WithJsonSchema({"type": "string"})] = None
    q: Annotated[
        object,
        WithJsonSchema({"type": "array", "items": {"type": "string"}, "description": _WORDS_TEXT}),
    ] = Field(default=None, description=f"{_WORDS_TEXT}; {LONGEST_TEXT} characters at most")
    filter: Annotated[object, WithJsonSchema(_FILTER_SCHEMA)] = None
    filter_lang: Annotated[object, Field(alias="filter-lang"), WithJsonSchema(_LANG_SCHEMA)] = None
    filter_crs: Annotated[object, Field(alias="filter-crs"), WithJsonSchema({"type": "string"})] = None
    query: Annotated[object, WithJsonSchema({"type": "object", "description": _QUERY_TEXT})] = None
    sortby: Annotated[object, WithJsonSchema(_SORT_SCHEMA)] = None
    fields: Annotated[object, WithJsonSchema(_FIELDS_SCHEMA)] = None
    limit: Annotated[object, WithJsonSchema(_LIMIT_SCHEMA)] = None
    token: Annotated[object, WithJsonSchema({"type": "string"})] = None
