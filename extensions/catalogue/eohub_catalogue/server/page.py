"""Page markers: where the next page of a catalogue is, in a form that cannot lead out of the catalogue."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from eohub_catalogue.errors import InvalidPage

_LONGEST = 12_000
_CONTROL = r"\x00-\x1f\x7f"
_PATH = rf"^[^/?#:{_CONTROL}][^?#:{_CONTROL}]*(\?[^#{_CONTROL}]*)?$"


class PageMarker(BaseModel):
    """A request below the catalogue's root, as its `next` link described it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: Literal["GET", "POST"]
    path: Annotated[str, StringConstraints(pattern=_PATH, max_length=8000)] = Field(
        description="Relative to the catalogue's root, with its query"
    )
    body: dict[str, object] | None = None

    @classmethod
    def of_link(cls, link: Mapping[str, object], base_path: str) -> Self | None:
        """The marker of a `next` link, or None where it leads out of the catalogue or is too long.

        Only path and query are taken: behind a proxy many catalogues give a wrong scheme or host.
        """
        try:
            parts = urlsplit(str(link.get("href")))
        except ValueError:
            return None
        if not parts.path.startswith(base_path) or ".." in parts.path:
            return None
        path = parts.path.removeprefix(base_path) + (f"?{parts.query}" if parts.query else "")
        try:
            marker = cls.model_validate(
                {"method": link.get("method", "GET"), "path": path, "body": link.get("body")}
            )
            return marker if len(marker.encoded()) <= _LONGEST else None
        except ValueError:
            # No marker, or a body that JSON has no form for.
            return None

    @classmethod
    def decoded(cls, text: str) -> Self:
        """The marker that `encoded` gave out; raises InvalidPage."""
        try:
            raw = json.loads(base64.urlsafe_b64decode(text.encode("ascii")))
            marker = cls.model_validate(raw)
        except (ValueError, binascii.Error, RecursionError):
            marker = None
        if marker is None or ".." in marker.path:
            raise InvalidPage("This page marker is not from here.", hint="Search again.")
        return marker

    def encoded(self) -> str:
        """An opaque text for the browser."""
        return base64.urlsafe_b64encode(self.model_dump_json().encode()).decode("ascii")
