"""Run a command as an ordinary account, although Python and checkout may lie where only root may look."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import eohub_hub
import eohub_profiles
import eohub_toolkit
from eohub_hub.isolation.order import Entry, Kind
from eohub_hub.isolation.probe import bubblewrap, link_text
from eohub_hub.isolation.walls import system_entries
from eohub_hub.spawner.home import private_folder

ACCOUNT = 61_000
_CHECKOUT = Path(__file__).parents[2]
_WAYS = {Kind.READ_ONLY: "--ro-bind", Kind.WRITABLE: "--bind", Kind.LINK: "--symlink"}
_BECOME = """
import os, sys
account = int(sys.argv[1])
os.setgroups([])
os.setgid(account)
os.setuid(account)
os.execv(sys.argv[2], sys.argv[2:])
"""


def run_as_ordinary_account(
    command: list[str], folder: Path, *, more: Sequence[Entry] = (), seconds: float = 300
) -> tuple[int, str]:
    """Run `command` in the checkout with a home of its own; returns its exit status and what it printed.

    It sees the machine's processes and devices, as such an account does, and `more` over what is there.
    """
    home = private_folder(folder / "ordinary", ACCOUNT)
    temporary = private_folder(folder / "ordinary-tmp", ACCOUNT)
    packages = (eohub_hub, eohub_profiles, eohub_toolkit)
    shown = {_CHECKOUT, Path(sys.prefix), Path(sys.base_prefix)}
    shown |= {Path(str(package.__file__)).parent for package in packages}
    view = [
        *system_entries(link_text, os.path.isdir),
        Entry(Kind.WRITABLE, "/tmp", str(temporary)),
        *(Entry(Kind.READ_ONLY, str(path), str(path)) for path in sorted(shown)),
        Entry(Kind.WRITABLE, str(home), str(home)),
        *more,
    ]
    room = [
        bubblewrap() or "bwrap",
        "--die-with-parent",
        "--dev-bind",
        "/dev",
        "/dev",
        "--bind",
        "/proc",
        "/proc",
    ]
    for entry in view:
        # What bwrap makes by itself above a path may be entered by root only.
        room += [
            word for parent in reversed(Path(entry.target).parents[:-1]) for word in ("--dir", str(parent))
        ]
        room += [_WAYS[entry.kind], entry.source, entry.target]
    become = [sys.executable, "-I", "-c", _BECOME, str(ACCOUNT)]
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TMPDIR": "/tmp"}
    words = [*room, "--chdir", str(_CHECKOUT), "--", *become, *command]
    done = subprocess.run(
        words, env=environment, timeout=seconds, check=False, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    return done.returncode, done.stdout
