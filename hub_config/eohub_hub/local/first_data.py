"""`python -m eohub_hub.local.first_data FOLDER ENDPOINT` seeds a new EOHub.

A process of its own, because what writes to S3 would stay in the memory of `eohub up` for good.
"""

import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from eohub_hub.local.seeding import seed_once
from eohub_hub.local.state import StateFolder
from eohub_hub.local.tools import Tools, find_tools
from eohub_toolkit.errors import EohubError
from eohub_toolkit.logs import configure_logs, get_logger


def command(state: StateFolder, endpoint: str, tools: Tools) -> list[str]:
    """The command that seeds `state` through the S3 at `endpoint`."""
    return [str(tools.python), "-m", "eohub_hub.local.first_data", str(state.root), endpoint]


def main(arguments: Sequence[str]) -> int:
    """Seed, each step a line in the log; exit code 1 after a line that says what was missing."""
    folder, endpoint = arguments
    configure_logs("seed", as_json=False)
    log = get_logger()
    # As an exception, the end leaves no half-fetched folder behind.
    signal.signal(signal.SIGTERM, _end)
    try:
        seed_once(StateFolder(Path(folder)), endpoint, find_tools(), log.info)
    except EohubError as error:
        log.error(f"{error.detail} {error.hint or ''}".rstrip())
        return 1
    return 0


def _end(number: int, frame: FrameType | None) -> None:
    sys.exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
