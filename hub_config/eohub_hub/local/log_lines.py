"""One readable log: lines of Python, Node and Go programs, recognised and put in one form."""

import json
import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

_LONGEST = 2_000


class Level(StrEnum):
    """How much a line wants to be seen."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class LogLine:
    """One line: time of day (empty if the program gave none), the part of the stack, level, and text."""

    time: str
    part: str
    level: Level
    text: str


_LEVELS = {
    **dict.fromkeys(("d", "debug", "trace"), Level.DEBUG),
    **dict.fromkeys(("i", "info", "notice"), Level.INFO),
    **dict.fromkeys(("w", "warn", "warning"), Level.WARNING),
    **dict.fromkeys(("e", "c", "f", "error", "critical", "fatal", "exception"), Level.ERROR),
}
_TRAITLETS = re.compile(
    r"\[(?P<level>[DIWEC]) \d{4}-\d\d-\d\d (?P<time>\d\d:\d\d:\d\d)\.\d+ (?P<app>\w+)[^\]]*\] ?(?P<text>.*)"
)
_PROXY = re.compile(r"(?:\S+T)?(?P<time>\d\d:\d\d:\d\d)\.\d+Z? \[ConfigProxy\] (?P<level>\w+): (?P<text>.*)")
_STRUCTLOG = re.compile(r"\d{4}-\d\d-\d\dT(?P<time>\d\d:\d\d:\d\d)[.\dZ]* \[(?P<level>\w+) *\] (?P<text>.*)")
_FIELDS = re.compile(r" +(?:\[[\w.]+\] *)?(?=\w+=)")
_GO = re.compile(r"(?P<level>[IWEF])\d{4} (?P<time>\d\d:\d\d:\d\d)\.\d+ +\d* ?\S+:\d+\]? (?P<text>.*)")
_GO_PLAIN = re.compile(r"\d{4}/\d\d/\d\d (?P<time>\d\d:\d\d:\d\d) (?P<text>.*)")
_JSON_FIELDS = {"event": "", "feature": "service", "level": "info"}
_FEATURE = re.compile(r"feature=[\"']?([\w-]+)[\"']?")
_QUIET = {
    # A browser that went away; the proxy tells it as an error of its own, with a stack.
    "proxy": re.compile(r"(?:Uncaught Exception|Error): (?:read|write) (?:EPIPE|ECONNRESET)|Terminated$"),
    # Of encryption by S3 itself, which is not offered.
    "s3": re.compile(r"SSE-S3 KeyManager: neither .* is set"),
    "catalogue": re.compile(r"Context impl |Will assume non-transactional"),
    # TLS is not for 127.0.0.1, routes are made at the start, and "running" is said when all answer.
    "hub": re.compile(
        r"Running JupyterHub without SSL|Adding missing route for|JupyterHub is now running"
        r"|Spawning /|Context impl |Will assume non-transactional"
    ),
}
"""How lines begin, by part, that sound worse or more than they are."""

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def parse(line: str, before: LogLine | None = None) -> LogLine:
    """Recognise `line`; one without a known form continues the line `before` it, as a traceback does."""
    found = _recognised(line, before)
    quiet = _QUIET.get(found.part)
    if quiet is not None and quiet.match(found.text):
        return replace(found, level=Level.DEBUG)
    return found


def _recognised(line: str, before: LogLine | None) -> LogLine:
    clean = _CONTROL.sub("", line)[:_LONGEST].rstrip()
    if found := _TRAITLETS.match(clean):
        part = "server" if found["app"].endswith(("ServerApp", "LabApp")) else "hub"
        return LogLine(found["time"], part, _level(found["level"]), found["text"])
    if found := _PROXY.match(clean):
        return LogLine(found["time"], "proxy", _level(found["level"]), found["text"])
    if found := _STRUCTLOG.match(clean):
        words, *fields = _FIELDS.split(found["text"])
        feature = next((name for field in fields if (name := _FEATURE.fullmatch(field))), None)
        rest = " ".join(field for field in fields if not _FEATURE.fullmatch(field))
        part = feature[1] if feature else "service"
        return LogLine(found["time"], part, _level(found["level"]), f"{words.rstrip()}  {rest}".rstrip())
    if found := _GO.match(clean):
        return LogLine(found["time"], "s3", _level(found["level"]), found["text"])
    if clean.startswith("{") and (found_json := _of_json(clean)):
        return found_json
    if found := _GO_PLAIN.match(clean):
        # What Go's own HTTP server says, such as each stranger that TLS turned away.
        return LogLine(found["time"], "s3", Level.DEBUG, found["text"])
    if clean.startswith("Traceback "):
        return LogLine("", "", Level.ERROR, clean)
    indented = clean[:1].isspace()
    if before is None or before.part == "s3" or (before.level is Level.DEBUG and not indented):
        # SeaweedFS says everything in one line, and of what is hidden only frames of a stack go on below:
        # what follows comes from somebody else.
        return LogLine("", "", Level.INFO, clean)
    return LogLine("", before.part, before.level, clean)


def _of_json(text: str) -> LogLine | None:
    try:
        fields: Any = json.loads(text)
    except ValueError:
        return None
    if not isinstance(fields, dict) or "event" not in fields:
        return None
    event, part, level = (str(fields.pop(name, default)) for name, default in _JSON_FIELDS.items())
    moment = re.search(r"T(\d\d:\d\d:\d\d)", str(fields.pop("time", fields.pop("timestamp", ""))))
    rest = " ".join(f"{name}={value}" for name, value in fields.items())
    return LogLine(moment[1] if moment else "", part, _level(level), f"{event}  {rest}".rstrip())


def is_worth_showing(line: LogLine) -> bool:
    """Whether a person at the terminal wants this line; the file has all of them."""
    return line.level in {Level.WARNING, Level.ERROR} or (line.level is Level.INFO and line.part != "s3")


def _level(word: str) -> Level:
    return _LEVELS.get(word.lower(), Level.INFO)
