"""What can keep a person from getting keys."""

from eohub_toolkit.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    TooMany,
    Unauthenticated,
    Unavailable,
)


class UnusableName(Invalid):
    """A hub user name that cannot be a prefix: it could mean more than one person's."""


class TooManyPlaces(Conflict):
    """A person's places do not fit into one session policy."""


class NotAPerson(Forbidden):
    """The token belongs to a service, which has no prefix."""


class NoLogin(Conflict):
    """The hub keeps no ID token of this person."""


class LoginTooOld(Unauthenticated):
    """The person's ID token has ended and the hub could not get a new one."""


class OtherName(Conflict):
    """The identity provider calls this person otherwise than the hub, so S3 would refuse their prefix."""


class KeysRefused(Forbidden):
    """STS does not accept the ID token for this role."""


class TooManyKeys(TooMany):
    """One person asked for keys more often than any program needs."""


class StorageDown(Unavailable):
    """S3 cannot be reached."""


class NoKeys(Forbidden):
    """This Jupyter server has no S3 keys, or got none."""


class NoRight(Forbidden):
    """S3 does not let this person do that there."""


class Missing(NotFound):
    """No such object, prefix or bucket."""


class TooLarge(Invalid):
    """An object that is too large for what was wanted."""


class UnusableKey(Invalid):
    """A name that no object or prefix can have here."""


class AlreadyThere(Conflict):
    """There is an object of that name already."""

    code = "already_there"
