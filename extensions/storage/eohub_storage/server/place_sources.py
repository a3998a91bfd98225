"""Which places the drive shows: those that the storage service names, or those of ordinary AWS keys."""

from collections.abc import Sequence
from typing import Any

from eohub_storage.contract import Places, PlaceView
from eohub_storage.errors import NoKeys
from eohub_storage.server.s3 import S3Objects
from eohub_toolkit.errors import Upstream
from eohub_toolkit.http import Client


class HubPlaces:
    """A PlaceSource on the storage service of an EOHub."""

    def __init__(self, client: Client, token: str) -> None:
        self._client = client
        self._headers = {"Authorization": f"token {token}"}

    async def places(self) -> tuple[PlaceView, ...]:
        """What the service says about the person whose server this is."""
        answer = await self._client.get("places", headers=self._headers)
        if answer.status_code == 200:
            return Places.model_validate_json(answer.content).places
        raise _refused(answer.status_code, _parsed(answer))


class OwnPlaces:
    """A PlaceSource without an EOHub: the configured places, or all buckets; all may be tried to write."""

    def __init__(self, store: S3Objects, configured: Sequence[str]) -> None:
        self._store = store
        self._configured = configured

    async def places(self) -> tuple[PlaceView, ...]:
        """What is configured, else what S3 lists."""
        if self._configured:
            return tuple(_place(*text.removeprefix("s3://").split("/", 1)) for text in self._configured)
        return tuple(_place(bucket, "") for bucket in await self._store.buckets())


def _place(bucket: str, prefix: str) -> PlaceView:
    return PlaceView(bucket=bucket, prefix=prefix, title=f"{bucket}/{prefix}".rstrip("/"), writable=True)


def _refused(status: int, problem: dict[str, Any]) -> Exception:
    detail, hint = problem.get("detail"), problem.get("hint")
    if not isinstance(detail, str):
        return Upstream(f"The storage service answered with status {status}.", hint="Try again in a minute.")
    return NoKeys(detail, hint=hint if isinstance(hint, str) else None)


def _parsed(answer: Any) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
