"""Which server asks: its own token says so, and nothing else does."""

import hashlib
from typing import Annotated

from fastapi import Depends, Request

from eohub_lifetime.errors import NotAServer
from eohub_lifetime.running import ServerKey, Speaker
from eohub_toolkit.hub_auth import HubUser, require

SCOPE = "custom:lifetime:report"


def server_of(user: HubUser) -> ServerKey:
    """Return the one server whose token this is; raises NotAServer for any other token.

    A person's own token holds the scope for all of their servers, and a server's for itself alone.
    """
    filtered = [scope for scope in user.scopes if scope.startswith(f"{SCOPE}!")]
    only = filtered[0] if len(filtered) == 1 and SCOPE not in user.scopes else ""
    owner, slash, name = only.removeprefix(f"{SCOPE}!server=").partition("/")
    if user.kind != "user" or not slash or owner != user.name:
        raise NotAServer("Only a person's server may say this.", hint="Use the token of the server itself.")
    return ServerKey(owner, name)


async def calling_server(request: Request, user: Annotated[HubUser, Depends(require(SCOPE))]) -> Speaker:
    """A FastAPI dependency: the server that asks."""
    token = request.headers["Authorization"].partition(" ")[2].strip()
    return Speaker(server_of(user), hashlib.sha256(token.encode()).hexdigest())
