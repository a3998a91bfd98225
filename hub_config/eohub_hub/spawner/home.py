"""The folders and files that are made for one person's servers, and how they are named."""

import errno
import hashlib
import os
import re
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from eohub_toolkit.errors import Conflict

_SAFE_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?")
_OTHER = re.compile(r"[^a-z0-9]+")


def folder_name(user_name: str) -> str:
    """Name a person's folder: the user name where it is a harmless file name, else a slug with a hash.

    Two people never share one: a slug has two hyphens before its hash, a name that holds two is given one as
    well.
    """
    if _SAFE_NAME.fullmatch(user_name) and "--" not in user_name:
        return user_name
    digest = hashlib.sha256(user_name.encode()).hexdigest()[:16]
    return f"{_OTHER.sub('-', user_name.lower()).strip('-')[:30] or 'user'}--{digest}"


def server_key(user_name: str, server_name: str) -> str:
    """Name one server of a person among all servers: `alice` for the default one, `alice+big` for a named
    one."""
    return folder_name(user_name) + (f"+{folder_name(server_name)}" if server_name else "")


def private_folder(path: Path, uid: int | None = None, mode: int = 0o700) -> Path:
    """Make a folder (and its parents, 0700) with that mode and owner; raises Conflict where it is somebody
    else's.

    Never follows a link, and never changes what lies in the folder.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    is_new = True
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:
        is_new = False
    # From here on by descriptor: in a folder that is a person's, the name may soon mean something else.
    with _opened(path) as folder:
        if is_new and uid is not None:
            os.fchown(folder, uid, uid)
        if os.fstat(folder).st_uid != (os.getuid() if uid is None else uid):
            raise _somebody_elses()
        os.fchmod(folder, mode)
    return path


def account_files(folder: Path, user_name: str, uid: int, home: Path) -> None:
    """Write the passwd(5) and group(5) of one server, so that `whoami`, git and ssh find a name and a
    home."""
    name = folder_name(user_name)
    people = f"root:x:0:0:root:/root:/usr/sbin/nologin\n{name}:x:{uid}:{uid}::{home}:/bin/bash\n"
    others = "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
    replace_file(folder / "passwd", people + others)
    replace_file(folder / "group", f"root:x:0:\n{name}:x:{uid}:\nnogroup:x:65534:\n")


def replace_file(path: Path, text: str) -> None:
    """Write a file that a server may read and not change, in one step."""
    new = path.with_name(f".{path.name}.new")
    new.write_text(text)
    new.chmod(0o644)
    new.replace(path)


def remove_folder(path: Path) -> None:
    """Remove what a server left behind; what cannot be removed stays for the next try.

    `shutil.rmtree` walks by file descriptors, so a link planted by the server leads nowhere.
    """
    shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _opened(path: Path) -> Generator[int]:
    try:
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in (errno.ENOTDIR, errno.ELOOP, errno.EACCES):
            raise _somebody_elses() from error
        raise
    try:
        yield folder
    finally:
        os.close(folder)


def _somebody_elses() -> Conflict:
    return Conflict(
        "A folder that your server needs belongs to another system account.",
        hint="The operator has run EOHub under another account before: see docs/operators/isolation.md.",
    )
