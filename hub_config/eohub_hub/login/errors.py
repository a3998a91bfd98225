"""What can go wrong in a login, beside a provider out of reach (the toolkit's Unavailable and Upstream)."""

from eohub_toolkit.errors import Unauthenticated


class TokenRefused(Unauthenticated):
    """A token of the provider is not what it should be; `detail` says what is wrong with it, for the log."""


class GrantRefused(Unauthenticated):
    """The provider does not accept a code, refresh token or access token (any more): log in again."""
