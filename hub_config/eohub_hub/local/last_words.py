"""Why a part ended: what it said last in the log that all parts share."""

import re
from collections import deque
from collections.abc import Iterable

from eohub_hub.local.log_lines import Level, LogLine

_KEPT = 200
_ENDED = re.compile(r"Service (?P<part>[\w-]+) (?P<how>exited with status -?\d+)")
_UNSTARTED = re.compile(r"The service (?P<part>[\w-]+) (?P<how>cannot be started: .*)")
_RAISED = re.compile(r"\s*[\w.]*(?:Error|Exception): ")
_TRAIL = re.compile(r"$|[\s^}(]|\[SQL|Traceback |Node\.js v|Emitted |node:|The above |During handling ")
"""How lines begin that surround a reason and are none: frames, a failed query, the banner of a dying Node."""


class LastWords:
    """Reads the log as it grows and remembers the last lines of it."""

    def __init__(self) -> None:
        self._recent: deque[LogLine] = deque(maxlen=_KEPT)

    def note(self, lines: Iterable[LogLine]) -> dict[str, str]:
        """Remember `lines` and return why, for each service that ended according to them."""
        ended: dict[str, str] = {}
        for line in lines:
            found = line.part == "hub" and (_ENDED.match(line.text) or _UNSTARTED.match(line.text))
            if found:
                ended[found["part"]] = self.of(found["part"]) or found["how"]
            else:
                self._recent.append(line)
        return ended

    def of(self, part: str) -> str | None:
        """The last error of `part`, or what was said after it in no program's form; None for nothing."""
        words = (line.text.strip() for line in reversed(self._recent) if _may_be_reason(line, part))
        return next(words, None)


def _may_be_reason(line: LogLine, part: str) -> bool:
    # Without a time it has no program's form: a sentence before an exit, or the end of a traceback.
    said_by_it = line.level is Level.ERROR and line.part == part
    # JupyterHub indents the whole of a traceback.
    is_reason = _RAISED.match(line.text) is not None or _TRAIL.match(line.text) is None
    return (said_by_it or not line.time) and is_reason
