"""Every environment of this machine: how each stands, and what makes one ready to be used."""

import hashlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from eohub_hub.local.environment import (
    MARKER,
    Recipe,
    Report,
    Uv,
    found_marker,
    make_environment,
    marker_of,
)
from eohub_hub.local.environments import needs
from eohub_hub.local.environments.manifest import Known, Manifest
from eohub_hub.local.environments.recipes import recipe_of
from eohub_hub.local.environments.trial import RUNNER, Outcome
from eohub_hub.local.errors import ToolMissing
from eohub_hub.local.files import write_atomically
from eohub_hub.local.lock import hold_waiting
from eohub_toolkit.errors import NotFound

OUTCOME = "eohub-smoke.json"
"""In an environment: what came of its smoke cells."""

type TryOut = Callable[[Known, Path], Outcome]
"""Runs the smoke cells of an environment that lies in a folder."""


class Standing(StrEnum):
    """How an environment stands on this machine."""

    READY = "ready"
    ON_DEMAND = "made when it is first started"
    FAILED = "failed its test"
    ABSENT = "not on this machine"


@dataclass(frozen=True, slots=True)
class State:
    """How one environment stands; `why` is a sentence where it cannot be used."""

    known: Known
    standing: Standing
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What an environment should be: its recipe, the marker of that, and the text of its smoke scripts."""

    recipe: Recipe
    marker: dict[str, str]
    scripts: tuple[str, ...]


type _Seen = tuple[tuple[int, int, int] | None, ...]
"""Which files were looked at: each is replaced, never written into, so that another one looks otherwise."""


@dataclass(frozen=True)
class EnvironmentRoom:
    """The environments below `folder`, as the checkout `project` makes them; its answers need no process.

    What environments need of the machine is what `look_around` saw last. Every form and every decision asks
    how all of them stand, so that files are read only where they are not those of the last answer.
    """

    manifest: Manifest
    folder: Path
    project: Path
    _made_of: dict[str, _Wanted] = field(default_factory=dict[str, _Wanted])
    """What each should be made of, read once: what changes in the checkout is for the next start."""
    _answers: dict[str, tuple[_Seen, State]] = field(default_factory=dict[str, tuple[_Seen, State]])
    """How each stood by which files."""
    _looked_at: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """The files by which each stands."""

    def known(self, identifier: str) -> Known:
        """The manifest's entry; raises NotFound with the names that there are."""
        found = self.manifest.known(identifier)
        if found is None:
            names = ", ".join(self.manifest.ids)
            raise NotFound(f"There is no environment {identifier!r}.", hint=f"There are: {names}.")
        return found

    def place(self, identifier: str) -> Path:
        """Where the environment is, or will be."""
        return self.folder / identifier

    def look_around(self, run: needs.Run = needs.run_program) -> None:
        """Find out anew which programs this machine has; takes about a second. Raises DiskTrouble."""
        needs.remember(self.folder, needs.look(self.manifest.environments, run))

    def state(self, identifier: str) -> State:
        """How the environment stands; raises NotFound, and ToolMissing where our wheels were not built."""
        known = self.known(identifier)
        seen = self._seen(known)
        answer = self._answers.get(known.id)
        if answer is None or answer[0] != seen:
            answer = self._answers[known.id] = (seen, self._read(known))
        return answer[1]

    def _seen(self, known: Known) -> _Seen:
        paths = self._looked_at.get(known.id)
        if paths is None:
            place = self.place(known.id)
            paths = (str(self.folder / needs.RECORD), str(place / MARKER), str(place / OUTCOME))
            self._looked_at[known.id] = paths
        return tuple(map(_look, paths))

    def _read(self, known: Known) -> State:
        if not needs.is_met(known.needs, needs.recall(self.folder)):
            title = known.needs.title if known.needs is not None else ""
            return State(known, Standing.ABSENT, f"It needs {title}, which this machine does not have.")
        if found_marker(self.place(known.id)) != self._wanted(known).marker:
            return State(known, Standing.ON_DEMAND)
        outcome = self._outcome(known)
        if outcome is None:
            return State(known, Standing.ON_DEMAND)
        if not outcome.passed:
            return State(known, Standing.FAILED, f"Its test failed: {outcome.sentence}")
        return State(known, Standing.READY)

    def states(self) -> tuple[State, ...]:
        """How each environment stands, in the manifest's order."""
        return tuple(self.state(identifier) for identifier in self.manifest.ids)

    def make_ready(self, identifier: str, uv: Uv, try_out: TryOut, report: Report) -> State:
        """Make, renew and try the environment where that is not done yet; returns how it then stands.

        `report` gets a line for each step. Whoever makes the same one is waited for. Raises ToolMissing where
        the machine lacks what it needs or uv, Unavailable without the network, DiskTrouble, or PartFailed.
        """
        known = self.known(identifier)
        found = self.state(identifier)
        if found.standing is Standing.ABSENT and known.needs is not None:
            raise ToolMissing(found.why, hint=f"Install {known.needs.install}.")
        if found.standing is not Standing.ON_DEMAND:
            return found
        self.folder.mkdir(parents=True, exist_ok=True)
        with hold_waiting(self.folder / f".{identifier}.lock", lambda: report("Waiting for another start")):
            make_environment(self.place(identifier), self._wanted(known).recipe, uv=uv, report=report)
            if self._outcome(known) is None:
                report(f"Trying {known.title}: a cell in each kernel")
                self._write_down(known, try_out(known, self.place(identifier)))
        return self.state(identifier)

    def forget_outcome(self, identifier: str) -> None:
        """Have the next `make_ready` try the environment again."""
        (self.place(self.known(identifier).id) / OUTCOME).unlink(missing_ok=True)

    def _wanted(self, known: Known) -> _Wanted:
        if known.id not in self._made_of:
            recipe = recipe_of(known, self.manifest, self.project)
            scripts = [self.project / "kernels" / name for name in filter(None, (RUNNER, known.script))]
            texts = tuple(path.read_text("utf-8") for path in scripts)
            self._made_of[known.id] = _Wanted(recipe, marker_of(self.place(known.id), recipe), texts)
        return self._made_of[known.id]

    def _outcome(self, known: Known) -> Outcome | None:
        """What came of the smoke cells of this very environment, None where they have not run since."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            found = json.loads((self.place(known.id) / OUTCOME).read_text("utf-8"))
            if found["of"] == self._tried(known):
                return Outcome(found["passed"] is True, str(found["sentence"]))
        return None

    def _write_down(self, known: Known, outcome: Outcome) -> None:
        found = {"of": self._tried(known), "passed": outcome.passed, "sentence": outcome.sentence}
        write_atomically(self.place(known.id) / OUTCOME, json.dumps(found).encode(), mode=0o644)

    def _tried(self, known: Known) -> str:
        """SHA-256 of all that an outcome is about: the environment, its cells, the program that it needs."""
        wanted = self._wanted(known)
        program = needs.said(known.needs, needs.recall(self.folder))
        parts = [*wanted.marker.values(), known.model_dump_json(), program, *wanted.scripts]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _look(path: str) -> tuple[int, int, int] | None:
    """What tells a file from the one that takes its place; None where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
