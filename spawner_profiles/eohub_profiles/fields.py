"""The kinds of values that a site writes, each with its check and with what an editor is told about it."""

import re
from collections.abc import Callable, Sequence
from typing import Annotated, Literal
from unicodedata import normalize

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from eohub_profiles.durations import DAY_SECONDS, DURATION_PATTERN, NEVER, parse_duration, parse_limit
from eohub_profiles.images import parse_image, parse_pattern
from eohub_profiles.pricing import parse_price
from eohub_profiles.sizes import UNITS, format_size, parse_size
from eohub_profiles.wording import shown

NAME_CHARACTERS = 30
# The form of JupyterHub's own named servers, so that a name is safe in a URL, a path and a Kubernetes label.
NAME_PATTERN = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
NAME = re.compile(NAME_PATTERN)
MINIMUM_MEMORY_BYTES = 256 * UNITS["MiB"]
MAXIMUM_BYTES = 64 * UNITS["TiB"]
MAXIMUM_SECONDS = 366 * DAY_SECONDS
USER = "{user}"
GROUP = "{group}"

_BUCKET = re.compile(r"[a-z0-9](?:[a-z0-9.-]{1,61})[a-z0-9]")
_PREFIX_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+=-]{0,127}")
# Kubernetes: "Labels and Selectors", "Extended resources" (a domain, a slash and a name).
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?"
_DOMAIN = r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?"
_LABEL_KEY = re.compile(rf"(?:{_DOMAIN}/)?{_LABEL}")
_LABEL_VALUE = re.compile(rf"(?:{_LABEL})?")
_RESOURCE = re.compile(rf"{_DOMAIN}/{_LABEL}")
_PRIORITY_CLASS = re.compile(_DOMAIN)


def is_name(text: str) -> bool:
    """Tell whether `text` is 1 to 30 lowercase letters, digits and single hyphens, a letter first."""
    return len(text) <= NAME_CHARACTERS and NAME.fullmatch(text) is not None


def distinct(what: str, names: Sequence[str]) -> None:
    """Raise ValueError where a name is there twice."""
    for position, name in enumerate(names):
        if name in names[:position]:
            raise ValueError(f"names the {what} {shown(name)} twice")


def _name(text: str) -> str:
    if not is_name(text):
        raise ValueError(
            f"must be 1 to {NAME_CHARACTERS} lowercase letters, digits and single hyphens,"
            f" starting with a letter and not ending with a hyphen, not {shown(text)}"
        )
    return text


def _line_of_text(maximum: int) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not text or text != text.strip():
            raise ValueError(f"must not be empty nor begin or end with a space, not {shown(text)}")
        if len(text) > maximum:
            raise ValueError(f"must have at most {maximum} characters")
        if not text.isprintable():
            raise ValueError(f"must be one line of printable text, not {shown(text)}")
        return text

    return check


def _canonical_group(group: str) -> str:
    # The hub's claims arrive in this form; a group written otherwise here would silently never match.
    if any(part != part.strip() or part in ("", ".", "..") for part in group.split("/")):
        raise ValueError(
            f"must be a group's name as the hub knows it, such as platform/admin, not {shown(group)}"
        )
    return normalize("NFC", group)


def _milli_cores(cores: float) -> float:
    if cores != round(cores, 3):
        raise ValueError("must have at most 3 decimals (a thousandth of a core is the smallest unit)")
    return cores


def _between(minimum: int) -> Callable[[int], int]:
    def check(size_bytes: int) -> int:
        if not minimum <= size_bytes <= MAXIMUM_BYTES:
            low, high = format_size(minimum), format_size(MAXIMUM_BYTES)
            raise ValueError(f"must be from {low} to {high}, not {format_size(size_bytes)}")
        return size_bytes

    return check


def _a_year_at_most(seconds: int | None) -> int | None:
    if seconds is not None and seconds > MAXIMUM_SECONDS:
        raise ValueError(f"must be at most {MAXIMUM_SECONDS // DAY_SECONDS} days")
    return seconds


