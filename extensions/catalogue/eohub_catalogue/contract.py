"""What crosses a wire between the Lab panel and the user's Jupyter server, beside items themselves."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from eohub_catalogue.wire import DEFAULT_PAGE, MAX_PAGE, Bbox, CatalogueId, PublicUrl, Scalar, StacId, Wire

CatalogueKind = Literal["api", "static", "folder", "earthdatahub", "destine", "frozen"]
"""A STAC API; a static catalogue; STAC files in a folder; the item files of Earth Data Hub; DestinE's HDA,
a STAC API with a login of its own; a frozen search."""


class CatalogueSource(Wire):
    """One catalogue that a site or a person configured."""

    id: CatalogueId
    title: str = Field(min_length=1, max_length=100)
    url: PublicUrl | None = Field(default=None, description="Root of a STAC API or of a static catalogue")
    path: str | None = Field(
        default=None, max_length=4096, description="Folder or file, below the home folder"
    )
    kind: CatalogueKind = "api"
    own: bool = Field(default=False, description="Added by this person, who may remove it")

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.url is None) == (self.path is None):
            raise ValueError("give either an address or a path")
        if (self.kind in ("api", "static", "destine")) != (self.url is not None):
            needed = "an address" if self.url is None else "a path"
            raise ValueError(f"a catalogue of the kind {self.kind} has {needed}")
        return self


class CatalogueList(Wire):
    """The catalogues that the panel may search, in the order of the configuration, a person's own last."""

    catalogues: tuple[CatalogueSource, ...]
    note: str | None = Field(
        default=None, description="What the person should know about the list, such as that a file was broken"
    )


class NewCatalogue(Wire):
    """A catalogue that a person adds; what kind it is, is found out by asking it."""

    address: str = Field(
        min_length=1, max_length=2048, description="http(s) address, or a path below the home folder"
    )
    title: str | None = Field(default=None, max_length=100, description="Otherwise the catalogue's own")


Doing = Literal["there", "here", "none"]
"""Who does a filter: the catalogue; the Jupyter server, on what the catalogue gives; nobody."""


class Abilities(Wire):
    """What a catalogue can do by itself, learned from what it declares and from how it answers."""

    words: Doing
    collections: Doing
    time: Doing
    area: Doing
    properties: Doing
    cql2: Doing
    collection_search: Doing


class IndexState(Wire):
    """The local index that a catalogue without a search of its own is searched through."""

    state: Literal["none", "building", "ready", "stopped", "failed"]
    documents: int = Field(description="Files read so far, or in all")
    items: int
    total: int | None = Field(description="Files known so far, where any can be counted")
    built: datetime | None
    problem: str | None = Field(description="What went wrong, a sentence; also where only some files did")


class CatalogueState(Wire):
    """A catalogue that answered when it was asked for nothing."""

    catalogue: CatalogueId
    abilities: Abilities
    index: IndexState | None = Field(description="Null where it has a search of its own")


class DataStore(Wire):
    """The S3 endpoint that cells read from, which answered just now; null where none is configured."""

    url: str | None


class Area(Wire):
    """Where to search: a box, or a GeoJSON Polygon or MultiPolygon in longitude and latitude."""

    bbox: Bbox | None = None
    geometry: dict[str, object] | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if (self.bbox is None) == (self.geometry is None):
            raise ValueError("give either a box or a geometry")
        return self


class PropertyFilter(Wire):
    """A condition on a queryable, such as eo:cloud_cover <= 20; items without the property do not match."""

    property: str = Field(min_length=1, max_length=200)
    op: Literal["=", "<>", "<", "<=", ">", ">=", "in", "like"]
    value: Scalar | tuple[Scalar, ...] = Field(description="A list for `in`; % and _ are wildcards of `like`")

    @model_validator(mode="after")
    def _list_for_in(self) -> Self:
        if isinstance(self.value, tuple) != (self.op == "in"):
            raise ValueError("`in` takes a list, everything else one value")
        return self


Moment = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?Z)?$")]
"""A day, or a time in UTC to the minute or finer."""


class Criteria(Wire):
    """What is searched, in whatever catalogue; all of it has to hold."""

    words: str = Field(default="", max_length=500, description="Every word has to occur")
    collections: tuple[StacId, ...] = Field(default=(), max_length=100, description="Any of them")
    ids: tuple[StacId, ...] = Field(default=(), max_length=100, description="Any of them")
    start: Moment | None = Field(default=None, description="First day or time, UTC, included")
    end: Moment | None = Field(default=None, description="Last day or time, UTC, included")
    area: Area | None = None
    properties: tuple[PropertyFilter, ...] = Field(default=(), max_length=20)
    cql2: str = Field(default="", max_length=4000, description="CQL2 text, in addition")

    @model_validator(mode="after")
    def _times_in_order(self) -> Self:
        # A day without a time begins at midnight as a start and lasts until midnight as an end.
        if self.start and self.end and self.start[:10] > self.end[:10]:
            raise ValueError(f"From {self.start} is after to {self.end}; swap the two")
        return self


