"""Run a command as an ordinary account, although Python and checkout may lie where only root may look."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import eohub_hub
import eohub_profiles
import eohub_toolkit
from eohub_hub.isolation.order import Entry, Kind, Mode, Order
from eohub_hub.isolation.probe import LAUNCHER, link_text
from eohub_hub.isolation.walls import system_entries
from eohub_hub.spawner.home import private_folder

ACCOUNT = 61_000
_CHECKOUT = Path(__file__).parents[2]


def run_as_ordinary_account(
    command: list[str], folder: Path, *, more: Sequence[Entry] = (), seconds: float = 300
) -> tuple[int, str]:
    """Run `command` in the checkout with a home of its own; returns its exit status and what it printed.

    It sees `more` over what is there.
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
    order = Order(
        mode=Mode.ACCOUNTS, argv=tuple(command), folder=str(_CHECKOUT), log=str(folder / "ordinary.log"),
        log_bytes=1 << 20, grace_seconds=5, uid=ACCOUNT, root=str(private_folder(folder / "root")),
        view=tuple(view),
    )  # fmt: skip
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TMPDIR": "/tmp"}
    done = subprocess.run(LAUNCHER, input=order.dump(), env=environment, timeout=seconds, check=False)
    return done.returncode, (folder / "ordinary.log").read_text()