def _matching(pattern: re.Pattern[str], what: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if pattern.fullmatch(text) is None:
            raise ValueError(f"must be {what}, not {shown(text)}")
        return text

    return check


def _prefix(text: str) -> str:
    parts = text.split("/")
    if text and (parts[-1] or not all(_is_prefix_part(part) for part in parts[:-1])):
        raise ValueError(
            "must be empty or end with a slash, with letters, digits and . _ @ + = - or a whole"
            f" {USER} or {GROUP} between slashes, not {shown(text)}"
        )
    return text


def _is_prefix_part(part: str) -> bool:
    return part in (USER, GROUP) or _PREFIX_PART.fullmatch(part) is not None


def _image(text: str) -> str:
    return str(parse_image(text))


def _image_pattern(text: str) -> str:
    parse_pattern(text)
    return text


def _distinct_groups(groups: tuple[str, ...]) -> tuple[str, ...]:
    distinct("group", groups)
    return groups


def _distinct_names(names: tuple[str, ...]) -> tuple[str, ...]:
    distinct("name", names)
    return names


def _text_schema(pattern: str, *examples: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^(?:{pattern})$", "examples": list(examples)})


_SIZE_SCHEMA = _text_schema("[1-9][0-9]{0,6} (MiB|GiB|TiB)", "4 GiB", "512 MiB")

Name = Annotated[str, AfterValidator(_name), _text_schema(NAME_PATTERN)]
Names = Annotated[tuple[Name, ...], Field(max_length=100), AfterValidator(_distinct_names)]
Title = Annotated[str, AfterValidator(_line_of_text(60))]
Contact = Annotated[str, AfterValidator(_line_of_text(200))]
Group = Annotated[str, AfterValidator(_line_of_text(255)), AfterValidator(_canonical_group)]
Groups = Annotated[tuple[Group, ...], Field(max_length=50), AfterValidator(_distinct_groups)]
Cores = Annotated[float, Field(ge=0.1, le=512, allow_inf_nan=False), AfterValidator(_milli_cores)]
MemoryBytes = Annotated[
    int, BeforeValidator(parse_size), AfterValidator(_between(MINIMUM_MEMORY_BYTES)), _SIZE_SCHEMA
]
StorageBytes = Annotated[
    int, BeforeValidator(parse_size), AfterValidator(_between(UNITS["MiB"])), _SIZE_SCHEMA
]
Price = Annotated[
    int,
    BeforeValidator(parse_price),
    _text_schema(r"[0-9]{1,5}(\.[0-9]{1,6})? EUR/h", "0.04 EUR/h"),
]
Seconds = Annotated[
    int,
    BeforeValidator(parse_duration),
    AfterValidator(_a_year_at_most),
    _text_schema(DURATION_PATTERN, "10 min", "1 h"),
]
SecondsOrNever = Annotated[
    int | None,
    BeforeValidator(parse_limit),
    AfterValidator(_a_year_at_most),
    _text_schema(f"{NEVER}|{DURATION_PATTERN}", "1 h", "7 days", NEVER),
]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Image = Annotated[str, AfterValidator(_image)]
AllowedImage = Annotated[str, AfterValidator(_image_pattern)]
Bucket = Annotated[str, AfterValidator(_matching(_BUCKET, "a bucket's name"))]
Prefix = Annotated[str, AfterValidator(_prefix)]
Access = Literal["read-only", "read-write"]
LabelKey = Annotated[str, AfterValidator(_matching(_LABEL_KEY, "the key of a Kubernetes label"))]
LabelValue = Annotated[str, AfterValidator(_matching(_LABEL_VALUE, "the value of a Kubernetes label"))]
Resource = Annotated[
    str, AfterValidator(_matching(_RESOURCE, "a resource of Kubernetes such as nvidia.com/gpu"))
]
PriorityClass = Annotated[
    str, AfterValidator(_matching(_PRIORITY_CLASS, "the name of a Kubernetes priority class"))
]
