"""An item's JSON, however broken, becomes the row that the panel shows."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from eohub_catalogue.assets import kind_of, openable
from eohub_catalogue.chunking import chunking_of
from eohub_catalogue.cube import cube_of
from eohub_catalogue.data import named_data
from eohub_catalogue.fingerprint import fingerprint_of
from eohub_catalogue.item_contract import Interruption, ItemPage, ItemSummary, StoredSize
from eohub_catalogue.lint import defects_of
from eohub_catalogue.orders import offer_of
from eohub_catalogue.origin import attribution_of, license_url_of, providers_of, sources_of
from eohub_catalogue.outline import outline_of
from eohub_catalogue.pictures import quicklook_of
from eohub_catalogue.ports import RawPage
from eohub_catalogue.reading import count, identifier, instant, mapping, number, text
from eohub_catalogue.versions import up_to_date
from eohub_toolkit.errors import EohubError

_MOST_ASSETS = 2_000
_TO_ORDER = "It has to be ordered before it can be opened."
_NO_ID = "It names no id, so it cannot be asked for again."


def page_of(raw: RawPage, catalogue: str) -> ItemPage:
    """Summaries of a raw page, in its order."""
    items = tuple(summary_of(feature, catalogue) for feature in raw.features)
    return ItemPage(
        items=items,
        next=raw.next,
        matched=raw.matched,
        note=raw.note,
        done_here=raw.done_here,
        ended_by=None if raw.ended_by is None else _interruption(raw.ended_by),
        sorted=raw.sorted,
    )


def _interruption(error: EohubError) -> Interruption:
    return Interruption(code=error.code, detail=error.detail, hint=error.hint, retry_after=error.retry_after)


def summary_of(item: object, catalogue: str) -> ItemSummary:
    """The row for one item; what cannot be read is left out and marked; never raises."""
    raw = up_to_date(item)
    properties = mapping(raw.get("properties"))
    assets = mapping(raw.get("assets"))
    own_id, collection = identifier(raw.get("id")), identifier(raw.get("collection"))
    cube = cube_of(raw)
    start, end = _period(properties)
    outline = outline_of(raw)
    offer = offer_of(raw) if own_id is not None else None
    is_ordered = offer is not None and not assets
    data, data_refusal = named_data(raw)
    return ItemSummary(
        catalogue=catalogue,
        collection=collection,
        id=own_id or "",
        title=text(properties.get("title")) or text(own_id) or "item without an id",
        kind="to order" if is_ordered else kind_of(raw),
        description=text(properties.get("description"), 1000),
        license=text(properties.get("license"), 100),
        license_url=license_url_of(raw),
        attribution=attribution_of(raw),
        providers=providers_of(raw),
        sources=sources_of(raw),
        stored=_stored(assets.values()),
        asset_count=len(assets),
        dimensions=cube.dimensions(),
        variables=cube.variables,
        variable_count=cube.variable_count,
        start=start,
        end=end,
        bbox=outline.bbox,
        footprint=outline.geometry,
        cloud_cover=_percent(properties.get("eo:cloud_cover")),
        quicklook=quicklook_of(raw) if own_id is not None else None,
        fingerprint=fingerprint_of(raw),
        defects=defects_of(item),
        code_refusal=_TO_ORDER if is_ordered else _code_refusal(raw, own_id, collection),
        data=data if own_id is not None else (),
        data_refusal=_TO_ORDER if is_ordered else data_refusal if own_id is not None else _NO_ID,
        offer=offer,
        chunking=chunking_of(raw),
    )


def _code_refusal(item: Mapping[str, object], own_id: str | None, collection: str | None) -> str | None:
    choice = openable(item)
    if isinstance(choice, str):
        return choice
    if own_id is None or collection is None:
        return "It names no id or no collection, so it cannot be asked for again."
    return None


def _percent(value: object) -> float | None:
    found = number(value)
    return found if found is not None and 0 <= found <= 100 else None


def _period(properties: Mapping[str, object]) -> tuple[datetime | None, datetime | None]:
    moment = instant(properties.get("datetime"))
    start = instant(properties.get("start_datetime")) or moment
    end = instant(properties.get("end_datetime")) or moment
    return (end, start) if start and end and start > end else (start, end)


def _stored(assets: Iterable[object]) -> StoredSize | None:
    sizes = [
        count(mapping(asset).get("file:size")) for asset, _ in zip(assets, range(_MOST_ASSETS), strict=False)
    ]
    told = [size for size in sizes if size is not None]
    return StoredSize(size_bytes=sum(told), complete=len(told) == len(sizes)) if told else None