Sort = Literal["newest", "oldest", "clearest", "id"]
"""By time, by cloud cover, or by id; what an item does not tell comes last."""


class SearchQuery(Criteria):
    """One search in one catalogue; `page` is the `next` of the page before."""

    catalogue: CatalogueId
    sort: Sort | None = Field(default=None, description="Null for the catalogue's own order")
    limit: int = Field(default=DEFAULT_PAGE, ge=1, description=f"Items on a page; at most {MAX_PAGE}")
    page: str | None = Field(default=None, max_length=16384)

    def clamped(self) -> Self:
        """The same query with a page size that every catalogue can be asked for."""
        return self.model_copy(update={"limit": min(self.limit, MAX_PAGE)})


class SearchCodeQuery(Wire):
    """A search that is to be written as notebook cells."""

    searches: tuple[SearchQuery, ...] = Field(
        min_length=1, max_length=100, description="One for each catalogue"
    )


class SearchCode(Wire):
    """The cells of a search: one for each catalogue, and where they are several one with all they found."""

    cells: tuple[str, ...]
    refusals: tuple[str, ...] = Field(description="Why a catalogue has no cell, a sentence for each")


class FilterText(Wire):
    """CQL2 text to be checked, as a person types it."""

    text: str = Field(max_length=4000)


class FilterCheck(Wire):
    """Whether CQL2 text can be read; where it cannot, what is wrong, a sentence for the person."""

    problem: str | None


class CollectionQuery(Wire):
    """Which collections of a catalogue are wanted."""

    words: str = Field(default="", max_length=500)
    page: str | None = Field(default=None, max_length=16384)


class CollectionSummary(Wire):
    """One collection as the form offers it."""

    catalogue: CatalogueId
    id: str
    title: str
    description: str | None
    keywords: tuple[str, ...]
    license: str | None
    start: datetime | None
    end: datetime | None
    bbox: Bbox | None


class CollectionPage(Wire):
    """Collections by title; `next` is null at the end, `matched` where the catalogue tells no total."""

    collections: tuple[CollectionSummary, ...]
    next: str | None
    matched: int | None
    note: str | None


class QueryableQuery(Wire):
    """Whose queryables are wanted; without a collection, those of all."""

    collection: StacId | None = None


class Queryable(Wire):
    """A property that can be searched, with what is needed to draw its control."""

    name: str
    title: str
    type: Literal["string", "number", "integer", "boolean", "datetime", "array"]
    values: tuple[str | float, ...] = Field(description="All allowed values, or none where they are not told")
    minimum: float | None
    maximum: float | None
    unit: str | None


class QueryableList(Wire):
    """Queryables by name; `learned` where they were taken from items, as the catalogue tells none."""

    queryables: tuple[Queryable, ...]
    learned: bool


SavedName = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f/]+$", min_length=1, max_length=100)]


class SavedSearch(Wire):
    """A search that a person keeps under a name."""

    name: SavedName
    criteria: Criteria
    catalogues: tuple[CatalogueId, ...] = Field(max_length=100, description="Those searched; empty for all")


class SavedPlace(Wire):
    """An area that a person keeps under a name."""

    name: SavedName
    area: Area


class Saved(Wire):
    """What a person keeps, by name."""

    searches: tuple[SavedSearch, ...]
    places: tuple[SavedPlace, ...]
    note: str | None = Field(default=None, description="Such as that the file they were in was broken")


class FreezeQuery(Wire):
    """A search to be kept with what is needed to use it without a network."""

    searches: tuple[SearchQuery, ...] = Field(
        min_length=1, max_length=20, description="One for each catalogue"
    )
    title: str = Field(min_length=1, max_length=100)
    path: str = Field(
        min_length=1, max_length=4096, description="New folder, or file ending in .zip, below the home folder"
    )
    most_items: int = Field(default=1000, ge=1, le=10_000)
    assets: Literal["none", "headers", "small"] = Field(
        default="headers",
        description="Nothing; size and media type as their hosts tell; small files whole too",
    )
    largest_asset_bytes: int = Field(default=1_000_000, ge=0, le=100_000_000)


class FrozenState(Wire):
    """How far a frozen search is."""

    id: str
    title: str
    path: str
    state: Literal["freezing", "ready", "stopped", "failed"]
    items: int
    assets: int = Field(description="Assets whose headers or bytes are kept")
    bytes: int
    problem: str | None = Field(description="What went wrong, a sentence; also where only some of it did")


class FrozenList(Wire):
    """Frozen searches of this server, newest first; those from before its start are catalogues."""

    frozen: tuple[FrozenState, ...]
