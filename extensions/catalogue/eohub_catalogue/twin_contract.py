"""What crosses a wire about requests to digital twins: choices, of which each narrows those after it."""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from eohub_catalogue.contract import Criteria
from eohub_catalogue.wire import Bbox, PublicUrl, Wire

MOST_VALUES = 500
Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._:/+-]*$", max_length=100)]


class TwinSource(Wire):
    """One digital twin that a site configured: which requests it answers, and where."""

    title: str = Field(min_length=1, max_length=100)
    constraints: PublicUrl = Field(description="JSON list of allowed combinations, each of keys with lists")
    polytope: str = Field(pattern=r"^[a-z0-9]([a-z0-9.-]{0,200}[a-z0-9])?$", description="Host of Polytope")


class TwinQuery(Wire):
    """What was chosen so far."""

    twin: str | None = Field(default=None, max_length=100, description="Title of the twin")
    chosen: dict[Word, tuple[Word, ...]] = Field(default={}, max_length=40)
    start: date | None = None
    end: date | None = None
    point: tuple[float, float] | None = Field(default=None, description="[longitude, latitude] in degrees")
    bbox: Bbox | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.point is not None and self.bbox is not None:
            raise ValueError("give either a point or a box")
        lon, lat = self.point or (0.0, 0.0)
        west, south, east, north = self.bbox or (0.0, 0.0, 0.0, 0.0)
        if not (all(-180 <= each <= 180 for each in (lon, west, east)) and -90 <= south <= north <= 90):
            raise ValueError("longitudes are from -180 to 180, latitudes from -90 to 90, south below north")
        if not -90 <= lat <= 90:
            raise ValueError("latitudes are from -90 to 90")
        if self.start and self.end and self.start > self.end:
            raise ValueError("the first day is after the last one")
        return self


class TwinValue(Wire):
    """One value that can be chosen."""

    value: str
    label: str


class TwinField(Wire):
    """One choice: what it can be after those before it."""

    key: str
    label: str
    values: tuple[TwinValue, ...]
    chosen: tuple[str, ...]
    several: bool = Field(description="Whether more than one can be chosen")


class TwinForm(Wire):
    """The choices as they are now; no twins where none is configured."""

    twins: tuple[str, ...]
    twin: str | None
    fields: tuple[TwinField, ...]
    missing: str | None = Field(description="What is to be chosen next; null where a request is complete")
    code: str | None = Field(description="The notebook cell that makes the request")
    search: Criteria | None = Field(description="The same in the Data Lake, where it can be ordered")
