"""What crosses the wire between the Lab and the reader in the pod: what is opened, asked and told."""

from typing import Literal

from pydantic import Field, JsonValue

from eohub_cubes.wire import (
    MOST_ASSETS,
    MOST_DIMENSIONS,
    MOST_FILES,
    MOST_REFUSALS,
    MOST_VARIABLES,
    Address,
    Name,
    Wire,
)

Kind = Literal["zarr", "netcdf", "geotiff", "grib", "vector", "table", "icechunk"]
DimensionKind = Literal["x", "y", "z", "time", "ensemble", "band", "other"]


class DataAsset(Wire):
    """One file or store of an item, with what its metadata says of opening it."""

    key: Name
    href: Address
    kind: Kind | None = Field(default=None, description="Null: found out from the data itself")
    title: str | None = Field(default=None, max_length=1_000)
    media_type: str | None = Field(default=None, max_length=300)
    open_kwargs: dict[str, JsonValue] = Field(
        default={}, description="xarray-assets: arguments of xarray.open_dataset; none that holds a secret"
    )
    storage_options: dict[str, JsonValue] = Field(
        default={}, description="xarray-assets or storage extension: fsspec's options; no secret in them"
    )


class ItemPlace(Wire):
    """Where the item of some data is found again, for code and for what a notebook says of its origin."""

    catalogue: Name
    collection: Name | None
    item: Name
    href: Address | None = Field(default=None, description="Address of the item's own JSON, where it has one")


class DataSource(Wire):
    """What is opened: the openable assets of an item, or one address that a person gave."""

    title: str = Field(max_length=1_000)
    assets: tuple[DataAsset, ...] = Field(min_length=1, max_length=MOST_ASSETS)
    item: ItemPlace | None = None


class SourceQuery(Wire):
    """Which asset of a source is looked at; without it the first."""

    source: DataSource
    asset: Name | None = None
    group: Name | None = Field(default=None, description="Group inside a zarr store or HDF5 file")


class DescribeQuery(SourceQuery):
    """Ask what is in the data."""

    fresh: bool = Field(default=False, description="Read the metadata anew, even where it was read just now")


class Labels(Wire):
    """The coordinate along one dimension, as a person reads it.

    Values are numbers, or text: times in ISO 8601 in the calendar of the data. `values` is null where there
    are too many to send; then `first`, `last` and, where steps are even, `step` tell them.
    """

    units: str | None
    calendar: str | None = Field(description="CF calendar of times; null for other values")
    first: float | str | None
    last: float | str | None
    step: float | None = Field(
        description="Even distance of neighbours in the units, seconds for times; null otherwise"
    )
    values: tuple[float | str, ...] | None
    unique: bool = Field(description="Whether no value comes twice, so that a value names a step")


class Dimension(Wire):
    """One dimension of the data."""

    name: str
    size: int
    kind: DimensionKind
    label: str = Field(description="Long name of its coordinate, or the dimension's own")
    labels: Labels | None = Field(description="Null for a dimension without a coordinate")


class Variable(Wire):
    """One variable: what it is, and how it is stored."""

    name: str
    label: str = Field(description="Long name, or its own")
    standard_name: str | None = Field(description="CF standard name")
    units: str | None
    dtype: str = Field(description="numpy's name of the type once it is decoded, such as float32")
    dimensions: tuple[str, ...]
    shape: tuple[int, ...]
    chunks: tuple[int, ...] | None = Field(description="Shape of what is compressed together; null: all")
    shards: tuple[int, ...] | None = Field(description="Shape of what is stored in one object, if sharded")
    size_bytes: int = Field(description="In memory, once it is decoded")
    is_coordinate: bool
    x: str | None = Field(description="Dimension that runs across a map; null where it has none")
    y: str | None
    curvilinear: bool = Field(description="Its places are told by two-dimensional longitudes and latitudes")
    points: str | None = Field(description="Dimension of scattered places, which a picture shows as points")
    series: str | None = Field(description="Dimension that a series at a point runs along")
    problem: str | None = Field(description="Why it cannot be read, such as an unknown codec")


