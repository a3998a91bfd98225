"""Put our spawn page and REST calls in the place of JupyterHub's.

Handlers of an authenticator come before JupyterHub's, which is the one supported way to do that.
"""

from typing import Any

from jupyterhub.auth import Authenticator

from eohub_hub.spawner.pages import SpawnPage
from eohub_hub.spawner.rest import ServerCalls

HANDLERS = (
    (r"/spawn", SpawnPage),
    (r"/spawn/([^/]+)", SpawnPage),
    (r"/spawn/([^/]+)/([^/]+)", SpawnPage),
    (r"/api/users/([^/]+)/server", ServerCalls),
    (r"/api/users/([^/]+)/servers/([^/]*)", ServerCalls),
)


def with_spawn_handlers(authenticator_class: type[Authenticator]) -> type[Authenticator]:
    """A subclass of an authenticator that brings our handlers along; nothing else about it changes."""

    def get_handlers(self: Authenticator, app: Any) -> list[Any]:
        inherited: list[Any] = authenticator_class.get_handlers(self, app)
        return [*inherited, *HANDLERS]

    return type(authenticator_class.__name__, (authenticator_class,), {"get_handlers": get_handlers})
