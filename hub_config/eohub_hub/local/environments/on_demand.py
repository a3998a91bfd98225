"""The environments of this machine as the spawner sees them: made when somebody first starts one."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from eohub_hub.isolation.order import Mode
from eohub_hub.local.environment import Report, Uv
from eohub_hub.local.environments.room import EnvironmentRoom, Standing, State, TryOut
from eohub_hub.local.errors import PartFailed
from eohub_profiles.decision import EnvironmentHere


@dataclass
class _Said:
    """What was said last, and who hears what comes."""

    last: str = ""
    watching: list[Report] = field(default_factory=list[Report])

    def say(self, text: str) -> None:
        self.last = text
        for report in self.watching:
            report(text)


@dataclass
class _Job:
    """One environment that is being made."""

    task: "asyncio.Future[State]"
    said: _Said


class OnDemand:
    """Makes one environment at a time, whoever asks and however many; nobody who leaves stops it."""

    def __init__(self, room: EnvironmentRoom, uv: Uv, trial: Callable[[Mode], TryOut]) -> None:
        self._room = room
        self._uv = uv
        self._trial = trial
        self._jobs: dict[str, _Job] = {}
        # Not asyncio's own threads: a download may take minutes, and everything else of the hub needs those.
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="environments")

    def here(self) -> Mapping[str, EnvironmentHere]:
        """What this machine knows of each environment, now."""
        return {state.known.id: _here(state) for state in self._room.states()}

    def uses_ports(self, identifier: str) -> bool:
        """Whether the environment's kernels are reached by ports of the loopback only."""
        return self._room.known(identifier).channels == "ports"

    def is_ready(self, identifier: str) -> bool:
        """Whether a server can be started with it at once."""
        return self._room.state(identifier).standing is Standing.READY

    async def make_ready(self, identifier: str, mode: Mode, report: Report) -> None:
        """Make the environment and try it; `report` gets a line for each step, in the caller's event loop.

        Raises EohubError with a sentence for the person where it cannot be made or does not work.
        """
        job = self._jobs.get(identifier)
        if job is None:
            job = self._jobs[identifier] = self._begin(identifier, mode)
        job.said.watching.append(report)
        if job.said.last:
            report(job.said.last)
        try:
            state = await asyncio.shield(job.task)
        finally:
            job.said.watching.remove(report)
        if state.standing is not Standing.READY:
            raise PartFailed(f"{state.known.title} cannot be used here now. {state.why}")

    def _begin(self, identifier: str, mode: Mode) -> _Job:
        loop = asyncio.get_running_loop()
        said = _Said()

        def report(text: str) -> None:
            # What uv itself says is indented, is for an operator, and names paths of the machine.
            if not text.startswith(" "):
                loop.call_soon_threadsafe(said.say, text)

        make = partial(self._room.make_ready, identifier, self._uv, self._trial(mode), report)
        task = loop.run_in_executor(self._worker, make)
        task.add_done_callback(lambda _: self._jobs.pop(identifier, None))
        return _Job(task, said)


def _here(state: State) -> EnvironmentHere:
    obstacle = state.why if state.standing in (Standing.FAILED, Standing.ABSENT) else ""
    return EnvironmentHere(state.known.note, obstacle, listed=state.standing is not Standing.ABSENT)
