"""What a backup says about itself: versions, and every file with its hash."""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eohub_hub.local.errors import BackupBroken, NewerState
from eohub_hub.local.state import STATE_VERSION

FORMAT = 1
"""Counts changes of the archive that an older EOHub would misread."""

NAME = "manifest.json"
"""The last member: an archive that was cut off has none."""

MOST_MANIFEST_BYTES = 512 << 20
"""About two million files; a restore holds them all."""

STATE = "state/"
POLICY = "policy/"
_HOMES = f"{STATE}homes/"
NEEDED = frozenset({f"{STATE}instance", f"{STATE}version.json", f"{POLICY}policy.yaml"})
"""Without these a restored folder is no EOHub."""
_PARTS = re.compile(r"(state|policy)(/[^/\0]+)*")


class Entry(BaseModel):
    """One file, folder or link, with what a restore gives back of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    kind: Literal["file", "folder", "link"]
    mode: Annotated[int, Field(ge=0, le=0o7777)]
    uid: Annotated[int, Field(ge=0)]
    gid: Annotated[int, Field(ge=0)]
    mtime: int = 0
    size: Annotated[int, Field(ge=0)] = 0
    sha256: str = ""
    target: str = ""


class Manifest(BaseModel):
    """The whole backup."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: int
    eohub: str
    state_version: int
    made_at: str
    with_homes: bool
    with_buckets: bool
    left_out: int = 0
    entries: tuple[Entry, ...]


def read_manifest(content: bytes) -> Manifest:
    """The manifest of an archive; raises BackupBroken, or NewerState for one of a newer EOHub."""
    try:
        stamp = _Stamp.model_validate_json(content)
        if stamp.format > FORMAT or stamp.state_version > STATE_VERSION:
            raise NewerState("This backup was made by a newer EOHub.", hint="Restore it with that version.")
        manifest = Manifest.model_validate_json(content)
    except ValidationError:
        raise BackupBroken(
            "This backup's list of files cannot be read.", hint="Use another backup."
        ) from None
    refuse_unsafe(manifest.entries)
    return manifest


def refuse_unsafe(entries: tuple[Entry, ...]) -> None:
    """Refuse what leads out of where a restore puts it; raises BackupBroken.

    A link is a person's own thing: anywhere but in a home the next start would write where it leads.
    """
    links = {entry.name for entry in entries if entry.kind == "link"}
    seen: set[str] = set()
    for entry in entries:
        parts = entry.name.split("/")
        parents = ("/".join(parts[:count]) for count in range(1, len(parts)))
        is_plain = _PARTS.fullmatch(entry.name) and not {".", ".."} & set(parts)
        if not is_plain or entry.name in seen or any(parent in links for parent in parents):
            raise BackupBroken(f"This backup has a file that it may not have: {entry.name[:100]!r}.")
        if entry.kind == "link" and not is_of_person(entry.name):
            raise BackupBroken(f"This backup has a link that it may not have: {entry.name[:100]!r}.")
        seen.add(entry.name)


def is_of_person(name: str) -> bool:
    """Whether it lies in a home: a link there, or what is left out, concerns nobody but its owner."""
    return name.startswith(_HOMES)


class _Stamp(BaseModel):
    format: int
    state_version: int
