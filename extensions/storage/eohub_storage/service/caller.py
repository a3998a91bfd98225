"""Who asks for keys, asked of the hub anew each time."""

from typing import Annotated

from fastapi import Header, Request

from eohub_toolkit.errors import Forbidden, Unauthenticated
from eohub_toolkit.hub_auth import HubAuth, HubUser, holds

SCOPE = "custom:storage:credentials"


async def caller(request: Request, authorization: Annotated[str | None, Header()] = None) -> HubUser:
    """The person whose token this is, who must hold SCOPE; raises Unauthenticated or Forbidden.

    Nothing is remembered: a stopped server's token is refused at once, and being asked makes the hub
    refresh the person's login when that is due.
    """
    kind, _, token = (authorization or "").partition(" ")
    if kind.lower() not in ("token", "bearer") or not token.strip():
        raise Unauthenticated("S3 keys need a JupyterHub token.", hint="Send 'Authorization: token ...'.")
    user = await HubAuth(request.app.state.hub).user(token.strip())
    if not holds(user.scopes, SCOPE):
        raise Forbidden(f"Your token lacks the scope {SCOPE}.", hint="Restart your server, or ask for it.")
    if user.kind != "user":
        raise Forbidden("S3 keys are for people.", hint="Use a person's token.")
    return user
