"""Banner and terms of use, as administrators write them and pages show them. Pure."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

LONGEST_BANNER = 500
LONGEST_TERMS = 50_000


def _readable(text: str) -> str:
    lines = text.replace("\r\n", "\n").strip().split("\n")
    if not any(lines):
        raise ValueError("must not be empty")
    if not all(line.replace("\t", " ").isprintable() for line in lines):
        raise ValueError("has characters that cannot be shown")
    return "\n".join(line.rstrip() for line in lines)


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Banner(_Model):
    """A sentence or two on top of every page of the hub, until it is taken down or `ends_at` (UTC) comes."""

    text: Annotated[str, Field(max_length=LONGEST_BANNER), AfterValidator(_readable)]
    level: Literal["info", "warning"] = "info"
    ends_at: AwareDatetime | None = None
    stops_new_servers: Annotated[bool, Field(strict=True)] = False

    def is_shown_at(self, now: datetime) -> bool:
        """Tell whether it has not ended yet."""
        return self.ends_at is None or now < self.ends_at


class TermsDraft(_Model):
    """Terms of use that an administrator is about to publish, in CommonMark."""

    text: Annotated[str, Field(max_length=LONGEST_TERMS), AfterValidator(_readable)]


class Terms(_Model):
    """Published terms of use; versions count from 1 and never change."""

    version: int
    text: str
    published_at: datetime
    published_by: str
