"""The entry point of the command `eohub`."""

import os
import sys

from rich.console import Console

from eohub_hub.cli import run


def main() -> None:
    """Run the command line and end with its exit code."""
    sys.exit(run(sys.argv[1:], os.environ, Console()))


if __name__ == "__main__":
    main()
