"""`eohub up`: prepare, start the hub, wait for health, seed once, follow the log, and stop it all."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence

from eohub_hub.isolation.probe import remove_groups
from eohub_hub.local import first_data, processes
from eohub_hub.local.demo_accounts import make_accounts, shown_passwords
from eohub_hub.local.doctor import ENVIRONMENT, Check, choose_ports, environment, examine, first_fault
from eohub_hub.local.errors import PartFailed
from eohub_hub.local.files import private_folder
from eohub_hub.local.health import ESSENTIAL, HUB, answers, probes
from eohub_hub.local.hub_process import how_it_ended, hub_environment, start_hub
from eohub_hub.local.lock import hold
from eohub_hub.local.log_file import LogFollower, open_for_append
from eohub_hub.local.ports import Ports, remember
from eohub_hub.local.screen import Screen
from eohub_hub.local.secret_store import make_missing
from eohub_hub.local.seeding import is_seeded
from eohub_hub.local.services import Addresses
from eohub_hub.local.settings import LocalSettings
from eohub_hub.local.signals import StopAsked, StopSignals
from eohub_hub.local.state import StateFolder
from eohub_hub.local.tools import Tools
from eohub_hub.local.users_environment import make_users_environment

_NEEDED_BY_SEED = frozenset({"s3", "catalogue"})
_LOOK_SECONDS = 0.25
_HUB_GRACE_SECONDS = 25.0
_STRAY_GRACE_SECONDS = 5.0


class Stack:
    """One start of the stack, from preparation to the end of its last process."""

    def __init__(
        self, settings: LocalSettings, tools: Tools, environ: Mapping[str, str], screen: Screen
    ) -> None:
        self._settings = settings
        self._tools = tools
        self._environ = environ
        self._screen = screen
        self._signals = StopSignals()
        self.state = StateFolder(settings.state_folder)
        self._log = LogFollower(self.state.log, largest_bytes=settings.log_mebibytes * 1024**2)
        self._hub: subprocess.Popen[bytes] | None = None

    def run(self) -> int:
        """Run until somebody asks for the end (0) or a part fails (raises); nothing is left running."""
        # Leftovers of an earlier start may hold the ports: then these are looked at when those are gone.
        checks = examine(self._settings, self._tools, self._environ, running=self.state.exists())
        # An outdated environment is brought up to date below.
        _refuse([check for check in checks if check.title != ENVIRONMENT])
        private_folder(self.state.root)
        with hold(self.state.lock), self._signals.caught():
            try:
                self._start()
                self._follow()
            except StopAsked:
                self._stop(with_users=True)
            except BaseException:
                self._stop(with_users=False)
                raise
        self._screen.say("EOHub has stopped.")
        return 0

    def _start(self) -> None:
        ports = self._prepare()
        with self._screen.progress("Looking at the environment for notebooks"):
            make_users_environment(self.state, self._tools, self._screen.update)
            _refuse([environment(self.state)])
        at = Addresses(ports)
        variables = hub_environment(self._environ, self.state, at, self._tools)
        with self._screen.progress("Starting"):
            with open_for_append(self.state.log) as log:
                self._hub = start_hub(variables, self.state.root / "hub", self._tools, log)
            missing = self._wait_for_health(ports)
        if missing.isdisjoint(_NEEDED_BY_SEED) and not is_seeded(self.state):
            with self._screen.progress("Writing climate data to S3 (the first time only)"):
                self._seed(at)
        self._screen.welcome(at.public, shown_passwords(self.state.secrets / "demo_passwords.json"))

    def _prepare(self) -> Ports:
        self.state.prepare()
        make_missing(self.state.secrets)
        make_accounts(self.state.root / "identity/accounts.json", self.state.secrets / "demo_passwords.json")
        self._end_strays(with_users=False, grace_seconds=_STRAY_GRACE_SECONDS)
        ports = choose_ports(self._settings, self.state)
        remember(self.state.ports, ports)
        self.state.ready.unlink(missing_ok=True)
        return ports

    def _seed(self, at: Addresses) -> None:
        with open_for_append(self.state.log) as log:
            seeding = subprocess.Popen(
                first_data.command(self.state, at.s3, self._tools),
                env={**self._environ, processes.MARK: self.state.instance},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        while seeding.poll() is None:
            self._look()
        if seeding.returncode != 0:
            sentence = "The climate data were not written; the next start tries again."
            self._screen.fault(PartFailed(sentence, hint=f"The reason is in {self.state.log}."))

    def _wait_for_health(self, ports: Ports) -> frozenset[str]:
        """Return the parts that do not answer in time; raises PartFailed where nothing goes without them."""
        waiting = probes(ports)
        end = time.monotonic() + self._settings.start_seconds
        while waiting:
            self._screen.update(f"Waiting for {', '.join(probe.part for probe in waiting)}")
            self._look()
            if time.monotonic() > end:
                missing = frozenset(probe.part for probe in waiting)
                self._say_what_is_missing(missing)
                return missing
            # Asked before it has routes, the proxy would fill the log with errors.
            asked = [probe for probe in waiting if probe.part != HUB or self.state.ready.exists()]
            waiting = [probe for probe in waiting if probe not in asked or not answers(probe)]
        return frozenset()

    def _say_what_is_missing(self, parts: frozenset[str]) -> None:
        sentence = f"No answer from {', '.join(sorted(parts))} within {self._settings.start_seconds:.0f} s."
        hint = f"The reason is in {self.state.log}."
        if not ESSENTIAL.isdisjoint(parts):
            raise PartFailed(sentence, hint=hint)
        self._screen.fault(PartFailed(sentence, hint=f"{hint} The rest works, and it is tried again."))

    def _follow(self) -> None:
        while True:
            self._look()

    def _look(self) -> None:
        self._screen.log(self._log.new_lines())
        self._log.turn_over()
        if self._hub is not None and (returncode := self._hub.poll()) is not None:
            self._screen.log(self._log.new_lines())
            raise PartFailed(
                f"The hub {how_it_ended(returncode)}; what belonged to it is stopped, users' servers go on.",
                hint=f"Start again: they are found. The reason may be in {self.state.log}.",
            )
        time.sleep(_LOOK_SECONDS)

    def _stop(self, *, with_users: bool) -> None:
        self._signals.asked = True
        if self._hub is None:
            # Perhaps it was started in the very moment of the signal.
            self._end_strays(with_users=False, grace_seconds=_STRAY_GRACE_SECONDS)
            return
        with self._screen.progress("Stopping (again Ctrl-C: at once)"):
            self._stop_hub()
            grace = 0.5 if self._signals.hurry else _STRAY_GRACE_SECONDS
            self._end_strays(with_users=with_users, grace_seconds=grace)
            self._screen.log(self._log.new_lines())

    def _stop_hub(self) -> None:
        if self._hub is None or self._hub.poll() is not None:
            return
        self._hub.terminate()
        end = time.monotonic() + _HUB_GRACE_SECONDS
        while self._hub.poll() is None and time.monotonic() < end and not self._signals.hurry:
            self._screen.log(self._log.new_lines())
            time.sleep(_LOOK_SECONDS / 2)
        if self._hub.poll() is None:
            self._hub.kill()
            self._hub.wait()

    def _end_strays(self, *, with_users: bool, grace_seconds: float) -> None:
        end_strays(self.state, self._screen, with_users=with_users, grace_seconds=grace_seconds)


def _refuse(checks: Sequence[Check]) -> None:
    fault = first_fault(checks)
    if fault is not None:
        raise fault


def end_strays(state: StateFolder, screen: Screen, *, with_users: bool, grace_seconds: float) -> None:
    """End what still carries this stack's mark, users' servers only if `with_users`, and say so."""
    found = processes.members(state.instance, excluding=[os.getpid()])
    strays = [member for member in found if with_users or not member.of_user]
    left: list[processes.Member] = []
    if strays:
        names = ", ".join(sorted({member.name for member in strays}))
        left = processes.end(strays, grace_seconds=grace_seconds)
        screen.say(f"Ended {len(strays) - len(left)} leftover processes ({names}).")
    if with_users:
        remove_groups(state.instance)
    if left:
        raise PartFailed(
            f"{len(left)} processes do not end: {', '.join(str(member.pid) for member in left)}.",
            hint="End them by hand, as their owner or as root.",
        )
