"""JupyterHub as it runs on one machine: quick to restart a dead service, and never without its keeper."""

import asyncio
import os
import signal
import ssl
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from jupyterhub.app import JupyterHub
from jupyterhub.services.service import Service
from tornado.ioloop import PeriodicCallback
from traitlets import Dict, Unicode

from eohub_hub.local.health import HUB, Probe, answers, probes
from eohub_hub.local.ports import LOOPBACK, Ports, recall
from eohub_hub.local.secret_store import Secret, read_secret
from eohub_hub.local.state import StateFolder
from eohub_hub.local.tools import find_tools
from eohub_hub.local.watch import Restarts, Silences
from eohub_hub.settings import HubSettings

_LOOK_MILLISECONDS = 1_000
_ASK_MILLISECONDS = 10_000
_SERVICE_GRACE_SECONDS = 6.0
"""S3 takes three of them; JupyterHub kills what is left."""
_PROXY_CHECK_SECONDS = 2


class LocalHub(JupyterHub):
    """JupyterHub under `eohub up`, which started it and which it does not outlive."""

    ready_file = Unicode(config=True, help="Made when the hub has started its services and routes")
    health_urls = Dict(config=True, help="By a service's name, the address that answers 200 while it works")

    async def start(self) -> None:
        """Start as JupyterHub does, then look after keeper and services, and ask each service how it is."""
        self._keeper = os.getppid()
        self._restarts = Restarts(time.monotonic)
        self._silences = Silences()
        self._looking = PeriodicCallback(self._look, _LOOK_MILLISECONDS)
        self._asking = PeriodicCallback(self._ask, _ASK_MILLISECONDS)
        await super().start()
        self._looking.start()
        self._asking.start()
        await asyncio.to_thread(Path(self.ready_file).touch)

    async def start_service(
        self, service_name: str, service: Service, ssl_context: ssl.SSLContext | None = None
    ) -> bool:
        """Start a service and do not wait for it.

        JupyterHub waits for one after the other and gives up when one fails. Here they start at one time,
        `eohub up` asks whether they answer, and one that fails is tried again while the others work.
        """
        if not service.managed:
            return await super().start_service(service_name, service, ssl_context)
        try:
            await service.start()
        except OSError as error:
            self.log.critical("The service %s cannot be started: %s", service_name, error)
            return False
        return True

    async def cleanup(self) -> None:
        """Stop users' servers when the person at the terminal stops the stack, keep them when it crashed."""
        self._looking.stop()
        self._asking.stop()
        self.cleanup_servers = self._has_keeper()
        # JupyterHub stops one after the other, and services before the servers that still need them.
        if self.cleanup_servers:
            await asyncio.gather(*self._servers_stopping(), return_exceptions=True)
        await self._end_services()
        await super().cleanup()

    async def _end_services(self) -> None:
        running = [service for service in self._services() if service.managed and service.proc is not None]
        for service in running:
            service.spawner.stop_polling()
            if service.proc.poll() is None:
                service.proc.terminate()
        waits = [asyncio.to_thread(service.proc.wait, _SERVICE_GRACE_SECONDS) for service in running]
        await asyncio.gather(*waits, return_exceptions=True)

    def _servers_stopping(self) -> list[Coroutine[Any, Any, None]]:
        return [
            user.stop(name)
            for user in self.users.values()
            for name, spawner in user.spawners.items()
            if spawner.active
        ]

    def _services(self) -> list[Service]:
        return list(self.tornado_settings["services"].values())

    def _has_keeper(self) -> bool:
        return os.getppid() == self._keeper

    async def _look(self) -> None:
        if not self._has_keeper():
            self.log.error("`eohub up` has gone; the hub ends, users' servers stay.")
            self._looking.stop()
            os.kill(os.getpid(), signal.SIGTERM)
            return
        for service in self._services():
            # JupyterHub itself looks every 30 s and starts again without limit.
            if not service.managed or service.spawner is None:
                continue
            if await service.spawner.poll() is None:
                self._restarts.alive(service.name)
            elif self._restarts.may_start(service.name):
                await service.spawner.poll_and_notify()

    async def _ask(self) -> None:
        asked = [service for service in self._services() if service.name in self.health_urls]
        await asyncio.gather(*(self._ask_service(service) for service in asked))

    async def _ask_service(self, service: Service) -> None:
        process = service.proc
        if process is None or process.poll() is not None:
            return
        if await asyncio.to_thread(answers, Probe(service.name, self.health_urls[service.name])):
            self._silences.answered(process.pid)
        elif self._silences.missed(process.pid):
            self.log.error("The service %s runs and does not answer; it is started again.", service.name)
            process.kill()


def install_local(c: Any, settings: HubSettings) -> None:
    """Set ports, files and secrets of the one-machine stack; does nothing where there is no state folder."""
    if settings.state_folder is None:
        return
    state = StateFolder(settings.state_folder)
    ports = Ports(**recall(state.ports))
    c.JupyterHub.bind_url = f"http://{LOOPBACK}:{ports.public}/"
    c.JupyterHub.hub_bind_url = f"http://{LOOPBACK}:{ports.hub}"
    c.JupyterHub.db_url = f"sqlite:///{state.root}/hub/jupyterhub.sqlite"
    c.JupyterHub.cookie_secret_file = str(state.secrets / Secret.COOKIES)
    c.LocalHub.ready_file = str(state.ready)
    c.LocalHub.health_urls = {probe.part: probe.url for probe in probes(ports) if probe.part != HUB}
    c.CryptKeeper.keys = [bytes.fromhex(read_secret(state.secrets, Secret.ENCRYPTION))]
    _install_proxy(c, state, ports)


def _install_proxy(c: Any, state: StateFolder, ports: Ports) -> None:
    tools = find_tools()
    proxy = c.ConfigurableHTTPProxy
    proxy.command = [str(tools.node), str(tools.proxy)]
    proxy.api_url = f"http://{LOOPBACK}:{ports.proxy_api}"
    proxy.auth_token = read_secret(state.secrets, Secret.PROXY)
    proxy.pid_file = str(state.root / "hub" / "proxy.pid")
    proxy.check_running_interval = _PROXY_CHECK_SECONDS
    proxy.log_level = "warn"
