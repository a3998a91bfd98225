"""Virtual cubes that are being made: a process each, so that one can be ended in the middle of a read."""

import asyncio
import os
from collections.abc import Mapping
from contextlib import suppress

from eohub_cubes.contract import VirtualJob, VirtualJobs, VirtualQuery
from eohub_cubes.errors import TargetTaken
from eohub_cubes.server.kept_jobs import MOST_KEPT, KeptJob, KeptJobs
from eohub_cubes.server.messages import VirtualStep
from eohub_cubes.server.processes import started
from eohub_cubes.virtualizing.folders import clear
from eohub_toolkit.errors import NotFound, TooMany, Unavailable

_MOST_RUNNING = 2
_PATIENCE_SECONDS = 15.0
"""What one that is cancelled is given to take away what it has written, and end."""


class VirtualCubes:
    """Starts, follows and cancels them; what a killed server leaves unfinished is told as interrupted."""

    def __init__(
        self, environ: Mapping[str, str], kept: KeptJobs, patience_seconds: float = _PATIENCE_SECONDS
    ) -> None:
        self._environ = environ
        self._kept = kept
        self._patience_seconds = patience_seconds
        self._jobs: dict[str, KeptJob] | None = None
        self._running: dict[str, tuple[asyncio.subprocess.Process, asyncio.Task[None]]] = {}
        self._one_at_a_time = asyncio.Lock()

    async def start(self, query: VirtualQuery) -> VirtualJob:
        """Begin one; raises TooMany beyond two at once, TargetTaken for a second at the same place."""
        async with self._one_at_a_time:
            await self._load()
            self._refuse(query)
            name, lock = self._kept.new()
            return await self._begin(name, lock, query)

    async def again(self, name: str) -> VirtualJob:
        """Begin one anew that is over without being done; another stays as it is. Raises NotFound as well."""
        async with self._one_at_a_time:
            kept = self._found(await self._load(), name)
            if kept.job.state in ("running", "done"):
                return kept.job
            self._refuse(kept.query)
            return await self._begin(name, self._kept.lock(name), kept.query)

    async def jobs(self) -> VirtualJobs:
        """Those of late, the newest first."""
        async with self._one_at_a_time:
            jobs = [each.job for each in (await self._load()).values()]
        return VirtualJobs(jobs=tuple(reversed(jobs)))

    async def cancel(self, name: str) -> VirtualJob:
        """End one that runs; one that has ended stays as it is. Raises NotFound for an unknown one."""
        async with self._one_at_a_time:
            jobs = await self._load()
        self._found(jobs, name)
        if name in self._running:
            process, following = self._running[name]
            self._change(name, state="cancelled")
            with suppress(ProcessLookupError):
                process.terminate()
            try:
                await asyncio.wait_for(asyncio.shield(following), self._patience_seconds)
            except TimeoutError:
                await self._kill(name, process, following)
        return self._found(jobs, name).job

    async def close(self) -> None:
        """End all of them."""
        for name in [*self._running]:
            await self.cancel(name)

    async def _kill(
        self, name: str, process: asyncio.subprocess.Process, following: "asyncio.Task[None]"
    ) -> None:
        """End one that hangs, which has taken nothing away."""
        with suppress(ProcessLookupError):
            process.kill()
        await asyncio.shield(following)
        job = self._found(self._jobs or {}, name).job
        await asyncio.to_thread(clear, job.target)
        if job.problem is None and (left := _left_of(job.target)):
            self._change(name, problem="It did not end by itself.", hint=left)

    async def _load(self) -> dict[str, KeptJob]:
        """All of them; what was interrupted is noted as such once nothing of it is left."""
        if self._jobs is None:
            kept = await asyncio.to_thread(self._kept.all)
            self._jobs = {each.job.id: each for each in kept}
            for each in kept:
                if each.job.state == "running":
                    await asyncio.to_thread(clear, each.query.target)
                    self._change(
                        each.job.id,
                        state="interrupted",
                        problem="Your server ended before it was made.",
                        hint=f"Make it again. {_left_of(each.query.target)}".rstrip(),
                    )
        return self._jobs

    def _refuse(self, query: VirtualQuery) -> None:
        going = [self._found(self._jobs or {}, name).job for name in self._running]
        if any(job.target == query.target for job in going):
            raise TargetTaken(
                f"{query.target} is being made already.", hint="Wait until it is, or cancel it."
            )
        if len(going) >= _MOST_RUNNING:
            raise TooMany(
                "Two virtual cubes are being made already.", hint="Wait until one is, or cancel it."
            )

    async def _begin(self, name: str, lock: int, query: VirtualQuery) -> VirtualJob:
        """Note one before its process starts, which holds the lock as long as it lives."""
        try:
            jobs = await self._load()
            job = VirtualJob(
                id=name, target=query.target, state="running", files=len(query.addresses), files_read=0
            )
            self._kept.keep(KeptJob(query=query, job=job))
            process = await started("virtual_worker", self._environ, (lock,))
        finally:
            os.close(lock)
        jobs[name] = KeptJob(query=query, job=job)
        assert process.stdin is not None
        process.stdin.write(query.model_dump_json().encode() + b"\n")
        self._running[name] = (process, asyncio.create_task(self._follow(name, process)))
        for old in [*jobs][: max(0, len(jobs) - MOST_KEPT)]:
            if old not in self._running:
                del jobs[old]
        return job

    def _found(self, jobs: Mapping[str, KeptJob], name: str) -> KeptJob:
        if name not in jobs:
            raise NotFound("This server makes no such virtual cube.")
        return jobs[name]

    def _state(self, name: str) -> str:
        return self._found(self._jobs or {}, name).job.state

    async def _follow(self, name: str, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        try:
            while line := await process.stdout.readline():
                self._step(name, VirtualStep.model_validate_json(line))
        finally:
            await process.wait()
            del self._running[name]
            if self._state(name) == "running":
                self._change(
                    name,
                    state="failed",
                    problem="The process that made it ended before it was done.",
                    hint=_left_of(self._found(self._jobs or {}, name).job.target) or None,
                )

    def _step(self, name: str, step: VirtualStep) -> None:
        is_cancelled = self._state(name) == "cancelled"
        if is_cancelled and not step.ended:
            return
        self._change(name, files_read=step.files_read)
        if not step.ended:
            return
        if step.error is None:
            # Also where it was whole before the cancel came.
            self._change(name, state="done")
            return
        ended = "refused" if step.refusals else "failed"
        self._change(
            name,
            state="cancelled" if is_cancelled else ended,
            problem=step.error.detail,
            hint=step.error.hint,
            refusals=step.refusals,
            refusal_count=step.refusal_count,
        )

    def _change(self, name: str, **changes: object) -> None:
        assert self._jobs is not None
        kept = self._jobs[name]
        self._jobs[name] = kept.model_copy(update={"job": kept.job.model_copy(update=changes)})
        if "state" in changes:
            # Where it cannot be noted, a server that is started again tells it as interrupted.
            with suppress(Unavailable):
                self._kept.keep(self._jobs[name])


def _left_of(target: str) -> str:
    """What may be left of one whose process was killed, where that is not taken away from here."""
    if target.startswith("/"):
        return ""
    return f"Parts of it may be left below {target}: nothing opens them, and they can be removed."
