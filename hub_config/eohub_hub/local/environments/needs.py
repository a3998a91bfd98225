"""Which programs this machine has that an environment needs, found by running each and written down."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from eohub_hub.local.commands import run_to_end
from eohub_hub.local.environments.manifest import Known, Needs
from eohub_hub.local.errors import ToolMissing
from eohub_hub.local.files import write_atomically

RECORD = "programs.json"
"""In the folder of the environments: what each command said when somebody looked last."""

_SECONDS = 60.0
_KEPT_CHARACTERS = 2_000
_AT_ONCE = 4
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
"""Where a server's shell finds programs beside those of its environment."""

type Run = Callable[[Sequence[str]], str]
"""Runs a command and returns what it printed, nothing where it cannot be run or fails."""


def run_program(command: Sequence[str]) -> str:
    """Run a command as a server would find it, for a minute at most."""
    lines: list[str] = []
    variables = {"PATH": SYSTEM_PATH, "LANG": "C.UTF-8", "HOME": "/nonexistent"}
    with suppress(ToolMissing):
        ended = run_to_end(command, seconds=_SECONDS, environment=variables, report=lines.append)
        return "\n".join(lines)[:_KEPT_CHARACTERS] if ended.succeeded else ""
    return ""


def look(known: Iterable[Known], run: Run) -> dict[str, str]:
    """Run the command of each environment that needs a program, each once; returns what they said."""
    commands = dict.fromkeys(each.needs.command for each in known if each.needs is not None)
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        return {
            key_of(command): text for command, text in zip(commands, pool.map(run, commands), strict=True)
        }


def key_of(command: Sequence[str]) -> str:
    """A command's name among those that were run."""
    return json.dumps(list(command))


def said(needs: Needs | None, found: Mapping[str, str]) -> str:
    """What the program that an environment needs said of itself; nothing where it needs none."""
    return "" if needs is None else found.get(key_of(needs.command), "")


def is_met(needs: Needs | None, found: Mapping[str, str]) -> bool:
    """Whether what was found satisfies an environment's need."""
    return needs is None or needs.expression.search(said(needs, found)) is not None


def remember(folder: Path, found: Mapping[str, str]) -> None:
    """Write down what was found; raises DiskTrouble."""
    write_atomically(folder / RECORD, json.dumps(dict(found)).encode())


def recall(folder: Path) -> dict[str, str]:
    """What was found when somebody looked last; nothing where nobody has, or the record is no record."""
    try:
        found: object = json.loads((folder / RECORD).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): str(text) for key, text in found.items()} if isinstance(found, dict) else {}
