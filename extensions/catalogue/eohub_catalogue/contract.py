"""What crosses a wire between the Lab panel and the user's Jupyter server."""

from datetime import date, datetime
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

MAX_PAGE = 100
DEFAULT_PAGE = 20
LONGEST_ID = 1_024
"""Characters of an item's or collection's id, in the service's store and in the panel."""


def _public(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        raise ValueError("it cannot be read as an address") from None
    # A browser takes a backslash for a slash, so it would see another host than we do.
    if not parts.hostname or "\\" in address or not address.isprintable() or " " in address:
        raise ValueError("it cannot be read as an address")
    if "@" in parts.netloc or "?" in address or "#" in address:
        raise ValueError("it goes to the browser, so it must carry no user, password, query or fragment")
    return address


CatalogueId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")]
StacId = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]+$", max_length=LONGEST_ID)]
PublicUrl = Annotated[str, StringConstraints(pattern=r"^https?://", max_length=2048), AfterValidator(_public)]
"""An address that anybody may see: no user or password before the host, no query that could hold a key."""


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CatalogueSource(_Wire):
    """One STAC API that a site or a person configured."""

    id: CatalogueId
    title: str = Field(min_length=1, max_length=100)
    url: PublicUrl = Field(description="Root of a STAC API")


class CatalogueList(_Wire):
    """The catalogues that the panel may search, in the order of the configuration."""

    catalogues: tuple[CatalogueSource, ...]


class Reachable(_Wire):
    """A catalogue that answered when it was asked for nothing."""

    catalogue: CatalogueId


class DataStore(_Wire):
    """The S3 endpoint that cells read from, which answered just now; null where none is configured."""

    url: str | None


class SearchQuery(_Wire):
    """One search in one catalogue; `page` is the `next` of the page before."""

    catalogue: CatalogueId
    words: str = Field(default="", max_length=500, description="Every word has to occur")
    start: date | None = Field(default=None, description="First day, UTC, included")
    end: date | None = Field(default=None, description="Last day, UTC, included")
    limit: int = Field(default=DEFAULT_PAGE, ge=1, description=f"Items on a page; at most {MAX_PAGE}")
    page: str | None = Field(default=None, max_length=16384)

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.start and self.end and self.start > self.end:
            raise ValueError(f"From {self.start} is after to {self.end}; swap the two dates")
        return self

    def clamped(self) -> Self:
        """The same query with a page size that every catalogue can be asked for."""
        return self.model_copy(update={"limit": min(self.limit, MAX_PAGE)})


class Defect(_Wire):
    """Something in an item's metadata that a person should know before they rely on it."""

    code: str = Field(description="Stable name of the check, for programs")
    message: str = Field(description="What is wrong, a sentence for the person")


class Dimension(_Wire):
    """One dimension of a cube; `size` is the number of steps, where the item tells it."""

    name: str
    size: int | None
    kind: str | None = Field(description="spatial, temporal, bands, ... as the item says")


class Variable(_Wire):
    """One data variable of a cube."""

    name: str
    unit: str | None
    description: str | None
    dimensions: tuple[str, ...] = Field(description="In the order of the array")
    extent: tuple[float, float] | None = Field(
        description="Smallest and largest value in its unit, where the item tells both"
    )


class Source(_Wire):
    """Where an item's data comes from; the address only where a browser may open it."""

    title: str
    url: str | None


class StoredSize(_Wire):
    """Bytes at rest; `complete` is false where only some of the assets tell their size."""

    size_bytes: int
    complete: bool


class ItemSummary(_Wire):
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
    defects: tuple[Defect, ...]
    code_refusal: str | None = Field(description="Why no code can be inserted for this item, or null")


class ItemPage(_Wire):
    """One page of summaries; `matched` is null where the catalogue does not tell a total."""

    items: tuple[ItemSummary, ...]
    next: str | None = Field(description="Ask for it to get the page after this one; null at the end")
    matched: int | None
    note: str | None = Field(description="What the person should know about how this page came to be")


class CodeQuery(_Wire):
    """The item for which notebook code is wanted."""

    catalogue: CatalogueId
    collection: StacId
    item: StacId


class NotebookCode(_Wire):
    """The source of one notebook cell."""

    source: str
