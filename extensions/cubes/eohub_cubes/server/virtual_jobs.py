"""Virtual cubes that are being made: a process each, so that one can be ended in the middle of a read."""

import asyncio
import sys
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress

from eohub_cubes.contract import VirtualJob, VirtualJobs, VirtualQuery
from eohub_cubes.errors import TargetTaken
from eohub_cubes.server.messages import LARGEST_MESSAGE, VirtualStep
from eohub_toolkit.errors import NotFound, TooMany

_MOST_RUNNING = 2
_MOST_KEPT = 20


class VirtualCubes:
    """Starts, follows and cancels them. What a stopped server leaves unfinished is not there at all."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._jobs: OrderedDict[str, VirtualJob] = OrderedDict()
        self._running: dict[str, tuple[asyncio.subprocess.Process, asyncio.Task[None]]] = {}
        self._begun = 0
        self._starting = asyncio.Lock()

    async def start(self, query: VirtualQuery) -> VirtualJob:
        """Begin one; raises TooMany beyond two at once, TargetTaken for a second at the same place."""
        async with self._starting:
            return await self._start(query)

    async def _start(self, query: VirtualQuery) -> VirtualJob:
        going = [self._jobs[name] for name in self._running]
        if any(job.target == query.target for job in going):
            raise TargetTaken(
                f"{query.target} is being made already.", hint="Wait until it is, or cancel it."
            )
        if len(going) >= _MOST_RUNNING:
            raise TooMany(
                "Two virtual cubes are being made already.", hint="Wait until one is, or cancel it."
            )
        self._begun += 1
        name = str(self._begun)
        job = VirtualJob(
            id=name, target=query.target, state="running", files=len(query.addresses), files_read=0
        )
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "eohub_cubes.server.virtual_worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=dict(self._environ),
            limit=LARGEST_MESSAGE,
        )
        self._jobs[name] = job
        assert process.stdin is not None
        process.stdin.write(query.model_dump_json().encode() + b"\n")
        self._running[name] = (process, asyncio.create_task(self._follow(name, process)))
        self._forget()
        return job

    def jobs(self) -> VirtualJobs:
        """Those of late, the newest first."""
        return VirtualJobs(jobs=tuple(reversed(self._jobs.values())))

    async def cancel(self, name: str) -> VirtualJob:
        """End one that runs; one that has ended stays as it is. Raises NotFound for an unknown one."""
        if name not in self._jobs:
            raise NotFound("This server makes no such virtual cube.")
        if name in self._running:
            process, following = self._running[name]
            self._change(name, state="cancelled")
            with suppress(ProcessLookupError):
                process.terminate()
            await asyncio.shield(following)
        return self._jobs[name]

    async def close(self) -> None:
        """End all of them."""
        for name in [*self._running]:
            await self.cancel(name)

    async def _follow(self, name: str, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        try:
            while line := await process.stdout.readline():
                self._step(name, VirtualStep.model_validate_json(line))
        finally:
            await process.wait()
            del self._running[name]
            if self._jobs[name].state == "running":
                self._change(
                    name, state="failed", problem="The process that made it ended before it was done."
                )

    def _step(self, name: str, step: VirtualStep) -> None:
        if self._jobs[name].state != "running":
            return
        self._change(name, files_read=step.files_read)
        if not step.ended:
            return
        if step.error is None:
            self._change(name, state="done")
            return
        self._change(
            name,
            state="refused" if step.refusals else "failed",
            problem=step.error.detail,
            hint=step.error.hint,
            refusals=step.refusals,
            refusal_count=step.refusal_count,
        )

    def _change(self, name: str, **changes: object) -> None:
        self._jobs[name] = self._jobs[name].model_copy(update=changes)

    def _forget(self) -> None:
        for name in [*self._jobs][: max(0, len(self._jobs) - _MOST_KEPT)]:
            if name not in self._running:
                del self._jobs[name]
