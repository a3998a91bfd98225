"""Writing a backup: consistent while EOHub runs, and either whole or not there."""

import hashlib
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import IO

from eohub_hub.audit.commands import quiet_sizes
from eohub_hub.local.backup.contents import (
    MOST_HOLE_BYTES,
    SQLITE,
    Item,
    PolicySelection,
    Selection,
    hole_bytes,
    is_passing,
    is_text,
    walk,
)
from eohub_hub.local.backup.manifest import (
    FORMAT,
    MOST_MANIFEST_BYTES,
    NAME,
    NEEDED,
    POLICY,
    STATE,
    Entry,
    Manifest,
    is_of_person,
)
from eohub_hub.local.errors import BackupRefused, disk_trouble
from eohub_hub.local.state import STATE_VERSION, StateFolder

_PAGES_AT_ONCE = 1_000
_MIB = 1024**2

type Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Source:
    """What is saved: a state folder with its audit log, the policy's folder, and which parts."""

    state: StateFolder
    policy: Path
    selection: Selection


def write_backup(source: Source, file: Path, report: Report) -> Manifest:
    """Save everything in `file`, readable by its owner only; raises BackupRefused, DiskTrouble.

    Whatever breaks it off, a full disk or Ctrl-C, leaves no half file behind.
    """
    if file.exists():
        raise BackupRefused(f"{file} is there already.", hint="Name a file that is not.")
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as target:
                manifest = _written(source, target, report)
                target.flush()
                os.fsync(target.fileno())
            os.link(beside, file)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise disk_trouble(error, file) from error
    return manifest


def _written(source: Source, target: IO[bytes], report: Report) -> Manifest:
    with tarfile.open(fileobj=target, mode="w:gz", compresslevel=1, format=tarfile.PAX_FORMAT) as archive:
        pack = _Pack(archive, report)
        state = source.state
        ends = quiet_sizes(state.root / "audit", state.root / "audit_head")
        pack.add_all(state.root, STATE, source.selection, ends)
        pack.add_all(source.policy, POLICY, PolicySelection(), {})
        for name in sorted(NEEDED - {entry.name for entry in pack.entries}):
            raise BackupRefused(f"There is no {name} to save.", hint="Run `eohub doctor`.")
        manifest = Manifest(
            format=FORMAT,
            eohub=version("eohub-hub"),
            state_version=STATE_VERSION,
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            with_homes=source.selection.homes,
            with_buckets=source.selection.buckets,
            left_out=pack.left_out,
            entries=tuple(pack.entries),
        )
        content = manifest.model_dump_json().encode()
        if len(content) > MOST_MANIFEST_BYTES:
            raise BackupRefused(
                f"A backup of {len(pack.entries)} files could not be restored.",
                hint="Save the home folders by other means, and use `--without-homes`.",
            )
        pack.add_bytes(NAME, content)
    return manifest


