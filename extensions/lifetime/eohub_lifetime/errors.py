"""What can keep a person from knowing when their server ends, or from keeping it."""

from eohub_toolkit.errors import Conflict, Forbidden, NotFound, Unavailable


class NotAServer(Forbidden):
    """The token is not that of a person's server."""


class CannotKeep(Conflict):
    """The server cannot be kept: nothing ends it soon, or the policy does not allow it."""

    code = "cannot_keep"


class NotManaged(NotFound):
    """No lifetime service looks after this Jupyter server."""

    code = "not_managed"


class NotKnownYet(Unavailable):
    """The lifetime service has not been reached."""

    code = "not_known_yet"
