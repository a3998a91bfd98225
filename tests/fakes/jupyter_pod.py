"""A plain Jupyter server with an extension, as it runs in a person's pod."""

import os
import subprocess
import sys
from pathlib import Path

from fakes.plain_lab import free_port, wait_for


class jupyter_server:  # noqa: N801
    """A running server, which ends with the block. Its home is a new folder `home` in `folder`."""

    def __init__(
        self, folder: Path, settings: dict[str, str], token: str, extension: str = "eohub_catalogue.server"
    ) -> None:
        self._extension = extension
        self._folder = folder
        self._settings = settings
        self._token = token

    def __enter__(self) -> tuple[str, Path]:
        """Start it; gives its address and its log."""
        folder, port = self._folder, free_port()
        command = [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", f"--port={port}"]
        command += ["--ip=127.0.0.1", f"--ServerApp.root_dir={folder}", "--ServerApp.port_retries=0"]
        command += [f"--ServerApp.jpserver_extensions={{'{self._extension}': True}}"]
        names = ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "XDG_CACHE_HOME", "HOME")
        folders = {name: str(folder / name.lower()) for name in names}
        (folder / "home").mkdir(exist_ok=True)
        environment = os.environ | folders | self._settings | {"JUPYTER_TOKEN": self._token}
        log = folder / "jupyter.log"
        with log.open("wb") as output:
            self._process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        url = f"http://127.0.0.1:{port}/"
        wait_for(f"{url}api", self._process, log)
        return url, log

    def __exit__(self, *error: object) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(timeout=30)
