"""Build one account's own file system by mount(2) and leave the machine's; Linux and root only, standard
library only.

The server gets a new root in memory that holds nothing but what its view lists. So a path that nobody thought
of is absent instead of visible, and a Python below a folder that only root may enter (`/root`, 0700) is
reachable, since the folders above it are new ones.
"""

import ctypes
import errno
import os
import struct
from pathlib import Path

from eohub_hub.isolation.order import Entry, Kind

# From <sys/mount.h>, <linux/mount.h> and <linux/prctl.h>: part of the kernel's stable interface to programs.
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE, MS_SLAVE = 32, 4096, 16384, 1 << 18, 1 << 19
MNT_DETACH = 2
MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV = 1, 2, 4
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_SYS_MOUNT_SETATTR = 442
"""The same on every architecture that Python runs on; the C library has a function for it only since 2.36."""
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 4, 36, 38
_SYS_KEYCTL = {"x86_64": 250, "aarch64": 219, "riscv64": 219, "ppc64le": 271, "s390x": 280}
"""From the kernel's tables of system calls; the C library has no function for it."""
_KEYCTL_JOIN_SESSION_KEYRING = 1
_LINUX_CAPABILITY_VERSION_3, _CAPABILITY_SETS = 0x20080522, 2 * 3 * 4
"""From <linux/capability.h>; three sets of 64 rights, as pairs of 32-bit numbers."""
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_DEVICE_LINKS = (
    ("/proc/self/fd", "fd"), ("/proc/self/fd/0", "stdin"), ("/proc/self/fd/1", "stdout"),
    ("/proc/self/fd/2", "stderr"), ("pts/ptmx", "ptmx"),
)  # fmt: skip


class LibC:
    """The few calls of the C library that Python does not offer; each raises OSError with the kernel's
    reason."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(None, use_errno=True)

    def mount(self, source: str, target: Path, kind: str | None, flags: int, data: str | None = None) -> None:
        """mount(2)."""
        texts = [None if text is None else os.fsencode(text) for text in (source, str(target), kind, data)]
        self._check(
            self._library.mount(texts[0], texts[1], texts[2], ctypes.c_ulong(flags), texts[3]), target
        )

    def restrict(self, target: Path, attributes: int) -> None:
        """mount_setattr(2): give a mount and every mount below it these attributes; needs Linux 5.12."""
        wanted = struct.pack("=QQQQ", attributes, 0, 0, 0)
        path = os.fsencode(target)
        arguments = [ctypes.c_long(_AT_FDCWD), path, ctypes.c_long(_AT_RECURSIVE), wanted]
        size = ctypes.c_size_t(len(wanted))
        self._check(self._library.syscall(ctypes.c_long(_SYS_MOUNT_SETATTR), *arguments, size), target)

    def pivot_root(self, folder: Path) -> None:
        """Make `folder` the root and drop the old one from sight for good (pivot_root(2), section NOTES)."""
        os.chdir(folder)
        self._check(self._library.pivot_root(b".", b"."), folder)
        self._check(self._library.umount2(b".", MNT_DETACH), folder)
        os.chdir("/")

    def prctl(self, option: int, value: int) -> None:
        """prctl(2) with one argument."""
        arguments = [ctypes.c_ulong(number) for number in (value, 0, 0, 0)]
        self._check(self._library.prctl(option, *arguments), None)

    def leave_session_keyring(self) -> None:
        """Have an empty session keyring of one's own (keyctl(2)); whoever started the hub has keys in theirs.

        Nothing is to be left where the kernel has no keyrings, or whoever contains this machine forbids them.
        """
        number = _SYS_KEYCTL.get(os.uname().machine)
        if number is None:
            return
        arguments = [ctypes.c_long(number), ctypes.c_long(_KEYCTL_JOIN_SESSION_KEYRING), None]
        try:
            self._check(min(self._library.syscall(*arguments), 0), None)
        except OSError as error:
            if error.errno not in (errno.ENOSYS, errno.EPERM):
                raise

    def drop_capabilities(self) -> None:
        """capset(2): keep none of the rights of this process's user namespace."""
        header = struct.pack("=Ii", _LINUX_CAPABILITY_VERSION_3, 0)
        self._check(self._library.capset(header, bytes(_CAPABILITY_SETS)), None)

    @staticmethod
    def _check(status: int, path: Path | None) -> None:
        if status != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), None if path is None else str(path))


def build_root(libc: LibC, root: Path, view: tuple[Entry, ...]) -> None:
    """Mount the view, /proc and a minimal /dev below `root` in this process's own mount namespace and move
    into it."""
    # Nothing that is mounted here reaches the machine. What the machine mounts later would come in, so each
    # folder that is shown is cut off, but the one for which that is wanted.
    libc.mount("none", Path("/"), None, MS_REC | MS_SLAVE)
    libc.mount("eohub", root, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=1m")
    for entry in view:
        _show(libc, root, entry)
    _devices(libc, root)
    processes = root / "proc"
    processes.mkdir(exist_ok=True)
    libc.mount("proc", processes, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    libc.mount("none", root, None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV)
    libc.pivot_root(root)


def leave_root_account(libc: LibC, uid: int) -> None:
    """Become the account `uid` (group likewise) for good: no group of root's, no way back by a setuid
    program."""
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1)
    if os.getresuid() != (uid, uid, uid) or os.getresgid() != (uid, uid, uid) or os.getgroups():
        raise PermissionError("the account's rights were not dropped")


def _show(libc: LibC, root: Path, entry: Entry) -> None:
    target = root / entry.target.lstrip("/")
    match entry.kind:
        case Kind.LINK:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(entry.source)
        case Kind.EMPTY:
            target.mkdir(parents=True, exist_ok=True)
            mode = "1777" if entry.target == "/dev/shm" else "0755"  # noqa: S108
            libc.mount("eohub", target, "tmpfs", MS_NOSUID | MS_NODEV, f"mode={mode},size={entry.source}")
        case Kind.READ_ONLY | Kind.WRITABLE | Kind.MOUNTS:
            _bind(libc, entry.source, target, writable=entry.kind is not Kind.READ_ONLY)
            if entry.kind is not Kind.MOUNTS:
                libc.mount("none", target, None, MS_REC | MS_PRIVATE)


def _bind(libc: LibC, source: str, target: Path, *, writable: bool) -> None:
    if os.path.isdir(source):
        target.mkdir(parents=True, exist_ok=True)
    elif not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    # With what is mounted below it: in a container /etc/resolv.conf is a mount of its own.
    libc.mount(source, target, None, MS_BIND | MS_REC)
    libc.restrict(target, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | (0 if writable else MOUNT_ATTR_RDONLY))


def _devices(libc: LibC, root: Path) -> None:
    folder = root / "dev"
    folder.mkdir(exist_ok=True)
    for name in DEVICES:
        (folder / name).touch()
        libc.mount(f"/dev/{name}", folder / name, None, MS_BIND)
    (folder / "pts").mkdir()
    libc.mount(
        "devpts", folder / "pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620"
    )
    for text, name in _DEVICE_LINKS:
        (folder / name).symlink_to(text)
