"""A JupyterHub proxy that routes nothing: tests that need no user server talk to the hub itself."""

from typing import Any

from jupyterhub.proxy import Proxy


class AbsentProxy(Proxy):
    """Remembers routes and starts no process."""

    should_start = False

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.routes: dict[str, dict[str, Any]] = {}

    async def add_route(self, routespec: str, target: str, data: dict[str, Any]) -> None:
        self.routes[routespec] = {"routespec": routespec, "target": target, "data": data}

    async def delete_route(self, routespec: str) -> None:
        self.routes.pop(routespec, None)

    async def get_all_routes(self) -> dict[str, dict[str, Any]]:
        return dict(self.routes)
