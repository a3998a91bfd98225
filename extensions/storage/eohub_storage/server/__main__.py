"""Entry point of `eohub-credentials`."""

import os
import sys

from eohub_storage.server.command import run


def main() -> None:
    """Print keys in the `credential_process` form, or a sentence and exit code 1."""
    sys.exit(run(os.environ, sys.stdout, sys.stderr))


if __name__ == "__main__":
    main()
