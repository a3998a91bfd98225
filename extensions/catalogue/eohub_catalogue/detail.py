"""Everything that is told about one item, as its page shows it."""

from collections.abc import Mapping

from eohub_catalogue.assets import absolute
from eohub_catalogue.citation import citation_of, doi_of
from eohub_catalogue.data import data_of
from eohub_catalogue.inherited import with_collection
from eohub_catalogue.item_contract import AssetDetail, ItemDetail
from eohub_catalogue.keys import without_key
from eohub_catalogue.metadata import sections_of
from eohub_catalogue.origin import (
    attribution_of,
    license_url_of,
    links_of,
    providers_of,
    web_address,
)
from eohub_catalogue.pictures import is_picture
from eohub_catalogue.raw import raw_of
from eohub_catalogue.reading import count, mapping, sequence, text
from eohub_catalogue.summary import summary_of
from eohub_catalogue.versions import up_to_date
from eohub_catalogue.wire import LONGEST_ID

_MOST_ASSETS = 500
_LONGEST_ADDRESS = 4096


def detail_of(item: object, catalogue: str, collection: Mapping[str, object] | None = None) -> ItemDetail:
    """The page of one item, however broken it is, with what it leaves to its collection; never raises."""
    came, read = mapping(item), up_to_date(item)
    told = read if collection is None else with_collection(read, collection)
    origin = {
        "license": text(mapping(told.get("properties")).get("license"), 100),
        "license_url": license_url_of(told),
        "attribution": attribution_of(told),
        "providers": providers_of(told),
    }
    assets = list(mapping(read.get("assets")).items())[:_MOST_ASSETS]
    data = {each.key: each.refusal for each in data_of(read)}
    return ItemDetail(
        summary=summary_of(item, catalogue).model_copy(update=origin),
        sections=sections_of(read),
        assets=tuple(_asset(read, key, mapping(asset), data) for key, asset in assets),
        citation=citation_of(told),
        doi=doi_of(told),
        links=links_of(told),
        stac_version=text(came.get("stac_version"), 20),
        raw=raw_of(came),
    )


def _asset(
    item: Mapping[str, object], key: str, asset: Mapping[str, object], data: Mapping[str, str | None]
) -> AssetDetail:
    given = text(asset.get("href"), _LONGEST_ADDRESS)
    full = absolute(item, given) if given else None
    href = without_key(full) or None if full else None
    return AssetDetail(
        key=text(key, LONGEST_ID) or "",
        title=text(asset.get("title")),
        description=text(asset.get("description"), 1000),
        media_type=text(asset.get("type"), 200),
        roles=tuple(role for part in sequence(asset.get("roles"))[:20] if (role := text(part, 50))),
        href=href,
        # Without its key an address does not open.
        openable=href is not None and href == full and web_address(href) is not None,
        size_bytes=count(asset.get("file:size")),
        picture=is_picture(item, key),
        data=key in data,
        data_refusal=data.get(key),
    )
