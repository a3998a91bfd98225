"""Restoring a backup: looked through from end to end before anything is written."""

import hashlib
import os
import shutil
import stat
import tarfile
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from eohub_hub.local.backup.manifest import (
    MOST_MANIFEST_BYTES,
    NAME,
    NEEDED,
    POLICY,
    STATE,
    Entry,
    Manifest,
    read_manifest,
)
from eohub_hub.local.errors import BackupBroken, BackupRefused, disk_trouble

_CHUNK_BYTES = 1 << 20
_KINDS = {tarfile.REGTYPE: "file", tarfile.DIRTYPE: "folder", tarfile.SYMTYPE: "link"}
_DRAFT = ".restoring"
_MAY_BE_THERE = frozenset({"environments", _DRAFT})
_LAST = "instance"
"""What makes a folder a state folder, so it comes last."""

type Report = Callable[[str], None]


def check(file: Path, report: Report) -> Manifest:
    """Read a backup to its end and compare every hash; raises BackupBroken, NewerState, OSError."""
    seen: dict[str, tuple[str, int, str]] = {}
    manifest: Manifest | None = None
    with _readable(file):
        for member, content in _members(file):
            if manifest is not None:
                raise BackupBroken("This backup goes on after its list of files.", hint="Use another backup.")
            if member.name == NAME:
                manifest = read_manifest(b"" if content is None else content.read(MOST_MANIFEST_BYTES))
                continue
            if member.type not in _KINDS or member.name in seen:
                raise BackupBroken(f"This backup has what it may not have: {member.name[:100]!r}.")
            digest = "" if content is None else _digest(content)
            seen[member.name] = (_KINDS[member.type], member.size, digest or member.linkname)
            report(f"Checked {len(seen)} files")
    if manifest is None:
        raise BackupBroken("This backup ends too early.", hint="It was cut off; use another.")
    listed = {
        entry.name: (entry.kind, entry.size, entry.sha256 or entry.target) for entry in manifest.entries
    }
    if listed != seen:
        wrong = next(name for name in {**listed, **seen} if listed.get(name) != seen.get(name))
        raise BackupBroken(f"{wrong[:100]} in this backup is not what its list of files says.")
    for name in sorted(NEEDED - set(listed)):
        raise BackupBroken(f"This backup has no {name}.", hint="Use another backup.")
    return manifest


def restore(file: Path, root: Path, report: Report) -> Manifest:
    """Put a backup into `root`, which must be empty; raises BackupRefused, BackupBroken, NewerState.

    A restore that is broken off leaves `root` as it was.
    """
    _refuse_full(root)
    try:
        manifest = check(file, report)
        draft = root / _DRAFT
        # Left by a restore that was killed.
        shutil.rmtree(draft, ignore_errors=True)
        try:
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            root.chmod(0o700)
            draft.mkdir(mode=0o700)
            _extract(file, draft, manifest, report)
            _move(draft, root)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise disk_trouble(error, root) from error
    return manifest


def _refuse_full(root: Path) -> None:
    there = sorted(path.name for path in root.iterdir()) if root.is_dir() else []
    in_the_way = [name for name in there if name not in _MAY_BE_THERE]
    if in_the_way:
        raise BackupRefused(
            f"{root} is not empty: it has {', '.join(in_the_way[:3])}.",
            hint="Set EOHUB_STATE_DIR to an empty folder, or move what is there away.",
        )


def _extract(file: Path, draft: Path, manifest: Manifest, report: Report) -> None:
    entries = {entry.name: entry for entry in manifest.entries}
    may_give_away = os.geteuid() == 0
    done = 0
    with _readable(file):
        for member, content in _members(file):
            entry = entries.get(member.name)
            if entry is None:
                continue
            path = draft / entry.name
            _make(path, entry, content)
            if may_give_away:
                os.lchown(path, entry.uid, entry.gid)
            if entry.kind == "file":
                _finish(path, entry)
            done += 1
            report(f"Restored {done} of {len(entries)} files")
    for entry in reversed(manifest.entries):
        # A folder that its owner cannot write to is filled first.
        if entry.kind == "folder":
            _finish(draft / entry.name, entry)


def _finish(path: Path, entry: Entry) -> None:
    # Nobody's program runs with the rights of whoever owned it before.
    path.chmod(entry.mode if entry.kind == "folder" else entry.mode & ~(stat.S_ISUID | stat.S_ISGID))
    os.utime(path, (entry.mtime, entry.mtime))


def _make(path: Path, entry: Entry, content: IO[bytes] | None) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    match entry.kind:
        case "folder":
            path.mkdir(mode=0o700, exist_ok=True)
        case "link":
            path.symlink_to(entry.target)
        case "file":
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "wb") as target:
                digest = _digest(content, target) if content is not None else ""
            if digest != entry.sha256:
                raise BackupBroken("This backup was changed while it was restored.")


def _move(draft: Path, root: Path) -> None:
    state, moved = draft / STATE, list[Path]()
    try:
        for path in sorted(state.iterdir(), key=lambda path: path.name == _LAST):
            path.rename(root / path.name)
            moved.append(root / path.name)
        (draft / POLICY).rename(root / "policy")
    except BaseException:
        for path in moved:
            with suppress(OSError):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        raise


def _members(file: Path) -> Iterator[tuple[tarfile.TarInfo, IO[bytes] | None]]:
    """Every member with its content, in order."""
    with tarfile.open(file, mode="r|gz") as archive:
        for member in archive:
            yield member, archive.extractfile(member) if member.isreg() else None


@contextmanager
def _readable(file: Path) -> Generator[None]:
    """Tell that an archive is torn, wherever that is noticed."""
    try:
        yield
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise BackupBroken(f"{file.name} is no whole backup.", hint="It was cut off or changed.") from error


def _digest(content: IO[bytes], target: IO[bytes] | None = None) -> str:
    """The hash of a content, which is written to `target` with holes where it has only zeros."""
    digest = hashlib.sha256()
    while chunk := content.read(_CHUNK_BYTES):
        digest.update(chunk)
        if target is not None and chunk.count(0) == len(chunk):
            target.seek(len(chunk), os.SEEK_CUR)
        elif target is not None:
            target.write(chunk)
    if target is not None:
        # What ends with nothing but zeros has its size all the same.
        target.truncate()
    return digest.hexdigest()
