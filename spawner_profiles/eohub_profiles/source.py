"""A policy that follows its files without a restart: all of a change or nothing of it."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from eohub_profiles.catalog import load, signature
from eohub_profiles.faults import Fault, PolicyError
from eohub_profiles.model import Policy

LOOK_SECONDS = 2.0
VERSION_CHARACTERS = 12


@dataclass(frozen=True, slots=True)
class Change:
    """What a look at the files found: another policy in force (no fault), or files that cannot be used."""

    version: str
    fault: str | None


type Listener = Callable[[Change], None]
type Check = Callable[[Policy], Sequence[Fault]]


class PolicySource:
    """The policy in force; looks at the files at most every two seconds, and only when it is asked.

    `clock` gives seconds that never go back, `today` the aware time. `check` says what keeps a sound policy
    from being used at this place, if anything.
    """

    def __init__(
        self, directory: Path, *, clock: Callable[[], float], today: Callable[[], datetime], check: Check
    ) -> None:
        """Read the files; raises PolicyError where they cannot be used."""
        self._directory = directory
        self._clock = clock
        self._today = today
        self._check = check
        self._listeners: list[Listener] = []
        self._signature = signature(directory)
        self._looked = clock()
        self._policy = self._read()
        self.version = version_of(self._policy)
        self.loaded_at = today()
        self.fault: str | None = None

    def current(self) -> Policy:
        """Return the policy in force, which is that of the files unless they cannot be used."""
        if self._clock() - self._looked >= LOOK_SECONDS:
            self.look_now()
        return self._policy

    def look_now(self) -> None:
        """Look at the files, however short the time since the last look."""
        self._looked = self._clock()
        self._look()

    def listen(self, listener: Listener) -> None:
        """Have `listener` told of every change, and of every new fault."""
        self._listeners.append(listener)

    def _look(self) -> None:
        # Taken before the files are read: what is written meanwhile is found at the next look.
        found = signature(self._directory)
        if found == self._signature:
            return
        self._signature = found
        before = (self.version, self.fault)
        try:
            policy = self._read()
        except PolicyError as error:
            self.fault = str(error)
        else:
            self.fault = None
            if version_of(policy) != self.version:
                self._policy = policy
                self.version = version_of(policy)
                self.loaded_at = self._today()
        if (self.version, self.fault) != before:
            for listener in self._listeners:
                listener(Change(self.version, self.fault))

    def _read(self) -> Policy:
        policy = load(self._directory)
        faults = self._check(policy)
        if faults:
            raise PolicyError(faults)
        return policy


def version_of(policy: Policy) -> str:
    """Return what identifies a policy: a short hash of all that it says, whatever the files look like."""
    return hashlib.sha256(policy.model_dump_json().encode()).hexdigest()[:VERSION_CHARACTERS]
