"""`eohub up`: prepare, start the hub, wait for health, seed once, follow the log, and stop it all."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence

from eohub_hub.local import first_data, processes
from eohub_hub.local.demo_accounts import make_accounts, shown_passwords
from eohub_hub.local.doctor import (
    ENVIRONMENT,
    LATER_START_MIB,
    Check,
    choose_ports,
    environment,
    examine,
    first_fault,
    free_mebibytes,
)
from eohub_hub.local.environments.here import make_first
from eohub_hub.local.environments.room import Standing
from eohub_hub.local.errors import PartFailed, PortTaken, StartBroken
from eohub_hub.local.files import private_folder
from eohub_hub.local.health import ESSENTIAL, HUB, answers, probes
from eohub_hub.local.hub_process import how_it_ended, hub_environment, start_hub
from eohub_hub.local.last_words import LastWords
from eohub_hub.local.lock import hold
from eohub_hub.local.log_file import LogFollower, open_for_append
from eohub_hub.local.port_watch import PortWatch
from eohub_hub.local.ports import Ports, every_port, is_free, owner, remember
from eohub_hub.local.screen import Screen
from eohub_hub.local.secret_store import make_missing
from eohub_hub.local.seeding import is_seeded
from eohub_hub.local.services import Addresses
from eohub_hub.local.settings import LocalSettings
from eohub_hub.local.signals import StopAsked, StopSignals
from eohub_hub.local.state import StateFolder
from eohub_hub.local.strays import end_strays
from eohub_hub.local.tools import Tools
from eohub_hub.local.upgrade import upgrade_database

_NEEDED_BY_SEED = frozenset({"s3", "catalogue"})
_LOOK_SECONDS = 0.25
_HUB_GRACE_SECONDS = 25.0
_STRAY_GRACE_SECONDS = 5.0
_STARTS = 3
"""How often the parts are started with other ports before somebody else's hunger for ports is told."""


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
        self._last_words = LastWords()
        self._following = False
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
        self._prepare()
        with self._screen.progress("Looking at the environment for notebooks"):
            tried = make_first(self.state, self._tools, self._environ, self._screen.update)
            _refuse([environment(self.state)])
        if tried.standing is Standing.FAILED:
            self._screen.fault(
                PartFailed(
                    f"{tried.known.title} is not offered. {tried.why}",
                    hint=f"`eohub environments try {tried.known.id}` tries it again.",
                )
            )
        ports, missing = self._parts_started()
        at = Addresses(ports)
        if not is_seeded(self.state):
            self._seed(at, missing & _NEEDED_BY_SEED)
        self._screen.welcome(at.public, shown_passwords(self.state.secrets / "demo_passwords.json"))

    def _prepare(self) -> None:
        self.state.prepare()
        make_missing(self.state.secrets)
        make_accounts(self.state.root / "identity/accounts.json", self.state.secrets / "demo_passwords.json")
        self._end_strays(with_users=False, grace_seconds=_STRAY_GRACE_SECONDS)
        self._upgrade()
        # Before anything is downloaded; they are chosen again when the parts start.
        choose_ports(self._settings, self.state)

    def _upgrade(self) -> None:
        with self._screen.progress("Looking at the hub's database"):
            copy = upgrade_database(self.state, self._tools, self._screen.update)
        if copy is not None:
            self._screen.say(f"The hub's database is up to date; what it was before is in {copy}.")

    def _parts_started(self) -> tuple[Ports, frozenset[str]]:
        """Start the parts, with other ports when somebody else was quicker; returns what does not answer."""
        first_start = not self.state.ports.exists()
        news = ""
        for _ in range(_STARTS):
            ports = choose_ports(self._settings, self.state)
            if news:
                self._screen.say(news)
            remember(self.state.ports, ports)
            try:
                with self._screen.progress("Starting"):
                    return ports, self._launch(ports)
            except StartBroken:
                taken = self._abandoned(ports)
                if first_start:
                    # Nobody has logged in yet, so even the port in the issuer may move.
                    self.state.ports.unlink(missing_ok=True)
                if taken is None:
                    raise
                by = owner(taken) or "another program"
                news = f"Port {taken} was taken by {by} in the meantime; EOHub starts with another."
        raise PortTaken(
            "Other programs take the ports of EOHub again and again.",
            hint="Set EOHUB_LOCAL_*_PORT to others.",
        )

    def _launch(self, ports: Ports) -> frozenset[str]:
        self.state.ready.unlink(missing_ok=True)
        variables = hub_environment(self._environ, self.state, Addresses(ports), self._tools)
        with open_for_append(self.state.log) as log:
            self._hub = start_hub(variables, self.state.root / "hub", self._tools, log)
        return self._wait_for_health(ports)

    def _abandoned(self, ports: Ports) -> int | None:
        """End what a start has started, but no user's server; returns a port that is then not free."""
        self._kill_hub()
        self._hub = None
        members = [member for member in self._members() if not member.of_user]
        processes.end(members, grace_seconds=_STRAY_GRACE_SECONDS)
        return next((port for port in every_port(ports) if not is_free(port)), None)

    def _members(self) -> list[processes.Member]:
        return processes.members(self.state.instance, excluding=[os.getpid()])

    def _seed(self, at: Addresses, missing: frozenset[str]) -> None:
        if missing:
            reason = f"no answer from {', '.join(sorted(missing))}"
        else:
            with self._screen.progress("Writing climate data to S3 (the first time only)"):
                reason = self._seeded(at)
        if reason is not None:
            sentence = f"The climate data were not written: {reason.removesuffix('.')}."
            self._screen.fault(PartFailed(sentence, hint="The next start tries again."))

    def _seeded(self, at: Addresses) -> str | None:
        """Write the climate data; returns what kept it from that."""
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
        self._read_log()
        if seeding.returncode == 0:
            return None
        free = free_mebibytes(self.state.root)
        if free < LATER_START_MIB:
            # What fails for want of space says so in many ways, S3 as an internal error.
            return f"the disk of {self.state.root} has only {free} MiB free"
        return self._last_words.of("seed") or f"the command {how_it_ended(seeding.returncode)}"

    def _wait_for_health(self, ports: Ports) -> frozenset[str]:
        """Return the parts that do not answer in time or ended at once; raises StartBroken, PartFailed."""
        waiting = probes(ports)
        watch = PortWatch(ports, self._members)
        gone: frozenset[str] = frozenset()
        end = time.monotonic() + self._settings.start_seconds
        while waiting:
            self._screen.update(f"Waiting for {', '.join(probe.part for probe in waiting)}")
            gone |= self._ended_parts(self._look())
            if (port := watch.taken()) is not None:
                raise StartBroken(f"Port {port} is taken by {owner(port) or 'another program'}.")
            waiting = [probe for probe in waiting if probe.part not in gone]
            if time.monotonic() > end:
                missing = frozenset(probe.part for probe in waiting)
                self._say_what_is_missing(missing)
                return gone | missing
            # Asked before it has routes, the proxy would fill the log with errors.
            asked = [probe for probe in waiting if probe.part != HUB or self.state.ready.exists()]
            waiting = [probe for probe in waiting if probe not in asked or not answers(probe)]
        return frozenset(probe.part for probe in probes(ports) if probe.part in gone and not answers(probe))

    def _ended_parts(self, ended: Mapping[str, str]) -> frozenset[str]:
        """Tell which parts ended at once, and why; raises StartBroken where nothing goes without one."""
        for part, words in ended.items():
            sentence = f"{part} ended at its start: {words.removesuffix('.')}."
            if part in ESSENTIAL:
                raise StartBroken(sentence, hint=f"More is in {self.state.log}.")
            self._screen.fault(PartFailed(sentence, hint="The rest works, and it is tried again."))
        return frozenset(ended)

    def _say_what_is_missing(self, parts: frozenset[str]) -> None:
        sentence = f"No answer from {', '.join(sorted(parts))} within {self._settings.start_seconds:.0f} s."
        hint = f"The reason is in {self.state.log}."
        if not ESSENTIAL.isdisjoint(parts):
            raise StartBroken(sentence, hint=hint)
        self._screen.fault(PartFailed(sentence, hint=f"{hint} The rest works, and it is tried again."))

    def _follow(self) -> None:
        self._following = True
        while True:
            self._look()

    def _look(self) -> Mapping[str, str]:
        """Show what is new and rest for a moment; returns why, for each service that has ended."""
        ended = self._read_log()
        self._log.turn_over()
        if self._hub is not None and (returncode := self._hub.poll()) is not None:
            self._read_log()
            raise self._hub_gone(returncode)
        time.sleep(_LOOK_SECONDS)
        return ended

    def _read_log(self) -> Mapping[str, str]:
        return self._last_words.note(self._screen.log(self._log.new_lines()))

    def _hub_gone(self, returncode: int) -> PartFailed:
        how = how_it_ended(returncode)
        if self._following:
            return PartFailed(
                f"The hub {how}; what belonged to it is stopped, users' servers go on.",
                hint=f"Start again: they are found. The reason may be in {self.state.log}.",
            )
        words = self._last_words.of(HUB) or "no reason given"
        return StartBroken(
            f"The hub {how} at its start: {words.removesuffix('.')}.", hint=f"More is in {self.state.log}."
        )

    def _stop(self, *, with_users: bool) -> None:
        self._signals.asked = True
        if self._hub is None:
            # Perhaps it was started in the very moment of the signal.
            self._end_strays(with_users=False, grace_seconds=_STRAY_GRACE_SECONDS)
            return
        with self._screen.progress("Stopping (again Ctrl-C: at once)"):
            if with_users:
                self._stop_hub()
            else:
                # Told to end, it would stop users' servers.
                self._kill_hub()
            grace = 0.5 if self._signals.hurry else _STRAY_GRACE_SECONDS
            self._end_strays(with_users=with_users, grace_seconds=grace)
            self._read_log()

    def _stop_hub(self) -> None:
        if self._hub is None or self._hub.poll() is not None:
            return
        self._hub.terminate()
        end = time.monotonic() + _HUB_GRACE_SECONDS
        while self._hub.poll() is None and time.monotonic() < end and not self._signals.hurry:
            self._read_log()
            time.sleep(_LOOK_SECONDS / 2)
        self._kill_hub()

    def _kill_hub(self) -> None:
        if self._hub is not None and self._hub.poll() is None:
            self._hub.kill()
            self._hub.wait()

    def _end_strays(self, *, with_users: bool, grace_seconds: float) -> None:
        end_strays(self.state, self._screen, with_users=with_users, grace_seconds=grace_seconds)


def _refuse(checks: Sequence[Check]) -> None:
    fault = first_fault(checks)
    if fault is not None:
        raise fault
