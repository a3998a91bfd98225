"""The S3 endpoint that inserted cells read from: does it answer?"""

from collections.abc import Callable
from urllib.parse import urlsplit

from eohub_catalogue.server.settings import ServerSettings
from eohub_toolkit.errors import Unavailable, Upstream
from eohub_toolkit.http import Client

_DEADLINE_SECONDS = 3.0


def _client_of(url: str, deadline_seconds: float) -> Client:
    # The panel itself tries again, visibly.
    return Client(url.rstrip("/") + "/", deadline_seconds=deadline_seconds, attempts=1)


class DataStoreProbe:
    """Asks the configured endpoint, without a key and for nothing; nothing is opened before."""

    def __init__(
        self,
        settings: Callable[[], ServerSettings],
        open_client: Callable[[str, float], Client] = _client_of,
    ) -> None:
        self._settings = settings
        self._open = open_client
        self._client: Client | None = None

    async def ask(self) -> str | None:
        """The address of the store, which answered; None where none is configured. Raises Unavailable."""
        settings = self._settings()
        if settings.s3_url is None:
            return None
        if self._client is None:
            self._client = self._open(settings.s3_url, min(_DEADLINE_SECONDS, settings.deadline_seconds))
        try:
            await self._client.request("HEAD", "")
        except Upstream:
            # It answered: what it thinks of a request without a key does not matter here.
            pass
        except Unavailable as error:
            host = urlsplit(settings.s3_url).netloc
            raise Unavailable(
                f"The data store at {host} does not answer: cells that read from it fail until it is back.",
                hint="Nothing is lost. Run the cell again when this row says ok.",
            ) from error
        return settings.s3_url
