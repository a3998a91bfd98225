"""One try to read an object, as an adapter makes it; what is tried again, and told, is decided above it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from eohub_cubes.errors import NotReadable


@dataclass(frozen=True)
class Span:
    """Part of an object: `length` bytes or all from `start` on; a negative one counts from the end."""

    start: int
    length: int | None = None


@dataclass(frozen=True)
class Got:
    """What came, and what the whole object is."""

    body: bytes
    size: int
    etag: str | None
    modified: datetime | None = None


class Refused(Exception):
    """The store answered that it will not: its HTTP status, S3's code for it, and the wait it asks for."""

    def __init__(self, status: int, code: str | None = None, retry_after: float | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.code = code
        self.retry_after = retry_after


class Broken(Exception):
    """No whole answer came; `cut` where it ended in the middle."""

    def __init__(self, *, cut: bool) -> None:
        super().__init__(cut)
        self.cut = cut


class Objects(Protocol):
    """A store as an adapter sees it. Reads raise Refused, Broken, or what a person is told at once."""

    host: str

    @property
    def renewals(self) -> int:
        """How often keys or tokens were got after the first ones."""
        ...

    async def get(self, path: str, span: Span | None, most: int) -> Got | None:
        """Send one request for an object of at most so many bytes; None where it is missing."""
        ...

    async def head(self, path: str) -> Got | None:
        """Send one request for an object's size and ETag; the body is empty."""
        ...

    def paths(self, prefix: str) -> AsyncIterator[Sequence[str]]:
        """List the paths below a prefix, page by page."""
        ...

    async def names(self, folder: str) -> Sequence[str]:
        """List what lies right below a folder, with one request for each 1000."""
        ...

    async def renew(self) -> bool:
        """Get other keys, where the ones used were refused; False where there are no others."""
        ...

    def refusal(self, refused: Refused) -> Exception:
        """What a person is told of a 401 or 403."""
        ...


def too_large(host: str, most: int) -> NotReadable:
    """What is told of more bytes than are read at once."""
    return NotReadable(
        f"An object of {host or 'this machine'} is larger than the {most / 2**20:,.0f} MiB of such a one "
        "that are read at once.",
        hint="It may be damaged, or something else than its name says.",
    )


def cannot_list(host: str) -> NotReadable:
    """What is told where a store has no listing."""
    return NotReadable(
        f"{host} cannot list what lies there, as most web servers cannot.",
        hint="Give the address of one file, or of a zarr store with consolidated metadata.",
    )
