"""Mounts as the kernel lists them, and the few calls on them; Linux only, standard library only."""

import ctypes
import os
import subprocess
from contextlib import suppress
from pathlib import Path

MS_BIND, MS_SHARED = 4096, 1 << 20
MNT_DETACH = 2
_MOUNTINFO = Path("/proc/self/mountinfo")


def mount_points(text: str, below: str) -> list[str]:
    """Mount points at and below a folder, deepest first, from the text of /proc/self/mountinfo (proc(5))."""
    points = [_unescaped(line.split(" ")[4]) for line in text.splitlines() if line.count(" ") > 4]
    found = [point for point in points if point == below or point.startswith(f"{below}/")]
    return sorted(found, key=len, reverse=True)


def current_points(below: str) -> list[str]:
    """The mount points there now; none where the system does not tell."""
    try:
        return mount_points(_MOUNTINFO.read_text(), below)
    except OSError:
        return []


def detach(point: str, fusermount: str) -> None:
    """Take a mount from sight, dead or busy; where that is not possible it stays."""
    if os.geteuid() == 0:
        ctypes.CDLL(None, use_errno=True).umount2(os.fsencode(point), MNT_DETACH)
        return
    with suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run([fusermount, "-u", "-z", "--", point], check=False, capture_output=True, timeout=10)


def share(folder: str) -> None:
    """Have mounts made below `folder` later also appear where it is shown already; needs root, raises
    OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    path = os.fsencode(folder)
    for source, flags in ((path, MS_BIND), (b"none", MS_SHARED)):
        if libc.mount(source, path, None, ctypes.c_ulong(flags), None) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), folder)


def _unescaped(text: str) -> str:
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, character)
    return text
