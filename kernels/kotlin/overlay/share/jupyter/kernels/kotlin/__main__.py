"""Starts the Kotlin kernel as its package does, but without a debugger's port and with warnings only.

To that port any account of the machine could attach, and the kernel's own log has every cell and output.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

from kotlin_kernel import env_names
from run_kotlin_kernel import run_kernel


def main(connection_file: str) -> None:
    """Run the kernel of a connection file to its end."""
    packaged = Path(run_kernel.module_install_path(), "config", "jar_args.json")
    settings = json.loads(packaged.read_text("utf-8")) | {"debuggerPort": ""}
    log = Path(__file__).with_name("logback.xml")
    own = os.environ.get(env_names.KERNEL_EXTRA_JAVA_OPTS, "")
    os.environ[env_names.KERNEL_EXTRA_JAVA_OPTS] = f"{own} '-Dlogback.configurationFile={log}'".strip()
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(settings, file)
        file.flush()
        run_kernel.run_kernel(connection_file, file.name)


if __name__ == "__main__":
    main(sys.argv[1])
