"""The spawner of a cluster: KubeSpawner carries out the plan, and decides nothing."""

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, ClassVar, cast

from aiohttp import ClientError
from kubernetes_asyncio.client import ApiException
from kubespawner import KubeSpawner

from eohub_hub.kubernetes.environment import pod_environment, pod_facts
from eohub_hub.kubernetes.fields import Base, fields_of
from eohub_hub.kubernetes.ledger import Ticket
from eohub_hub.kubernetes.queue import GpuQueue
from eohub_hub.kubernetes.settings import ClusterSite
from eohub_hub.kubernetes.story import story_of
from eohub_hub.kubernetes.waiting import granted_line, wait_for_gpus
from eohub_hub.spawner import environment as variables
from eohub_hub.spawner.decision import CannotStart
from eohub_hub.spawner.planned import PlannedSpawner
from eohub_hub.spawner.progress import Steps
from eohub_profiles.decision import Plan
from eohub_profiles.pods import compile_pod
from eohub_profiles.resolve import planned_placement

LOOK_SECONDS = 0.5
_MARGIN_SECONDS = 60
_ACTIVITIES = (
    "Checking your choice",
    "Asking the cluster for a place",
    "Looking for a node with room",
    "Starting the container",
    "Waiting for the server: it reads JupyterLab from disk",
    "Opening JupyterLab",
)


