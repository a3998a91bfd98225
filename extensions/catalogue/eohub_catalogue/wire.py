"""The forms of wire types: ids, addresses, boxes, and the base of every model."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

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
    # As RFC 3986 has it, HTTPS is https.
    return parts.scheme + address[len(parts.scheme) :]


CatalogueId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")]
StacId = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]+$", max_length=LONGEST_ID)]
PublicUrl = Annotated[
    str,
    StringConstraints(pattern=r"^[Hh][Tt][Tt][Pp][Ss]?://", max_length=2048),
    AfterValidator(_public),
]
"""An address that anybody may see: no user or password before the host, no query that could hold a key."""


class Wire(BaseModel):
    """A model that crosses a wire: immutable, and nothing unknown in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Bbox = tuple[float, float, float, float]
"""[west, south, east, north] in degrees; west > east means that it crosses the antimeridian."""
Scalar = str | bool | float
