"""What runs beside the hub: services that JupyterHub starts, watches and routes to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ManagedService:
    """A program that the hub keeps running; with a `url` it is also routed to at /services/<name>/."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    url: str | None = None
    api_token: str | None = field(default=None, repr=False)
    visitors_scopes: Sequence[str] = ()
    """What the service may do in the name of a person who opens its pages, beside knowing who they are."""

    def specification(self) -> dict[str, Any]:
        """The entry for `JupyterHub.services`."""
        found: dict[str, Any] = {
            "name": self.name,
            "command": list(self.command),
            "environment": dict(self.environment),
            "display": bool(self.visitors_scopes),
        }
        if self.url is not None:
            found["url"] = self.url
        if self.api_token is not None:
            found["api_token"] = self.api_token
        if self.visitors_scopes:
            found["oauth_client_allowed_scopes"] = list(self.visitors_scopes)
            # Pages of ours: nobody is asked whether they trust them.
            found["oauth_no_confirm"] = True
        return found


def install_services(c: Any, services: Sequence[ManagedService]) -> None:
    """Have the hub start `services` in this order, after those that other parts have already named."""
    already = c.JupyterHub.services if "services" in c.JupyterHub else []
    c.JupyterHub.services = [*already, *(service.specification() for service in services)]