class EohubKubeSpawner(PlannedSpawner, KubeSpawner):
    """Starts users' servers as pods, each exactly as its plan says."""

    site: ClassVar[ClusterSite]
    gpus: ClassVar[GpuQueue | None]

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._base = self._configured()
        self._given: Mapping[str, str] = {}

    def begin_steps(self) -> Steps:
        """The steps of a start that begins now."""
        return Steps(time.monotonic, _ACTIVITIES)

    def start(self) -> Any:
        """Start the planned server; returns a future of its URL, which raises CannotStart."""
        wait = self.site.settings.gpu_wait_seconds if self._plan is not None and self._plan.gpu else 0
        # What takes longer is given up here, with the reason; JupyterHub would only know that it was late.
        self.start_timeout = self.site.settings.start_seconds + wait + _MARGIN_SECONDS
        return KubeSpawner.start(self)

    async def load_user_options(self) -> None:
        """Set every field that the plan decides, which is all that KubeSpawner would read from a browser."""
        plan = self._decided_plan()
        try:
            pod = compile_pod(plan, self.site.settings.cluster)
        except ValueError as error:
            sentence = f"This server cannot run on a cluster: {error}. Ask: {self.site.policy.support}"
            raise CannotStart(sentence, reason="environment", status_code=503) from error
        self._given = pod_environment(self.site.settings, plan, pod)
        for name, value in fields_of(pod, self._base, pod_facts(self.site.settings, plan, pod)).items():
            setattr(self, name, value)

    async def _start(self) -> str:
        actor = self._actor
        try:
            plan = self._decided_plan()
            await self._wait_for_gpus(plan)
            try:
                url = await self._followed(plan)
            finally:
                if self.gpus is not None:
                    self.gpus.leave(self._reference)
        except CannotStart as error:
            await self.journal.failed(actor, error)
            raise
        self._is_up = True
        self.steps.finish("The server runs")
        return url

    def _decided_plan(self) -> Plan:
        if self._plan is None:
            raise CannotStart("This start was not decided on.", reason="no-plan", status_code=500)
        return self._plan

    async def _wait_for_gpus(self, plan: Plan) -> None:
        if plan.gpu is None or self.gpus is None:
            return
        settings, gpu = self.site.settings, plan.gpu
        ticket = Ticket(self._reference, gpu.resource, gpu.count, plan.placement)
        try:
            is_granted = await wait_for_gpus(
                self.gpus, ticket, self.steps, settings.gpu_wait_seconds, nodes_grow=settings.gpu_nodes_grow
            )
        except BaseException:
            self.gpus.leave(ticket.pod)
            raise
        if is_granted:
            self.steps.finish(granted_line(gpu))

    async def _followed(self, plan: Plan) -> str:
        """Start the pod and tell what becomes of it; ends the start as soon as it is known to be in vain."""
        starting = asyncio.ensure_future(super()._start())
        try:
            return await self._follow(starting, plan)
        except (ApiException, ClientError) as error:
            self.log.error("The cluster did not take the pod of %s: %s", self._log_name, error)
            raise self._failure("The cluster did not accept your server.", "cluster") from error
        except TimeoutError as error:
            raise self._failure("The cluster did not answer in time.", "cluster") from error
        finally:
            starting.cancel()

    async def _follow(self, starting: "asyncio.Future[str]", plan: Plan) -> str:
        seconds = self.site.settings.start_seconds
        give_up = time.monotonic() + seconds
        told = 0
        while True:
            done, _ = await asyncio.wait([starting], timeout=LOOK_SECONDS)
            story = story_of(self._seen_pod(), self._seen_events(), str(plan.image))
            for step in story.steps[told:]:
                self.steps.finish(step)
            told = max(told, len(story.steps))
            if done:
                return starting.result()
            if story.is_over:
                raise self._failure(str(story.trouble), "pod")
            if time.monotonic() >= give_up:
                why = story.trouble or f"{story.doing} took too long."
                raise self._failure(f"Your server did not start within {seconds} s. {why}", "timeout")
            if story.doing:
                self.steps.begin(story.doing)

    async def free_gpus(self) -> Mapping[str, str]:
        """How many GPUs are free for each profile's own size, as far as the cluster says."""
        found: dict[str, str] = {}
        for profile in self.site.policy.profiles if self.gpus is not None else ():
            if profile.gpu is not None and self.gpus is not None:
                place = planned_placement(profile.placement)
                counted = await self.gpus.count(place, profile.gpu.resource)
                if counted is not None:
                    found[profile.name] = str(counted)
        return found

    def _failure(self, sentence: str, reason: str) -> CannotStart:
        return CannotStart(f"{sentence} Ask: {self.site.policy.support}", reason=reason, status_code=503)

    async def poll(self) -> int | None:
        """None while the pod is there and its server not over, else its exit status."""
        if self._start_pending and self._start_future is not None and not self._start_future.done():
            return None
        status: int | None = await KubeSpawner.poll(self)
        if status is not None:
            await self._ended(status)
        return status

    async def stop(self, now: bool = False) -> None:
        """Delete the pod and wait until it is gone."""
        self._stopped_by = self._actor
        await KubeSpawner.stop(self, now)
        await self._ended(0)

    async def _ended(self, status: int) -> None:
        was_up, self._is_up = self._is_up, False
        if was_up:
            await self.journal.stopped(self._stopped_by, status)

    async def progress(self) -> AsyncGenerator[dict[str, int | str], None]:
        """Every step of the start, when it is done."""
        async for event in self.steps.events():
            yield event

    def load_state(self, state: dict[str, Any]) -> None:
        """Find the pod again after a restart of the hub."""
        KubeSpawner.load_state(self, state)
        self._is_up = "pod_name" in state

    def get_env(self) -> dict[str, Any]:
        """JupyterHub's variables for this server, without the rest of the hub's own, and the plan's."""
        return {**self._given, **variables.from_hub(KubeSpawner.get_env(self), self.environment)}

    @property
    def _reference(self) -> str:
        return f"{self.namespace}/{self.pod_name}"

    def _seen_pod(self) -> Mapping[str, Any] | None:
        reflector = self.pod_reflector
        pods: Mapping[str, Mapping[str, Any]] = {} if reflector is None else reflector.pods
        return pods.get(self._reference)

    def _seen_events(self) -> Sequence[Mapping[str, Any]]:
        return cast("Sequence[Mapping[str, Any]]", self.events)

    def _configured(self) -> Base:
        """What the site's own configuration says of every pod, before any plan was applied."""
        return Base(
            node_selector=dict(self.node_selector),
            tolerations=_listed(self.tolerations),
            volumes=_listed(self.volumes),
            volume_mounts=_listed(self.volume_mounts),
            labels=dict(self.extra_labels),
            annotations=dict(self.extra_annotations),
            pod=dict(self.extra_pod_config),
            priority_class=self.priority_class_name,
            **({"uid": self.uid} if isinstance(self.uid, int) and self.uid > 0 else {}),
        )


def _listed(configured: Any) -> list[Mapping[str, Any]]:
    """A list as KubeSpawner takes it: itself, or the values of a mapping in the order of its keys."""
    if isinstance(configured, dict):
        named = cast("dict[str, Mapping[str, Any]]", configured)
        return [named[key] for key in sorted(named)]
    return list(cast("list[Mapping[str, Any]]", configured or []))
