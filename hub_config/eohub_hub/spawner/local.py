"""The spawner of one machine: it obeys the plan, and nothing else that anybody sent."""

import asyncio
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar
from weakref import WeakSet

from jupyterhub.spawner import Spawner
from jupyterhub.utils import random_port
from tornado.ioloop import IOLoop
from traitlets import default

from eohub_hub.isolation.limits import choose_cores, enforcement, resource_limits
from eohub_hub.isolation.order import NOT_STARTED, Mode
from eohub_hub.isolation.probe import GRACE_SECONDS
from eohub_hub.isolation.walls import Folders
from eohub_hub.spawner import decision as deciding
from eohub_hub.spawner import environment as variables
from eohub_hub.spawner.decision import CannotStart
from eohub_hub.spawner.end_watch import EndWatch, watch_end
from eohub_hub.spawner.files import ServerFiles
from eohub_hub.spawner.home import folder_name
from eohub_hub.spawner.mounts.attach import attach, release
from eohub_hub.spawner.network import network_of
from eohub_hub.spawner.planned import PlannedSpawner
from eohub_hub.spawner.process import ProcessRecord, end_strays, is_running, launch, listens, send, started_at
from eohub_hub.spawner.settings import Person, Site
from eohub_profiles.compile import LocalLimits, compile_local
from eohub_profiles.decision import Plan
from eohub_toolkit.errors import EohubError

_LOOPBACK = "127.0.0.1"
_LOOK_SECONDS = 0.1
_AFTER_KILL_SECONDS = 5
_ASK_SECONDS = 2
_ASK_AS_WELL_SECONDS = 30
"""JupyterHub's own interval."""


