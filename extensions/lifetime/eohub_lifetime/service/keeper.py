"""What is known of every running server, kept in memory and written down once a round."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from types import MappingProxyType

from eohub_lifetime.activity import activity
from eohub_lifetime.contract import Report, ServerLifetime
from eohub_lifetime.errors import CannotKeep
from eohub_lifetime.running import Assessment, Record, Running, ServerKey, Speaker, assess, record_of
from eohub_lifetime.saying import NEW, told
from eohub_lifetime.service.ports import Records
from eohub_lifetime.verdict import Cause, Warned, kept_until
from eohub_profiles.model import Policy


@dataclass(slots=True)
class _Voice:
    """Who speaks for a server, the round they were first heard in, what they said since, and when."""

    token: str
    first_heard_in: int
    waiting: tuple[float, Report] | None = None


class Keeper:
    """Knows what runs, what each server last said, and what was announced; `clock` is seconds since 1970.

    A crash loses what was reported within one round and nothing that a person was promised: what they keep,
    and what they are warned of, is written at once.

    A token that was never heard before may be that of a new run of a server, which the hub was not asked
    about yet. What it says counts when the hub has been; until then it is told nothing of the run before.
    """

    def __init__(self, records: Records, *, clock: Callable[[], float], silent_seconds: float) -> None:
        self._store = records
        self._clock = clock
        self._silent_seconds = silent_seconds
        self._records: dict[ServerKey, Record] = {}
        self._running: dict[ServerKey, Running] = {}
        self._busy_with: dict[ServerKey, tuple[str, ...]] = {}
        self._changed: set[ServerKey] = set()
        self._writing = asyncio.Lock()
        self._voices: dict[ServerKey, _Voice] = {}
        self._round = 0
        self._followed = 0
        self.round_wanted = asyncio.Event()
        self.policy: Policy | None = None

    async def load(self) -> None:
        """Remember what was known before a restart."""
        self._records = dict(await asyncio.to_thread(self._store.load))

    def begin_round(self) -> None:
        """The hub is asked from now on: what it says tells of every run that was heard before."""
        self._round += 1
        self.round_wanted.clear()

    def follow(self, running: Iterable[Running]) -> None:
        """Take what the hub says now: forget servers that have ended, and what an earlier run did."""
        self._running = {each.key: each for each in running}
        for key in self._records.keys() - self._running.keys():
            del self._records[key]
            self._busy_with.pop(key, None)
            self._changed.add(key)
        for key, each in self._running.items():
            known = self._records.get(key)
            record = record_of(each, known)
            if record is not known:
                self._busy_with.pop(key, None)
                self._remember(key, record)
        self._followed = self._round
        self._hear_who_waited()

    def look(self, key: ServerKey) -> Assessment | None:
        """Judge one server as of now; None where it is not ready, or no policy is known."""
        running, record = self._running.get(key), self._records.get(key)
        if running is None or not running.is_ready or record is None or self.policy is None:
            return None
        found = assess(running, record, self.policy, self._clock(), silent_seconds=self._silent_seconds)
        if found.record != record:
            self._remember(key, found.record)
        return found

    def heard(self, speaker: Speaker, report: Report) -> ServerLifetime:
        """Take what a server says that it did, and tell it when it ends."""
        if not self._is_known(speaker):
            self._voices[speaker.key].waiting = (self._clock(), report)
            return NEW
        return self._told(speaker.key) if self._take(speaker.key, report, self._clock()) else NEW

    async def keep(self, speaker: Speaker) -> ServerLifetime:
        """Keep a server that was going to end for want of activity; raises CannotKeep with the reason."""
        key = speaker.key
        if not self._is_known(speaker):
            raise CannotKeep("This server is not known yet.", hint="Try again in some seconds.")
        found = self.look(key)
        match None if found is None else found.verdict:
            case Warned(keeps_until=None):
                raise CannotKeep(
                    "This server cannot be kept any longer.",
                    hint="Save your work, and start it again afterwards.",
                )
            case Warned() if found is not None:
                until = kept_until(found.record.keep_until, found.lifetime, self._clock())
                self._remember(key, replace(found.record, keep_until=until))
                await self.save()
                return self._told(key)
            case _:
                raise CannotKeep(
                    "Nothing ends this server soon.", hint="You are asked when it is about to be stopped."
                )

    async def announce(self, key: ServerKey, announced: dict[Cause, float]) -> None:
        """Have it known that a person is warned; an empty mapping takes every warning back."""
        record = self._records.get(key)
        if record is not None and dict(record.announced) != announced:
            self._remember(key, replace(record, announced=MappingProxyType(announced)))
            await self.save()

    async def save(self) -> None:
        """Write down what has changed; raises Unavailable, and then writes it the next time."""
        async with self._writing:
            changed, self._changed = self._changed, set()
            if not changed:
                return
            try:
                await asyncio.to_thread(self._store.write, {key: self._records.get(key) for key in changed})
            except BaseException:
                self._changed |= changed
                raise

    @property
    def keys(self) -> tuple[ServerKey, ...]:
        """Every running server."""
        return tuple(self._running)

    def _is_known(self, speaker: Speaker) -> bool:
        """Whether the hub was asked since this token was first heard; otherwise it will be soon."""
        voice = self._voices.get(speaker.key)
        if voice is None or voice.token != speaker.token:
            voice = self._voices[speaker.key] = _Voice(speaker.token, self._round)
        if self._followed > voice.first_heard_in:
            return True
        self.round_wanted.set()
        return False

    def _hear_who_waited(self) -> None:
        known = {key: each for key, each in self._voices.items() if each.first_heard_in < self._followed}
        for key, voice in known.items():
            if key not in self._running:
                del self._voices[key]
            elif voice.waiting is not None:
                at, report = voice.waiting
                voice.waiting = None
                self._take(key, report, at)

    def _take(self, key: ServerKey, report: Report, at: float) -> bool:
        """Remember what a server said at that time; False where it is not to be judged."""
        found = self.look(key)
        if found is None:
            return False
        busy_with = activity(report, found.lifetime)
        self._busy_with[key] = busy_with
        active_at = at if busy_with else found.record.active_at
        self._remember(key, replace(found.record, heard_at=at, active_at=active_at))
        return True

    def _told(self, key: ServerKey) -> ServerLifetime:
        found = self.look(key)
        return NEW if found is None else told(found, self._busy_with.get(key, ()), self._clock())

    def _remember(self, key: ServerKey, record: Record) -> None:
        self._records[key] = record
        self._changed.add(key)
