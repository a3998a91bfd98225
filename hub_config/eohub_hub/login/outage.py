"""A provider that cannot be asked is left alone for a moment, and the log says so once."""

from collections.abc import Callable
from logging import Logger, LoggerAdapter

from eohub_toolkit.errors import EohubError, Unavailable

_PAUSE_SECONDS = 10.0


class Outage:
    """Between the first failure and the next success nobody waits for the provider more than every 10 s."""

    def __init__(self, clock: Callable[[], float], log: "Logger | LoggerAdapter[Logger]") -> None:
        self._clock = clock
        self._log = log
        self._failed_at: float | None = None
        self._detail = ""

    def refuse_while_fresh(self) -> None:
        """Raise Unavailable where the provider failed just now."""
        if self._failed_at is not None and self._clock() - self._failed_at < _PAUSE_SECONDS:
            raise Unavailable(self._detail)

    def failed(self, error: EohubError) -> None:
        """The provider could not be asked."""
        if self._failed_at is None:
            self._log.warning("The provider cannot be asked, what is known stays: %s", error.detail)
        self._detail = error.detail
        self._failed_at = self._clock()

    def ended(self) -> None:
        """The provider answered."""
        if self._failed_at is not None:
            self._log.warning("The provider can be asked again.")
        self._failed_at = None
