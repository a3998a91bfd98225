"""Notes by which the Dask clients of a server's kernels tell what their clusters work on."""

import json
import os
from pathlib import Path

FOLDER = "eohub-dask"
"""In Jupyter's runtime folder, which kernels and server share and nobody else reads."""
PERIOD_SECONDS = 5.0
_STALE_SECONDS = 30.0
_MOST_NOTES = 1_000
_MOST_BYTES = 200
_MOST_TASKS = 1_000_000_000


def write_note(folder: Path, name: str, tasks: int) -> None:
    """Note how many tasks a client's cluster works on, in place of the note before."""
    folder.mkdir(mode=0o700, exist_ok=True)
    draft = folder / f".{name}"
    draft.write_text(json.dumps({"tasks": tasks}))
    draft.replace(folder / f"{name}.json")


def tasks_noted(folder: Path, now: float) -> int:
    """Add up what the notes of the last 30 s say; older ones are removed, since their clients are gone."""
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".json"))[:_MOST_NOTES]
    except OSError:
        return 0
    return min(_MOST_TASKS, sum(_tasks_in(folder / name, now) for name in names))


def _tasks_in(path: Path, now: float) -> int:
    try:
        if now - path.stat().st_mtime > _STALE_SECONDS:
            path.unlink(missing_ok=True)
            return 0
        with path.open("rb") as note:
            found = json.loads(note.read(_MOST_BYTES))
        return max(0, int(found["tasks"]))
    except (OSError, ValueError, TypeError, KeyError):
        return 0
