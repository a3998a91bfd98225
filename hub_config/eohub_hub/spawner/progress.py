"""The steps of one start, as the pending page shows them: what was really done, and how long it took."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

_ACTIVITIES = (
    "Checking your choice",
    "Preparing your home folder",
    "Choosing cores and limits",
    "Starting the server",
    "Waiting for the server: it reads JupyterLab from disk",
    "Opening JupyterLab",
)
"""What is being done after so many finished steps; the last one also beyond."""
_LAST_PERCENT = 95


@dataclass(frozen=True, slots=True)
class Step:
    """A finished step and its duration in seconds."""

    text: str
    seconds: float

    def __str__(self) -> str:
        """Write it as one line."""
        return f"{self.text} ({self.seconds:.1f} s)"


class Steps:
    """Collects steps and tells whoever watches; `clock` gives seconds that never go back."""

    slow_seconds = 10
    """A step that takes longer than on a quiet machine: whoever waits is told how long all may take."""

    def __init__(self, clock: Callable[[], float], activities: Sequence[str] = _ACTIVITIES) -> None:
        self._clock = clock
        self._activities = activities
        self._doing: str | None = None
        self._usual = 0
        self._begun = self._since = clock()
        self._changed = asyncio.Event()
        self.done: list[Step] = []

    @property
    def doing(self) -> str:
        """What is being done now, for the person who waits."""
        return self._doing or self._activities[min(self._usual, len(self._activities) - 1)]

    @property
    def seconds(self) -> int:
        """Whole seconds since the start began."""
        return int(self._clock() - self._begun)

    @property
    def waited(self) -> int:
        """Whole seconds since the last step was done."""
        return int(self._clock() - self._since)

    def finish(self, text: str, *, usual: bool = True) -> None:
        """Note that something was done since the step before; after what is not `usual` the same is next."""
        self._usual += usual
        now = self._clock()
        self.done.append(Step(text, now - self._since))
        self._since = now
        self._doing = None
        self._tell()

    def begin(self, text: str) -> None:
        """Note what is being done until the next step is done, where that is not the usual thing."""
        if text != self.doing:
            self._doing = text
            self._tell()

    def _tell(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def events(self) -> AsyncIterator[dict[str, int | str]]:
        """Give every step, past and to come, as an event of JupyterHub's progress API; ends only with its
        task.

        What is begun beside the usual is an event without `progress`.
        """
        shown, doing = 0, ""
        while True:
            changed = self._changed
            for step in self.done[shown:]:
                shown += 1
                percent = min(_LAST_PERCENT, 100 * shown // (len(self._activities) - 1))
                yield {"progress": percent, "message": str(step), "doing": self.doing}
            begun, doing = doing, self._doing or ""
            if doing and doing != begun:
                yield {"message": doing, "doing": doing}
            await changed.wait()
