"""Ctrl-C, SIGTERM and a closed terminal: the first asks for a clean end, the second for a quick one."""

import signal
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopAsked(BaseException):
    """Somebody asked `eohub up` to end; not an error, so that no handler of errors takes it."""


class StopSignals:
    """While entered, the first signal raises StopAsked in the main thread; later ones only set `hurry`."""

    def __init__(self) -> None:
        self.asked = False
        self.hurry = False

    @contextmanager
    def caught(self) -> Generator["StopSignals"]:
        """Install the handlers, and put the former ones back at the end."""
        former = {number: signal.signal(number, self._on_signal) for number in _SIGNALS}
        try:
            yield self
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            self.hurry = True
            return
        self.asked = True
        raise StopAsked
