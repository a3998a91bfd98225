"""The bodies of a transaction: what may be stored over HTTP, and what of it is wrong, in one sentence."""

from collections.abc import Mapping
from typing import Any, cast

from pydantic import BaseModel, ValidationError
from stac_pydantic import Collection, Item

from eohub_catalogue.index.document import collection_record, item_records
from eohub_catalogue.index.jsontext import parse_json
from eohub_catalogue.index.ports import CollectionRecord, ItemRecord
from eohub_catalogue.versions import STAC_VERSION
from eohub_toolkit.errors import Invalid

MOST_ITEMS = 10_000
_ITEM_PARTS = {"stac_version": STAC_VERSION, "links": [], "assets": {}}
_COLLECTION_PARTS = {"stac_version": STAC_VERSION, "links": []}
_JSON_TYPES = ("application/json", "application/geo+json")
_PATCH_TYPES = ("application/merge-patch+json", *_JSON_TYPES)

type Document = dict[str, Any]


class NotStac(Invalid):
    """The body is JSON, but not the document that it has to be."""

    code = "not_stac"


class WrongType(Invalid):
    """The body is of a media type that cannot be stored."""

    code = "wrong_type"


def document_of(body: bytes, content_type: str, *, patch: bool = False) -> Document:
    """The JSON object in a body; raises WrongType, Invalid for what cannot be read."""
    known = _PATCH_TYPES if patch else _JSON_TYPES
    if content_type.split(";")[0].strip().lower() not in known:
        raise WrongType("The body is of a type that is not stored here.", hint=f"Send {known[0]}.")
    try:
        value = parse_json(body)
    except ValueError:
        raise Invalid("The body is not JSON.") from None
    if not isinstance(value, dict):
        raise Invalid("The body is not a JSON object.", hint="Send one document.")
    return cast("Document", value)


def items_of(document: Document, collection: str) -> tuple[list[Document], bool]:
    """The items in the body of a POST, completed by the path, and whether they came as an item collection.

    Raises Invalid for one that names another collection, NotStac.
    """
    if document.get("type") != "FeatureCollection":
        return [item_of(document, collection)], False
    features = document.get("features")
    if not isinstance(features, list) or not 0 < len(cast("list[object]", features)) <= MOST_ITEMS:
        raise NotStac(f"An item collection has to have from 1 to {MOST_ITEMS} features.")
    items = [_mapping(feature) for feature in cast("list[object]", features)]
    found = [item_of(item, collection) for item in items]
    if len({item["id"] for item in found}) < len(found):
        raise NotStac("Two items in the item collection have the same id.")
    return found, True


def item_of(document: Document, collection: str, identity: str | None = None) -> Document:
    """The item in a body, completed by its path; raises Invalid where they differ, NotStac."""
    found = _ITEM_PARTS | document | {"collection": _same("collection", document, collection)}
    if identity is not None:
        found["id"] = _same("id", document, identity)
    _validate(Item, found, "item")
    return found


def collection_of(document: Document, identity: str | None = None) -> Document:
    """The collection in a body, completed by its path; raises Invalid where they differ, NotStac."""
    found = _COLLECTION_PARTS | document
    if identity is not None:
        found["id"] = _same("id", document, identity)
    _validate(Collection, found, "collection")
    return found


def records_of(items: list[Document]) -> list[ItemRecord]:
    """What is stored of the items; raises NotStac for one whose id cannot be kept."""
    records = item_records(items)
    for record in records:
        if isinstance(record, Invalid):
            raise NotStac(record.detail, hint=record.hint)
    return [record for record in records if not isinstance(record, Invalid)]


def record_of(collection: Document) -> CollectionRecord:
    """What is stored of the collection; raises NotStac for one whose id cannot be kept."""
    try:
        return collection_record(collection)
    except Invalid as error:
        raise NotStac(error.detail, hint=error.hint) from None


def merged(document: object, patch: object) -> Any:
    """The document with a merge patch applied, as RFC 7396 says: null removes, objects are merged.

    Raises Invalid for a patch that is nested too deeply.
    """
    try:
        return _merged(document, patch)
    except RecursionError:
        raise Invalid("The body is nested too deeply.") from None


def _merged(document: object, patch: object) -> Any:
    if not isinstance(patch, dict):
        return patch
    result = dict(_mapping(document)) if isinstance(document, dict) else {}
    for name, value in cast("Document", patch).items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = _merged(result.get(name), value)
    return result


def _same(name: str, document: Mapping[str, object], path: str) -> str:
    if document.get(name, path) != path:
        raise Invalid(f"The {name} in the body is not the one in the path.", hint=f"Leave {name} out.")
    return path


def _mapping(value: object) -> Document:
    if not isinstance(value, dict):
        raise NotStac("A feature in the item collection is not a JSON object.")
    return cast("Document", value)


def _validate(model: type[BaseModel], document: Document, what: str) -> None:
    try:
        model.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])[:100]
        said = first["msg"].removeprefix("Value error, ")[:200].rstrip(".")
        place = f" at {where}" if where else ""
        raise NotStac(f"This is not a valid STAC {what}{place}: {said}.") from None
