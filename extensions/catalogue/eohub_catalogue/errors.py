"""The catalogue's own errors, each a kind of the toolkit's."""

from eohub_toolkit.errors import Invalid, NotFound, TooMany, Upstream


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


class CatalogueBusy(TooMany):
    """The catalogue asks to slow down."""

    code = "catalogue_busy"