class EohubLocalSpawner(PlannedSpawner, Spawner):
    """Starts users' servers as processes of this machine, each within its walls and limits."""

    site: ClassVar[Site]
    every: ClassVar[WeakSet["EohubLocalSpawner"]]

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._launcher: subprocess.Popen[bytes] | None = None
        self._record: ProcessRecord | None = None
        self._end_watch: EndWatch | None = None
        self._tidying = asyncio.Lock()
        self.cores: tuple[int, ...] = ()
        self.every.add(self)

    @default("start_timeout")
    def _default_start_timeout(self) -> int:
        # A first start on a busy laptop reads a whole JupyterLab from disk.
        return 120

    @default("env_keep")
    def _default_env_keep(self) -> list[str]:
        return list(variables.KEPT)

    async def claim(self, person: Person) -> None:
        """Make this account the only one where there are no walls; raises CannotStart where it is another."""
        if self.site.isolation.mode is Mode.SINGLE:
            deciding.claim_owner(self.site.settings.owner_file, self.user.name)
            await self.refuse_if_blocked(person)

    def unable(self, person: Person) -> str | None:
        """Why this machine has no walls for this person, a sentence; None where it has."""
        owner = deciding.read_owner(self.site.settings.owner_file)
        return deciding.blocked(self.site.isolation, owner, self.user.name, person.number)

    async def run_pre_spawn_hook(self) -> None:
        """Decide anew what is started, and have an environment made that nobody has started here before."""
        await super().run_pre_spawn_hook()
        if self._plan is not None:
            await self._make_environment_ready(self._plan.environment)

    async def _make_environment_ready(self, environment: str) -> None:
        software = self.site.settings.software
        if software is None or software.is_ready(environment):
            return
        begun: list[str] = []

        def report(text: str) -> None:
            if begun:
                self.steps.finish(begun[-1], usual=False)
            begun.append(text)
            self.steps.begin(text)

        try:
            await software.make_ready(environment, self.site.isolation.mode, report)
        except EohubError as error:
            text = f"{error.detail} {error.hint or ''} Ask: {self.site.policy.support}"
            broken = CannotStart(text, reason="environment", status_code=503)
            await self.journal.failed(self._actor, broken)
            raise broken from error
        if begun:
            self.steps.finish(begun[-1], usual=False)

    async def start(self) -> tuple[str, int]:
        """Start the planned server and wait until it answers; returns its address and port."""
        actor = self._actor
        try:
            address = await self._start()
        except CannotStart as error:
            await self.journal.failed(actor, error)
            raise
        self._is_up = True
        return address

    async def _start(self) -> tuple[str, int]:
        plan, person = self._plan, self._person
        if plan is None or person is None:
            raise CannotStart("This start was not decided on.", reason="no-plan", status_code=500)
        files = self._files()
        folders = self._folders(files, plan)
        await self._prepare(files, folders, person)
        folders = await self._mount(files, folders, plan, person)
        self.cores = choose_cores(self.site.machine, plan.cpu, self._busy_cores())
        self.port = random_port()
        enforced = enforcement(self.site.machine, plan.cpu, plan.memory_bytes)
        self.steps.finish(f"Limits: {'; '.join(enforced.lines)}")
        self._launch(files, folders, plan, person)
        self.steps.finish("Started the server")
        await self._wait_for_answer()
        self.steps.finish("The server answers")
        return _LOOPBACK, self.port

    def start_polling(self) -> None:
        """Be told when the server ends; ask often only where nobody tells.

        Until a dead server is noticed, requests go to its port, which any account may take.
        """
        look = partial(IOLoop.current().add_callback, self.poll_and_notify)
        watch = None if self._record is None else watch_end(self._record, look)
        self.poll_interval = _ASK_SECONDS if watch is None else _ASK_AS_WELL_SECONDS
        super().start_polling()
        self._end_watch = watch

    def stop_polling(self) -> None:
        """Neither ask nor be told any longer."""
        super().stop_polling()
        if self._end_watch is not None:
            self._end_watch.close()
            self._end_watch = None

    async def poll(self) -> int | None:
        """None while the server runs, else its exit status (0 where it is not known)."""
        if self._start_pending and self._record is None:
            return None
        if self._launcher is not None:
            status = self._launcher.poll()
        else:
            status = None if self._record is not None and is_running(self._record) else 0
        if status is not None and self._record is not None:
            was_up, self._is_up = self._is_up, False
            await self._clean_up()
            if was_up:
                await self.journal.stopped(self._stopped_by, status)
        return status

    async def stop(self, now: bool = False) -> None:
        """End the server and all that it started: asked first, killed after a while or at once if `now`."""
        if self._record is None:
            return
        self._stopped_by = self._actor
        if not now:
            send(self._record, signal.SIGTERM)
            if await self._has_ended(within=GRACE_SECONDS + _AFTER_KILL_SECONDS):
                return
        send(self._record, signal.SIGKILL)
        await self._has_ended(within=_AFTER_KILL_SECONDS)

    def load_state(self, state: dict[str, Any]) -> None:
        """Find the server again after a restart of the hub."""
        super().load_state(state)
        if "pid" in state and "started" in state:
            self._record = ProcessRecord(int(state["pid"]), str(state["started"]))
            self.cores = tuple(state.get("cores", ()))
            self._is_up = True

    def get_state(self) -> dict[str, Any]:
        """What finds the server again: its process, when that was started, and its cores."""
        state = super().get_state()
        if self._record is not None:
            state |= {"pid": self._record.pid, "started": self._record.started, "cores": list(self.cores)}
        return state

    def clear_state(self) -> None:
        """Forget the server that has ended."""
        super().clear_state()
        self._launcher = None
        self._record = None
        self.cores = ()

    def get_env(self) -> dict[str, str]:
        """JupyterHub's variables for this server without the rest of the hub's own."""
        return variables.from_hub(super().get_env(), self.environment)

    def _files(self) -> ServerFiles:
        return ServerFiles(self.site, self.user.name, self.name)

    def _folders(self, files: ServerFiles, plan: Plan) -> Folders:
        if plan.environment not in self.site.settings.environments:
            detail = f"The environment {plan.environment} is not installed on this machine."
            raise CannotStart(
                f"{detail} Ask: {self.site.policy.support}", reason="environment", status_code=503
            )
        return files.folders(plan.environment)

    async def _prepare(self, files: ServerFiles, folders: Folders, person: Person) -> None:
        """Make room, after whatever a hub that died may have left of this very server has ended."""
        try:
            async with self._tidying:
                await asyncio.to_thread(release, self.site, files.key)
                await asyncio.to_thread(end_strays, self.site.settings.instance, files.key)
                await asyncio.to_thread(files.prepare, folders, person.number)
        except EohubError as error:
            text = f"{error.detail} {error.hint or ''} Ask: {self.site.policy.support}"
            raise CannotStart(text, reason="home", status_code=500) from error
        except OSError as error:
            self.log.error("No room for %s: %s", self._log_name, error)
            text = (
                f"Your home folder could not be prepared ({error.strerror}). Ask: {self.site.policy.support}"
            )
            raise CannotStart(text, reason="home", status_code=500) from error
        self.steps.finish("Prepared your home folder")

    async def _mount(self, files: ServerFiles, folders: Folders, plan: Plan, person: Person) -> Folders:
        """Mount the plan's data; what could not be mounted is a line for the person, and ends no start."""
        given = self._variables(files, folders, compile_local(plan))
        attached = await asyncio.to_thread(attach, files, folders, plan.mounts, person.number, given)
        for line in attached.lines:
            self.steps.finish(line)
        return attached.folders

    def _launch(self, files: ServerFiles, folders: Folders, plan: Plan, person: Person) -> None:
        site = self.site
        limits = compile_local(plan)
        command = [f"{folders.environment}/bin/jupyterhub-singleuser", variables.TERMINALS, *self.get_args()]
        software = site.settings.software
        by_ports = software is not None and software.uses_ports(plan.environment)
        command += variables.kernel_arguments(site.isolation, by_ports=by_ports)
        if site.isolation.mode is Mode.SINGLE:
            command.append("--allow-root")
        memory = limits.memory_bytes
        given = self._variables(files, folders, limits)
        walls = site.walls.order(
            site.isolation.mode,
            folders,
            tuple(command),
            number=person.number,
            memory_bytes=memory,
            log=files.log,
            network=network_of(site.isolation, self.port, given),
        )
        group = None if site.cgroups is None else str(site.cgroups.add(files.key, memory, plan.cpu))
        order = replace(walls, cores=self.cores, limits=resource_limits(site.machine, memory), cgroup=group)
        self._launcher = launch(order, given)
        started = started_at(self._launcher.pid)
        self._record = ProcessRecord(self._launcher.pid, started or "")
        # Written now and not when it answers: a hub that dies in between finds the server again all the same.
        self.orm_spawner.state = self.get_state()
        self._save()

    def _variables(self, files: ServerFiles, folders: Folders, limits: LocalLimits) -> Mapping[str, str]:
        ours = variables.server_environment(
            self.site.settings, folders.environment, folders.home, folders.facts,
            account_name=folder_name(self.user.name), server=files.key,
        )  # fmt: skip
        temporary = variables.temporary_folders(self.site.isolation, folders.temporary)
        size = {"MEM_LIMIT": str(limits.memory_bytes), "CPU_LIMIT": str(limits.cpu_count)}
        return ours | temporary | size | dict(limits.environment) | self.get_env()

    def _busy_cores(self) -> list[tuple[int, ...]]:
        return [spawner.cores for spawner in self.every if spawner is not self]

    async def _wait_for_answer(self) -> None:
        """Return when the server listens on its port, and not somebody else; raises CannotStart as soon as it
        ended."""
        while True:
            status = await self.poll()
            if status is not None:
                raise CannotStart(self._last_words(status), reason="exited", status_code=500)
            record = self._record
            if record is not None and await asyncio.to_thread(listens, record, self.port):
                return
            await asyncio.sleep(_LOOK_SECONDS)

    def _last_words(self, status: int) -> str:
        what = (
            "could not be started"
            if status == NOT_STARTED
            else f"ended while it was starting (status {status})"
        )
        log = f"logs/servers/{self._files().key}.log"
        return f"Your server {what}. The operator finds the reason in {log}. Ask: {self.site.policy.support}"

    async def _has_ended(self, within: float) -> bool:
        """Look often: JupyterHub's own `wait_for_death` doubles its pauses, which adds seconds to a stop."""
        deadline = time.monotonic() + within
        while await self.poll() is None:
            if time.monotonic() >= deadline:
                return False
            await asyncio.sleep(_LOOK_SECONDS)
        return True

    async def _clean_up(self) -> None:
        """Leave nothing of a server that has ended: process, group, or file outside the home folder."""
        files = self._files()
        self._record = None
        async with self._tidying:
            await asyncio.to_thread(release, self.site, files.key)
            await asyncio.to_thread(end_strays, self.site.settings.instance, files.key)
            if self.site.cgroups is not None:
                self.site.cgroups.remove(files.key)
            await asyncio.to_thread(files.remove)
