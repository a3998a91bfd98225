"""The catalogue's own errors, each a kind of the toolkit's."""

from math import ceil
from typing import Self

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


class UnknownCatalogue(NotFound):
    """No catalogue of this id is configured."""

    code = "unknown_catalogue"


class ItemNotFound(NotFound):
    """The catalogue has no such item (any more)."""

    code = "item_not_found"


class NothingToOpen(Invalid):
    """The item has no asset that the generated code could open."""

    code = "nothing_to_open"


class InvalidPage(Invalid):
    """The page marker was not given out by this server, or leads out of the catalogue."""

    code = "invalid_page"


class CatalogueRefused(Upstream):
    """The catalogue understood the request and will not answer it."""

    code = "catalogue_refused"


class CatalogueBroken(Upstream):
    """The catalogue answered with something that is not STAC."""

    code = "catalogue_broken"


class NoSuchAddress(CatalogueBroken):
    """The catalogue knows no such address, or not with this method."""


class CatalogueBusy(TooMany):
    """The catalogue asks to slow down; `retry_after` is at least 1."""

    code = "catalogue_busy"

    @classmethod
    def for_seconds(cls, who: str, seconds: float) -> Self:
        """`who` wants to be left alone for that long; told in whole seconds, at least one."""
        whole = max(1, ceil(seconds))
        hint = "The panel asks again by itself."
        return cls(f"{who} asks to wait {whole} s.", hint=hint, retry_after=whole)

    @property
    def seconds(self) -> int:
        """How long it wants to be left alone."""
        return self.retry_after or 1


class TimedOut(Unavailable):
    """The catalogue did not answer within its deadline."""

    code = "timed_out"


class NotSent(Unavailable):
    """Nobody answers at the address, so nothing was sent there."""


class AddressRefused(Forbidden):
    """The address leads into the site's own network."""

    code = "address_refused"


class TooMuchKept(Invalid):
    """What a person keeps would not fit into its file any more."""

    code = "too_much_kept"


class OrderedBefore(Conflict):
    """The item was ordered before, or may have been."""

    code = "ordered_before"


class NotPlaced(Unavailable):
    """An order did not reach the catalogue, or the catalogue says that it did nothing with it."""

    code = "not_placed"


class PlacedPerhaps(Upstream):
    """An order was sent, and nobody knows whether it was taken."""

    code = "placed_perhaps"


class LoginNeeded(Unauthenticated):
    """The catalogue answers only to those who are logged in there."""

    code = "login_needed"


class ChangedMeanwhile(Conflict):
    """The document is not the one that the change was meant for."""

    code = "precondition_failed"

    def __init__(self) -> None:
        super().__init__(
            "The document is not the one that was expected: somebody has changed or removed it.",
            hint="Read it again, make your change, and send it with the new ETag.",
        )


class BeingUpgraded(Unavailable):
    """The database was made by an older version and is being brought up to date."""

    code = "being_upgraded"

    def __init__(self, percent: int) -> None:
        super().__init__(
            f"The catalogue is being upgraded, {percent} % done.",
            hint="Try again in a few minutes; nothing has to be done.",
        )
