"""What can keep a person from the numbers in some data."""

from collections.abc import Sequence

from eohub_cubes.contract import VirtualRefusal
from eohub_toolkit.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    TooMany,
    Unauthenticated,
    Unavailable,
    Upstream,
)


class DataMissing(NotFound):
    """There is no object at the address, or not all of them."""

    def __init__(self, detail: str, *, hint: str | None = None, retry_after: int | None = None) -> None:
        super().__init__(detail, hint=hint or "Check the address.", retry_after=retry_after)


class NoAccess(Forbidden):
    """The store does not let this person read there."""


class LoginEnded(Unauthenticated):
    """The store wants a token or keys, and there are none or they could not be renewed."""


class StoreDown(Unavailable):
    """The store cannot be reached, or does not answer in time."""


class StoreBusy(TooMany):
    """The store asks to slow down, and went on doing so."""


class DataChanged(Conflict):
    """The data changed between its metadata and its values (another ETag or size)."""


class DataDamaged(Upstream):
    """What came cannot be read: truncated, corrupt, or not what its metadata says."""

    def __init__(self, detail: str, *, hint: str | None = None, retry_after: int | None = None) -> None:
        hint = hint or "Copy it again from where it comes, or ask who publishes it."
        super().__init__(detail, hint=hint, retry_after=retry_after)


class NotReadable(Invalid):
    """Data of a kind, codec or form that cannot be read here; the reason says which."""


class AddressRefused(Forbidden):
    """An address that this server must not ask, such as one inside the site."""


class BadSelection(Invalid):
    """A selection that names what is not there, or takes nothing."""


class BeyondBudget(Invalid):
    """More bytes would have to be read than were allowed."""

    code = "beyond_budget"


class TargetTaken(Conflict):
    """Something lies already where a virtual cube is to be made, or one is being made there now."""


class NotJoinable(Invalid):
    """Files that would make a virtual cube with wrong values; `refusals` are the first of `count` reasons."""

    refusals: Sequence[VirtualRefusal] = ()
    count: int = 0


class ReaderStopped(Unavailable):
    """The process that reads data ended in the middle; the next request starts another."""


class Cancelled(Exception):
    """Nobody waits for the answer any more, so nothing more is read."""