class _Pack:
    """Puts files into an archive and notes what it has put there."""

    def __init__(self, archive: tarfile.TarFile, report: Report) -> None:
        self.entries: list[Entry] = []
        self.left_out = 0
        self._archive = archive
        self._report = report
        self._bytes = 0

    def add_all(
        self,
        root: Path,
        prefix: str,
        selection: Selection | PolicySelection,
        ends: Mapping[str, int | bytes],
    ) -> None:
        """Add what is below a folder; `ends` has for some files how many bytes count, or those bytes."""
        for item in walk(root, selection):
            end = ends.get(item.name)
            if end is None and item.name.startswith("audit/") and item.name.endswith(".jsonl"):
                continue  # begun after that moment
            if not item.can_be_kept:
                self._leave_out(root, item, prefix)
            elif isinstance(end, bytes):
                with tempfile.TemporaryFile() as copy:
                    copy.write(end)
                    self._add_file(item, prefix, copy, len(end))
            else:
                # Whatever vanishes meanwhile, or becomes something else, was not there.
                with suppress(FileNotFoundError):
                    self._add(root, item, prefix, end)

    def add_bytes(self, name: str, content: bytes) -> None:
        """Add a file of our own making."""
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(content), 0o600
        self._archive.addfile(member, BytesIO(content))

    def _add(self, root: Path, item: Item, prefix: str, end: int | None) -> None:
        if item.kind == "file":
            self._add_content(root, item, prefix, end)
            return
        if item.kind == "link" and not is_of_person(f"{prefix}{item.name}"):
            raise BackupRefused(
                f"{root / item.name} is a link, and what it leads to would not be saved.",
                hint="Move that to its place, or mount it there.",
            )
        target = item.target() if item.kind == "link" else ""
        if not is_text(target):
            self._leave_out(root, item, prefix)
            return
        self._note(item, prefix, target=target)
        self._archive.addfile(_member(self.entries[-1]))

    def _leave_out(self, root: Path, item: Item, prefix: str) -> None:
        """Count what no restore could make; raises BackupRefused where EOHub itself would lack it."""
        if item.kind and not is_of_person(f"{prefix}{item.name}"):
            raise BackupRefused(
                f"{root / item.name} cannot be saved.",
                hint="Look whose it is and where it lies, then try again.",
            )
        self.left_out += 1

    def _add_content(self, root: Path, item: Item, prefix: str, end: int | None) -> None:
        with ExitStack() as stack:
            try:
                descriptor = stack.enter_context(item.opened())
            except PermissionError:
                self._leave_out(root, item, prefix)
                return
            file = stack.enter_context(os.fdopen(os.dup(descriptor), "rb"))
            of_person = is_of_person(f"{prefix}{item.name}")
            is_ours = prefix == STATE and not of_person
            if is_ours and file.read(len(SQLITE)) == SQLITE and not is_passing(item.name):
                with tempfile.NamedTemporaryFile(suffix=".sqlite") as copy:
                    copy_database(root / item.name, Path(copy.name))
                    self._add_file(item, prefix, copy, os.stat(copy.name).st_size)
                return
            size = os.fstat(descriptor).st_size if end is None else end
            if of_person and hole_bytes(descriptor, size) > MOST_HOLE_BYTES:
                self._leave_out(root, item, prefix)
                return
            self._add_file(item, prefix, file, size)

    def _add_file(self, item: Item, prefix: str, file: IO[bytes], size: int) -> None:
        """Add the first `size` bytes; of a file that has become shorter meanwhile the rest is zeros."""
        file.seek(0)
        reader = _Reader(file, size)
        self._note(item, prefix, size=size)
        member = _member(self.entries[-1])
        self._archive.addfile(member, reader)
        self.entries[-1] = self.entries[-1].model_copy(update={"sha256": reader.digest.hexdigest()})
        self._bytes += size
        self._report(f"Saved {len(self.entries)} files, {self._bytes / _MIB:.0f} MiB")

    def _note(self, item: Item, prefix: str, *, size: int = 0, target: str = "") -> None:
        status = item.status
        self.entries.append(
            Entry(
                name=f"{prefix}{item.name}", kind=item.kind, mode=status.st_mode & 0o7777,  # type: ignore[arg-type]
                uid=status.st_uid, gid=status.st_gid, size=size, target=target,
                mtime=int(status.st_mtime),
            )
        )  # fmt: skip


class _Reader:
    """Reads exactly so many bytes, and hashes them on the way."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self.digest = hashlib.sha256()
        self._file = file
        self._left = size

    def read(self, size: int = -1) -> bytes:
        """The next bytes, as tarfile asks for them."""
        wanted = self._left if size < 0 else min(size, self._left)
        content = self._file.read(wanted)
        content += bytes(wanted - len(content))
        self._left -= wanted
        self.digest.update(content)
        return content


def copy_database(source: Path, target: Path) -> None:
    """Copy an SQLite database as one moment of it, whoever writes meanwhile."""
    with (
        closing(sqlite3.connect(source, timeout=10)) as reading,
        closing(sqlite3.connect(target)) as writing,
    ):
        reading.backup(writing, pages=_PAGES_AT_ONCE)
        # One file without companions, whatever the source has.
        writing.execute("PRAGMA journal_mode=DELETE")


def _member(entry: Entry) -> tarfile.TarInfo:
    kinds = {"file": tarfile.REGTYPE, "folder": tarfile.DIRTYPE, "link": tarfile.SYMTYPE}
    member = tarfile.TarInfo(entry.name)
    member.type, member.mode, member.size = kinds[entry.kind], entry.mode, entry.size
    member.uid, member.gid, member.linkname = entry.uid, entry.gid, entry.target
    member.mtime = entry.mtime
    return member
