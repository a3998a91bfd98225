"""Logs: structlog lines, JSON in a cluster and plain on a terminal, with secrets taken out."""

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any, cast

import structlog
from structlog.typing import EventDict, WrappedLogger

HIDDEN = "[hidden]"
_LONGEST = 2_000
_SECRET_NAME = re.compile(
    r"pass(word|wd|phrase)?$|secret|token$|authorization|cookie|api_?key|private_?key|access_?key|credential",
    re.I,
)
_SECRET_TEXT = (
    re.compile(r"(?i)\b(bearer|token|basic)\s+[A-Za-z0-9._~+/=-]{8,}"),
    re.compile(r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"),
    re.compile(
        r"(?i)([?&](?:X-Amz-(?:Signature|Credential|Security-Token)|sig|signature|token|code|password)=)[^&\s\"']+"
    ),
    re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|$)", re.S),
)


def redact(_: WrappedLogger, __: str, event_dict: EventDict) -> EventDict:
    """A structlog processor: hides values of secret-looking names and secret-looking text, bounds lengths."""
    return {key: _clean(key, value, depth=0) for key, value in event_dict.items()}


def redact_text(text: str) -> str:
    """`text` with bearer tokens, JWTs, signatures, URL passwords and private keys replaced."""
    for pattern in _SECRET_TEXT:
        text = pattern.sub(lambda found: f"{found[1]}{HIDDEN}" if _keeps_name(found) else HIDDEN, text)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "..."


def configure_logs(feature: str, *, as_json: bool) -> None:
    """Send structlog and standard logging of this process to standard error, marked with `feature`."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _mark(feature),
        structlog.processors.format_exc_info,
        redact,
    ]
    last = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    # Its request lines hold whole URLs, with whatever a catalogue put into them.
    logging.getLogger("httpx2").setLevel(logging.WARNING)


def get_logger() -> structlog.stdlib.BoundLogger:
    """The logger of this process."""
    return cast(structlog.stdlib.BoundLogger, structlog.get_logger())


def _mark(feature: str) -> structlog.typing.Processor:
    def add_feature(_: WrappedLogger, __: str, event_dict: EventDict) -> EventDict:
        event_dict.setdefault("feature", feature)
        return event_dict

    return add_feature


def _keeps_name(found: re.Match[str]) -> bool:
    return bool(found.re.groups) and (found[1] or "").endswith("=")


def _clean(key: str, value: Any, *, depth: int) -> Any:
    if key.startswith("_"):
        return value
    if _SECRET_NAME.search(key) and value is not None:
        return HIDDEN
    if isinstance(value, str):
        return redact_text(value)
    if depth < 4 and isinstance(value, Mapping):
        inner = cast("Mapping[object, Any]", value)
        return {str(name): _clean(str(name), part, depth=depth + 1) for name, part in inner.items()}
    if depth < 4 and isinstance(value, list | tuple | set | frozenset):
        return [_clean("", part, depth=depth + 1) for part in cast("list[Any]", value)]
    return value if isinstance(value, int | float | bool | None) else redact_text(str(value))
