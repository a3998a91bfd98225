"""How often one person may ask for keys. Pure: the time is passed in."""

import math
from collections import OrderedDict, deque

from eohub_storage.errors import TooManyKeys

_WINDOW_SECONDS = 60.0
_MOST_PEOPLE = 10_000


class KeyRate:
    """At most `per_minute` requests of one person in any 60 seconds; remembers 10,000 people."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._asked: OrderedDict[str, deque[float]] = OrderedDict()

    def count(self, name: str, now: float) -> None:
        """Note a request of `name` at `now` (monotonic seconds); raises TooManyKeys, which counts nothing."""
        asked = self._asked.setdefault(name, deque())
        self._asked.move_to_end(name)
        while asked and asked[0] <= now - _WINDOW_SECONDS:
            asked.popleft()
        if len(asked) >= self._per_minute:
            wait = math.ceil(asked[0] + _WINDOW_SECONDS - now)
            raise TooManyKeys(
                "Your programs ask for S3 keys too often.",
                hint=f"Try again in {wait} s; make one client and use it, instead of one per request.",
                retry_after=wait,
            )
        asked.append(now)
        while len(self._asked) > _MOST_PEOPLE:
            self._asked.popitem(last=False)
