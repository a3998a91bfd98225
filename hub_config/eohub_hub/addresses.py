"""Addresses of ours in the hub itself.

Handlers of an authenticator come before JupyterHub's, which is the one supported way to add or replace some:
`JupyterHub.extra_handlers` is deprecated. Call this after the login was installed.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import wraps
from typing import Any

from jupyterhub.auth import Authenticator
from tornado import web

Handlers = Sequence[tuple[Any, ...]]


def install_handlers(c: Any, handlers: Handlers) -> None:
    """Answer at these addresses, below the hub's own; does nothing where the authenticator is a mere name."""
    authenticator = c.JupyterHub.get("authenticator_class")
    if isinstance(authenticator, type) and issubclass(authenticator, Authenticator):
        c.JupyterHub.authenticator_class = with_handlers(authenticator, handlers)


def with_handlers(authenticator_class: type[Authenticator], handlers: Handlers) -> type[Authenticator]:
    """A subclass of an authenticator that brings handlers along; nothing else about it changes."""

    def get_handlers(self: Authenticator, app: Any) -> list[Any]:
        inherited: list[Any] = authenticator_class.get_handlers(self, app)
        return [*inherited, *handlers]

    return type(authenticator_class.__name__, (authenticator_class,), {"get_handlers": get_handlers})


def needs_scope[**P](scope: str) -> Callable[[Callable[P, Awaitable[None]]], Callable[P, Awaitable[None]]]:
    """Let a handler's method answer only those who hold one of our own scopes; everybody else gets 403.

    JupyterHub's decorator of this name knows only scopes that exist when it is imported.
    """

    def decorate(method: Callable[P, Awaitable[None]]) -> Callable[P, Awaitable[None]]:
        @wraps(method)
        async def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
            handler: Any = args[0]
            if not handler.has_scope(scope):
                raise web.HTTPError(403, f"This needs the scope {scope}.")
            await method(*args, **kwargs)

        return guarded

    return decorate
