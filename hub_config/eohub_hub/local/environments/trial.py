"""Tries an environment as a person would have it: its smoke cells, within the walls of a server."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from eohub_hub.isolation.order import Mode
from eohub_hub.isolation.probe import LAUNCHER, Walls
from eohub_hub.isolation.walls import Folders
from eohub_hub.local.environments.manifest import MANIFEST, Known
from eohub_hub.local.environments.needs import SYSTEM_PATH
from eohub_hub.spawner.home import account_files, private_folder

RUNNER = "smoke.py"
_SECONDS = 600
_MEMORY_BYTES = 4 << 30
_LONGEST_SENTENCE = 300


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether the smoke cells gave what they should, and the last line of what was said."""

    passed: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Trial:
    """What is needed to try environments: the folder of the manifest, and the walls of this machine.

    `marks` are the variables by which the processes are known as this stack's.
    """

    kernels: Path
    walls: Walls
    mode: Mode
    marks: Mapping[str, str]

    def of(self, known: Known, environment: Path) -> Outcome:
        """Run the smoke cells of the environment in that folder, ten minutes at most."""
        servers = private_folder(self.walls.state / "servers")
        with tempfile.TemporaryDirectory(prefix="trial-", dir=servers) as folder:
            return self._run(known, environment, Path(folder))

    def _run(self, known: Known, environment: Path, folder: Path) -> Outcome:
        uid = self.walls.uid(self.mode, 0)
        folders = Folders(
            state=self.walls.state,
            environment=environment,
            home=private_folder(folder / "home", uid),
            temporary=private_folder(folder / "tmp", uid),
            facts=private_folder(folder / "facts", mode=0o755),
        )
        private_folder(self.walls.state / "servers" / "root")
        account_files(folders.facts, "trial", os.getuid() if uid is None else uid, folders.home)
        self._show(known, folders.facts)
        python, facts = str(environment / "bin" / "python"), folders.facts
        command = (python, str(facts / RUNNER), str(facts / MANIFEST), known.id)
        order = self.walls.order(
            self.mode, folders, command, number=0, memory_bytes=_MEMORY_BYTES, log=folder / "log"
        )
        variables = self._variables(environment, folders)
        try:
            done = subprocess.run(
                LAUNCHER, input=order.dump(), env=variables, timeout=_SECONDS, capture_output=True,
                check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return Outcome(False, f"It took longer than {_SECONDS} s.")
        return Outcome(done.returncode == 0, _last_line(folder / "log"))

    def _show(self, known: Known, facts: Path) -> None:
        """Copy what a trial runs to where its walls let it be read."""
        for name in filter(None, (RUNNER, MANIFEST, known.script)):
            (facts / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(self.kernels / name, facts / name)
        subprocess.run(["chmod", "-R", "a+rX", facts], check=True)

    def _variables(self, environment: Path, folders: Folders) -> dict[str, str]:
        own = {
            "PATH": f"{environment}/bin:{SYSTEM_PATH}",
            "HOME": str(folders.home),
            "LANG": "C.UTF-8",
            "SHELL": "/bin/bash",
        }
        walled = self.mode in (Mode.ACCOUNTS, Mode.BUBBLEWRAP)
        return {**self.marks, **own} | ({} if walled else {"TMPDIR": str(folders.temporary)})


def _last_line(log: Path) -> str:
    text = log.read_text("utf-8", errors="replace") if log.exists() else ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:_LONGEST_SENTENCE] if lines else "no reason given"
