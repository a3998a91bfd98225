"""People's ID tokens, from the auth state that the hub keeps."""

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import quote

from eohub_storage.errors import NoLogin
from eohub_toolkit.errors import Unavailable
from eohub_toolkit.http import Client


class HubTokens:
    """A TokenSource on JupyterHub's API; `token` needs the scopes read:users:name and admin:auth_state."""

    def __init__(self, client: Client, token: str) -> None:
        self._client = client
        self._headers = {"Authorization": f"token {token}"}

    async def id_token(self, name: str) -> str:
        """The ID token in the auth state of `name`; raises NoLogin, or Unavailable if it does not say."""
        answer = await self._client.get(f"users/{quote(name, safe='')}", headers=self._headers)
        if answer.status_code == 404:
            raise _no_login()
        if answer.status_code != 200:
            raise Unavailable(
                "The storage service may not ask the hub about you.",
                hint="Tell your administrator: its scopes are read:users:name and admin:auth_state.",
            )
        auth_state = cast("Mapping[str, Any]", answer.json()).get("auth_state")
        found = auth_state.get("id_token") if isinstance(auth_state, dict) else None
        if not isinstance(found, str) or not found:
            raise _no_login()
        return found


def _no_login() -> NoLogin:
    return NoLogin(
        "The hub keeps no login of yours that S3 would accept.", hint="Log out of the hub and in again."
    )
