"""A frozen search as STAC documents: a static catalogue that needs nothing but its own files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from eohub_catalogue.assets import absolute, own_address
from eohub_catalogue.contract import SearchQuery
from eohub_catalogue.keys import without_keys
from eohub_catalogue.naming import slug_of
from eohub_catalogue.reading import identifier, instant, mapping, number, positions, sequence, text
from eohub_catalogue.versions import STAC_VERSION, up_to_date

SEARCH = "eohub:search"
"""Member of the root that holds the searches that were frozen."""
ETAG = "eohub:etag"
FILE_EXTENSION = "https://stac-extensions.github.io/file/v2.1.0/schema.json"
ALTERNATE_EXTENSION = "https://stac-extensions.github.io/alternate-assets/v1.2.0/schema.json"

_REPLACED_LINKS = frozenset({"self", "root", "parent", "collection"})
# What lay below or beside a collection is not in its frozen copy.
_LEADING_ON = frozenset(
    {"item", "items", "child", "children", "data", "search", "next", "prev", "queryables"}
)
_QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
_LEFT_OUT_OF_COLLECTIONS = _REPLACED_LINKS | _LEADING_ON | {_QUERYABLES}


@dataclass
class Extent:
    """Where and when the items of a collection are."""

    west: float = 180.0
    south: float = 90.0
    east: float = -180.0
    north: float = -90.0
    start: datetime | None = None
    end: datetime | None = None

    def take_in(self, item: Mapping[str, object]) -> None:
        """Add the place and time of an item."""
        for position in positions(_coordinates(item)):
            longitude, latitude = number(position[0]), number(position[1] if len(position) > 1 else None)
            if longitude is not None and latitude is not None:
                self.west, self.east = min(self.west, longitude), max(self.east, longitude)
                self.south, self.north = min(self.south, latitude), max(self.north, latitude)
        properties = mapping(item.get("properties"))
        names = ("datetime", "start_datetime", "end_datetime")
        times = [time for each in names if (time := instant(properties.get(each))) is not None]
        self.start = min([*times, *([self.start] if self.start else [])], default=None)
        self.end = max([*times, *([self.end] if self.end else [])], default=None)

    def document(self) -> dict[str, object]:
        """The STAC extent of all items; the whole earth and all time where none tells."""
        box = (
            [self.west, self.south, self.east, self.north] if self.west <= self.east else [-180, -90, 180, 90]
        )
        return {
            "spatial": {"bbox": [box]},
            "temporal": {"interval": [[_written(self.start), _written(self.end)]]},
        }


def kept_item(raw: Mapping[str, object]) -> dict[str, object]:
    """The item with full addresses and no secret in them; what else is in it stays."""
    links = _kept_links(raw, _REPLACED_LINKS)
    return dict(mapping(without_keys({**raw, "links": links, "assets": _kept_assets(raw)})))


def collection_document(
    identity: str, extent: Extent, told: Mapping[str, object] | None
) -> dict[str, object]:
    """A collection with all that its catalogue tells of it and no secret in it.

    Its extent is that of the items kept. `told` is the JSON of its catalogue, None where that has none.
    """
    raw = up_to_date(told)
    described = dict(mapping(without_keys({**raw, "links": _kept_links(raw, _LEFT_OUT_OF_COLLECTIONS)})))
    if "assets" in raw:
        described["assets"] = without_keys(_kept_assets(raw))
    title = text(raw.get("title"), 300) or identity
    return {
        **described,
        "type": "Collection",
        "stac_version": text(raw.get("stac_version"), 20) or STAC_VERSION,
        "id": identity,
        "description": text(described.get("description"), 100_000) or f"Items of {title}",
        "license": text(described.get("license"), 200) or "other",
        "extent": extent.document(),
        "links": [link for link in sequence(described["links"]) if _leads_somewhere(mapping(link))],
    }


def root_document(title: str, searches: Sequence[SearchQuery], created: datetime) -> dict[str, object]:
    """The root, which tells what was searched when."""
    return {
        "type": "Catalog",
        "stac_version": STAC_VERSION,
        "id": slug_of(title),
        "title": title,
        "description": f"Search frozen on {created.date().isoformat()}",
        "created": _written(created),
        SEARCH: [each.model_dump(mode="json", exclude_defaults=True) for each in searches],
    }


def with_file(
    asset: Mapping[str, object], *, size: int | None, media_type: str | None, etag: str | None
) -> dict[str, object]:
    """An asset with what its host tells about its file; what the item tells itself stays."""
    told = {"file:size": size, "type": media_type, ETAG: etag}
    return {**{name: value for name, value in told.items() if value is not None}, **asset}


def with_copy(asset: Mapping[str, object], href: str, body_size: int, sha256: str) -> dict[str, object]:
    """An asset whose bytes are kept at a relative `href`; where it came from is an alternate of it."""
    origin = {"origin": {"href": asset.get("href"), "title": "Where it was copied from"}}
    # A multihash: 12 for SHA-256, 20 for its 32 bytes.
    return {
        **asset,
        "href": href,
        "file:size": body_size,
        "file:checksum": f"1220{sha256}",
        "alternate": origin,
    }


def with_extensions(
    item: Mapping[str, object], assets: Mapping[str, Mapping[str, object]]
) -> dict[str, object]:
    """The item with its assets, naming the extensions that they follow now."""
    named = [each for each in sequence(item.get("stac_extensions")) if isinstance(each, str)]
    if any("file:size" in asset for asset in assets.values()):
        named.append(FILE_EXTENSION)
    if any("alternate" in asset for asset in assets.values()):
        named.append(ALTERNATE_EXTENSION)
    extensions = {"stac_extensions": list(dict.fromkeys(named))} if named else {}
    return {**item, **extensions, "assets": dict(assets)}


def identity_of(item: Mapping[str, object]) -> tuple[str, str] | None:
    """Collection (empty for none) and id of an item, None where it has no id to be kept under."""
    own = identifier(item.get("id"))
    return None if own is None else (identifier(item.get("collection")) or "", own)


def _kept_links(raw: Mapping[str, object], left_out: frozenset[str]) -> list[dict[str, object]]:
    own = own_address(raw)
    links = (mapping(link) for link in sequence(raw.get("links"))[:1000])
    kept = [_absolute(raw, link) for link in links if _relation(link) not in left_out]
    return kept if own is None else [*kept, {"rel": "canonical", "href": own}]


def _leads_somewhere(link: Mapping[str, object]) -> bool:
    """Software that reads collections stumbles over a link that is none."""
    return isinstance(link.get("href"), str) and isinstance(link.get("rel"), str)


def _relation(link: Mapping[str, object]) -> str | None:
    relation = link.get("rel")
    return relation if isinstance(relation, str) else None


def _kept_assets(raw: Mapping[str, object]) -> dict[str, dict[str, object]]:
    return {key: _absolute(raw, mapping(asset)) for key, asset in mapping(raw.get("assets")).items()}


def _absolute(item: Mapping[str, object], part: Mapping[str, object]) -> dict[str, object]:
    href = part.get("href")
    return {**part, "href": absolute(item, href)} if isinstance(href, str) else dict(part)


def _coordinates(item: Mapping[str, object]) -> object:
    geometry = mapping(item.get("geometry"))
    if "coordinates" in geometry:
        return geometry["coordinates"]
    sides = sequence(item.get("bbox"))
    half = len(sides) // 2
    return [list(sides[:2]), list(sides[half : half + 2])] if len(sides) in (4, 6) else []


def _written(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat().replace("+00:00", "Z")
