"""Everything that is told about one item, as its page shows it."""

from collections.abc import Mapping

from eohub_catalogue.item_contract import AssetDetail, ItemDetail
from eohub_catalogue.origin import sources_of
from eohub_catalogue.reading import count, mapping, sequence, text
from eohub_catalogue.summary import summary_of

_MOST_ASSETS = 500


def detail_of(item: object, catalogue: str) -> ItemDetail:
    """The page of one item, however broken it is; never raises."""
    raw = mapping(item)
    assets = list(mapping(raw.get("assets")).items())[:_MOST_ASSETS]
    return ItemDetail(
        summary=summary_of(item, catalogue),
        sections=(),
        assets=tuple(_asset(key, mapping(asset)) for key, asset in assets),
        citation=text(mapping(raw.get("properties")).get("sci:citation"), 1000),
        doi=None,
        links=sources_of(raw),
        stac_version=text(raw.get("stac_version"), 20),
        raw=dict(raw),
    )


def _asset(key: str, asset: Mapping[str, object]) -> AssetDetail:
    return AssetDetail(
        key=key,
        title=text(asset.get("title")),
        description=text(asset.get("description"), 1000),
        media_type=text(asset.get("type"), 200),
        roles=tuple(role for part in sequence(asset.get("roles"))[:20] if (role := text(part, 50))),
        href=None,
        openable=False,
        size_bytes=count(asset.get("file:size")),
        picture=False,
    )