class CubeDescription(Wire):
    """Everything that is told of some data from its metadata alone."""

    kind: Kind
    asset: str
    title: str
    dimensions: tuple[Dimension, ...] = Field(max_length=MOST_DIMENSIONS)
    variables: tuple[Variable, ...] = Field(max_length=MOST_VARIABLES)
    variable_count: int
    groups: tuple[str, ...] = Field(description="Other groups that can be looked at")
    size_bytes: int = Field(description="Of all variables, in memory")
    notes: tuple[str, ...] = Field(description="What a person should know before they rely on it, sentences")
    bytes_read: int
    requests: int


class Range(Wire):
    """Steps of one dimension, from `start` up to before `stop`, each `step`-th."""

    start: int = Field(ge=0)
    stop: int = Field(ge=0)
    step: int = Field(default=1, ge=1)


class Selection(Wire):
    """A box in index space; a dimension that is not named is taken whole."""

    variables: tuple[Name, ...] = Field(max_length=MOST_VARIABLES)
    ranges: dict[Name, Range] = Field(default={}, max_length=MOST_DIMENSIONS)


class EstimateQuery(SourceQuery):
    """Ask what a selection would cost."""

    selection: Selection


class Offer(Wire):
    """Something that would fit, where a selection does not."""

    kind: Literal["smaller", "coarser", "dask", "profile"]
    text: str = Field(description="What it is, a sentence with its numbers")
    selection: Selection | None = Field(description="Apply it to get this offer; null where it is none")


class Estimate(Wire):
    """What a selection costs to read and to hold."""

    cells: int
    memory_bytes: int = Field(description="Of the selection in memory, once it is decoded")
    read_bytes: int = Field(description="Bytes that travel, compressed")
    exactness: Literal["exact", "sampled", "bound"] = Field(
        description="exact: each piece's size is known; sampled: from some; bound: nothing compressed"
    )
    chunks: int
    requests: int
    used_share: float = Field(ge=0, le=1, description="Part of what is decoded that the selection needs")
    aligned: Selection | None = Field(
        description="The same box grown to whole chunks, where it costs the same; null where it is aligned"
    )
    seconds: float | None = Field(description="At `bytes_per_second`; null where nothing was measured yet")
    bytes_per_second: float | None = Field(description="Measured at this host, lately")
    free_bytes: int | None = Field(description="Memory that is free in this server; null where unknown")
    limit_bytes: int | None = Field(description="Memory that this server may use; null where unknown")
    verdict: Literal["fits", "tight", "does_not_fit", "unknown", "empty"]
    text: str = Field(description="All of it in one sentence for a person")
    offers: tuple[Offer, ...]


class PreviewQuery(SourceQuery):
    """Ask for a picture of one slice: a range across, one along, one step of every other dimension."""

    variable: Name
    ranges: dict[Name, Range] = Field(default={}, max_length=MOST_DIMENSIONS)
    across: Name | None = Field(default=None, description="Dimension that runs across; else that of the map")
    along: Name | None = Field(default=None, description="Dimension from bottom to top; else that of the map")
    width: int = Field(default=512, ge=16, le=1_024, description="Most cells across")
    height: int = Field(default=512, ge=16, le=1_024, description="Most cells from top to bottom")
    budget_bytes: int = Field(
        default=64 * 2**20, ge=1, le=2**30, description="Most bytes read; beyond it the slice is refused"
    )


