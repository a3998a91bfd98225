"""What crosses a wire about one item: its row in the list, and everything that is told about it."""

from datetime import datetime
from typing import Literal

from pydantic import Field, JsonValue

from eohub_catalogue.wire import LONGEST_ID, Bbox, CatalogueId, StacId, Wire

DataKind = Literal["zarr", "netcdf", "geotiff", "grib", "vector", "table"]
FilterName = Literal["words", "collections", "time", "area", "properties", "cql2", "ids"]


class Defect(Wire):
    """Something in an item's metadata that a person should know before they rely on it."""

    code: str = Field(description="Stable name of the check, for programs")
    message: str = Field(description="What is wrong, a sentence for the person")


class Dimension(Wire):
    """One dimension of a cube; `size` is the number of steps, where the item tells it."""

    name: str
    size: int | None
    kind: str | None = Field(description="spatial, temporal, bands, ... as the item says")


class Variable(Wire):
    """One data variable of a cube."""

    name: str
    unit: str | None
    description: str | None
    dimensions: tuple[str, ...] = Field(description="In the order of the array")
    extent: tuple[float, float] | None = Field(
        description="Smallest and largest value in its unit, where the item tells both"
    )


class Source(Wire):
    """Where an item's data comes from; the address only where a browser may open it."""

    title: str
    url: str | None


class StoredSize(Wire):
    """Bytes at rest; `complete` is false where only some of the assets tell their size."""

    size_bytes: int
    complete: bool


class NamedAsset(Wire):
    """One asset by the name that a person reads."""

    key: str
    title: str


class OrderOffer(Wire):
    """What is sent to a catalogue so that it prepares an item's data."""

    href: str = Field(min_length=1, max_length=4096, description="Full address, of the catalogue itself")
    body: dict[str, object]


class Chunking(Wire):
    """What the chunks of a cube are good for."""

    best_for: Literal["maps", "series"]
    told: str = Field(description="A sentence for the person")


class ItemSummary(Wire):
    """What one row of the result list shows, drawn from an item however broken it is."""

    catalogue: CatalogueId
    collection: str | None
    id: str
    title: str
    kind: str = Field(description="zarr, netCDF, GeoTIFF, ... or 'no data'")
    description: str | None
    license: str | None
    license_url: str | None = Field(description="Text of the licence, http or https")
    attribution: str | None = Field(description="What has to be named when the data is shown")
    providers: tuple[str, ...] = Field(description="Each with its roles, such as 'ESA (producer)'")
    sources: tuple[Source, ...]
    stored: StoredSize | None
    asset_count: int
    dimensions: tuple[Dimension, ...] = Field(description="In the order of the largest variable")
    variables: tuple[Variable, ...]
    variable_count: int = Field(description="All of them; `variables` holds the first ones")
    start: datetime | None
    end: datetime | None
    bbox: Bbox | None
    footprint: dict[str, object] | None = Field(
        description="GeoJSON to draw: repaired, thinned out, cut at the antimeridian; null without a place"
    )
    cloud_cover: float | None = Field(description="Percent, where the item tells it")
    quicklook: str | None = Field(description="Key of the asset that shows a small picture, or null")
    fingerprint: str | None = Field(
        description="Hash of collection, id and geometry: the same item in two catalogues has the same one"
    )
    defects: tuple[Defect, ...]
    code_refusal: str | None = Field(description="Why no code can be inserted for this item, or null")
    data: tuple[NamedAsset, ...] = Field(description="Assets whose data can be opened, the best first")
    data_refusal: str | None = Field(description="Why there are none, a sentence; null where there are some")
    offer: OrderOffer | None = Field(description="How its data is ordered; null where it cannot be")
    chunking: Chunking | None = Field(description="Where its name tells one of two chunkings")


class Interruption(Wire):
    """What kept a catalogue from giving all of a page, in the words of a Problem."""

    code: str
    detail: str
    hint: str | None
    retry_after: int | None = Field(description="Seconds to wait before `next` is asked for")


class ItemPage(Wire):
    """One page of summaries; `matched` is null where the catalogue does not tell a total."""

    items: tuple[ItemSummary, ...]
    next: str | None = Field(description="Ask for it to get the page after this one; null at the end")
    matched: int | None
    note: str | None = Field(description="What the person should know about how this page came to be")
    done_here: tuple[FilterName, ...] = Field(
        description="Filters that the catalogue cannot do: they were done here, on the items that it gave"
    )
    ended_by: Interruption | None = Field(
        description="Why these are fewer items than were asked for, while `next` goes on; null otherwise"
    )
    sorted: bool = Field(
        description="Whether the pages of the catalogue come in the order that was asked for"
    )


class ItemKey(Wire):
    """One item of a catalogue."""

    catalogue: CatalogueId
    collection: StacId | None = Field(default=None, description="Null for an item outside of any collection")
    item: StacId


class NotebookCode(Wire):
    """The source of one notebook cell."""

    source: str


class AssetKey(ItemKey):
    """One asset of an item."""

    asset: str = Field(min_length=1, max_length=LONGEST_ID)


class MetadataField(Wire):
    """One fact of an item, ready to be read."""

    name: str = Field(description="As the item has it, such as eo:cloud_cover")
    label: str
    value: str
    unit: str | None
    url: str | None = Field(description="http or https, where the fact is an address")


class MetadataSection(Wire):
    """The facts that one STAC extension (or the core) defines."""

    title: str
    fields: tuple[MetadataField, ...]


class AssetDetail(Wire):
    """One file of an item."""

    key: str
    title: str | None
    description: str | None
    media_type: str | None
    roles: tuple[str, ...]
    href: str | None = Field(description="Where it lies, without any secret; null where it is not told")
    openable: bool = Field(description="Whether a browser can open `href`")
    size_bytes: int | None
    picture: bool = Field(description="Whether its small picture can be shown")
    data: bool = Field(description="Whether it holds data")
    data_refusal: str | None = Field(description="Why its data cannot be opened, or null")


class ItemDetail(Wire):
    """Everything that is told about one item."""

    summary: ItemSummary
    sections: tuple[MetadataSection, ...]
    assets: tuple[AssetDetail, ...]
    citation: str | None
    doi: str | None = Field(description="Address of the DOI")
    links: tuple[Source, ...]
    stac_version: str | None = Field(description="The version that the item itself follows")
    raw: dict[str, object] = Field(description="The item as it came; secrets in addresses are left out")
    sister: ItemKey | None = Field(
        default=None, description="The same cube in the other chunking, where the catalogue has it"
    )


class DataAsset(Wire):
    """One file or store of an item, with what its metadata says of opening it; no secret in any of it."""

    key: str
    href: str = Field(description="s3://, https://, http:// or an absolute path")
    kind: DataKind
    title: str | None
    media_type: str | None
    open_kwargs: dict[str, JsonValue] = Field(description="Of xarray.open_dataset, from xarray-assets")
    storage_options: dict[str, JsonValue] = Field(
        description="fsspec's, from xarray-assets or the storage extension"
    )


class ItemPlace(Wire):
    """Where the item of some data is found again."""

    catalogue: CatalogueId
    collection: StacId | None
    item: StacId
    href: str | None = Field(description="Address of the item's own JSON, where it has one")


class DataSource(Wire):
    """What opens the data of an item: its assets that hold some, the best first."""

    title: str
    assets: tuple[DataAsset, ...] = Field(min_length=1)
    item: ItemPlace
