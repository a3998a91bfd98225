"""An item as its local index gives it back: as it came, with addresses that lead somewhere."""

import base64
import json
from collections.abc import Mapping

from pydantic import TypeAdapter

from eohub_catalogue.errors import InvalidPage
from eohub_catalogue.index.ports import Position, StoredCollection, StoredItem
from eohub_catalogue.reading import mapping, sequence
from eohub_catalogue.server.documents import Documents

_MOST_ASSETS = 10_000
_MOST_LINKS = 1_000
_POSITION = TypeAdapter(Position)


def restored(
    stored: StoredItem | StoredCollection, documents: Documents, address: str | None
) -> dict[str, object]:
    """The item or collection with absolute `href`s, where it is known which document it stood in."""
    item = dict(mapping(json.loads(stored.body)))
    links = sequence(json.loads(stored.links))
    if address is None:
        return item | {"links": links}
    if isinstance(item.get("assets"), dict):
        item["assets"] = _resolved_assets(mapping(item["assets"]), documents, address)
    own = {"rel": "self", "href": documents.place(address)}
    return item | {"links": [own, *(_resolved(link, documents, address) for link in links[:_MOST_LINKS])]}


def marker_of(position: Position) -> str:
    """A place in the order of results, for the browser to give back."""
    return base64.urlsafe_b64encode(_POSITION.dump_json(position)).decode("ascii")


def position_of(marker: str) -> Position:
    """The place that `marker_of` gave out; raises InvalidPage."""
    try:
        return _POSITION.validate_json(base64.urlsafe_b64decode(marker.encode("ascii")), strict=True)
    except ValueError:
        raise InvalidPage("This page marker is not from here.", hint="Search again.") from None


def _resolved_assets(assets: Mapping[str, object], documents: Documents, address: str) -> dict[str, object]:
    found = list(assets.items())[:_MOST_ASSETS]
    return {key: _resolved(asset, documents, address) for key, asset in found}


def _resolved(part: object, documents: Documents, address: str) -> object:
    href = mapping(part).get("href")
    return {**mapping(part), "href": documents.resolved(address, href)} if isinstance(href, str) else part