class Preview(Wire):
    """A slice as numbers to draw: rows from top (north) to bottom, columns from left (west) to right."""

    variable: str
    width: int
    height: int
    values: str = Field(description="base64 of little-endian float32, row by row; NaN where nothing is")
    low: float | None = Field(description="Ends of a fair colour scale")
    high: float | None
    least: float | None = Field(description="Smallest value of the slice; null where all are missing")
    greatest: float | None
    colours: str = Field(description="Name of a matplotlib colour map that suits the standard name")
    units: str | None
    bounds: tuple[float, float, float, float] | None = Field(
        description="Outer edges [west, south, east, north] in degrees; null where it lies on no map"
    )
    across: str = Field(description="What runs across, with its unit")
    along: str = Field(description="What runs from bottom to top, with its unit")
    every: tuple[int, int] = Field(description="Each n-th row and column was drawn; (1, 1): all of them")
    row_steps: tuple[int, ...] | None = Field(
        description="Step of the dimension along that each row shows; null where places were resampled"
    )
    column_steps: tuple[int, ...] | None = Field(description="The same for the dimension across")
    notes: tuple[str, ...]
    bytes_read: int
    requests: int


class SeriesQuery(SourceQuery):
    """Ask for the values along one dimension at a point; `ranges` picks one step of each other dimension."""

    variable: Name
    along: Name
    ranges: dict[Name, Range] = Field(default={}, max_length=MOST_DIMENSIONS)
    place: tuple[float, float] | None = Field(
        default=None, description="Longitude and latitude, where a picture tells no steps (curvilinear)"
    )
    budget_bytes: int = Field(default=64 * 2**20, ge=1, le=2**30)


class SeriesMember(Wire):
    """The values of one member of an ensemble."""

    label: float | str
    values: tuple[float | None, ...]


class Series(Wire):
    """Values along one dimension at a point; of several members of an ensemble their mean."""

    variable: str
    along: str
    labels: tuple[float | str, ...]
    values: tuple[float | None, ...] = Field(description="Null where a value is missing")
    units: str | None
    place: str = Field(description="Where it is, in words")
    every: int = Field(description="Each n-th step was read")
    members: tuple[SeriesMember, ...] = Field(
        default=(),
        description="Each member, where several steps of an ensemble's dimension were asked for",
    )
    bytes_read: int
    requests: int


class LocateQuery(SourceQuery):
    """Ask which step of a dimension is nearest to a value, or what the value of a step is."""

    dimension: Name
    label: float | str | None = Field(default=None, description="A number, or a time in ISO 8601")
    index: int | None = Field(default=None, ge=0)


class Located(Wire):
    """One step of a dimension and its value."""

    index: int
    label: float | str


class CodeQuery(SourceQuery):
    """Ask for the notebook cell that opens a source, and takes a selection of it where one is given."""

    selection: Selection | None = None


class NotebookCode(Wire):
    """The source of one notebook cell."""

    source: str


class VirtualQuery(Wire):
    """Ask for a virtual cube: one icechunk repository that refers to the values in many netCDF files."""

    addresses: tuple[Address, ...] = Field(min_length=1, max_length=MOST_FILES)
    target: Address = Field(pattern=r"\.icechunk$", description="Where it is made; nothing may be there yet")
    join: Name = Field(default="time", description="Dimension along which the files follow each other")


class VirtualRefusal(Wire):
    """Why a file cannot be part of a virtual cube: which variable, and both values, in a sentence."""

    address: Address
    variable: str | None
    aspect: str = Field(description="What differs, such as add_offset, codecs or calendar")
    text: str


class VirtualJob(Wire):
    """How far the making of a virtual cube is; kept beyond the end of the server that makes it."""

    id: Name
    target: Address
    state: Literal["running", "done", "refused", "failed", "cancelled", "interrupted"] = Field(
        description="Interrupted: the server ended before it was made"
    )
    files: int
    files_read: int
    problem: str | None = Field(
        default=None, description="Why it is refused or failed, or what is left of a cancelled one"
    )
    hint: str | None = None
    refusals: tuple[VirtualRefusal, ...] = Field(default=(), max_length=MOST_REFUSALS)
    refusal_count: int = 0


class VirtualJobs(Wire):
    """The virtual cubes of late, the newest first."""

    jobs: tuple[VirtualJob, ...]
