"""What every spawner of ours shares: who asks, what was decided, and what is written down of it.

A spawner obeys the plan that is computed here anew before each start, and nothing else that anybody sent.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from jupyterhub.spawner import Spawner
from jupyterhub.utils import maybe_future
from sqlalchemy.orm import object_session
from traitlets import HasTraits, default

from eohub_hub.spawner import decision as deciding
from eohub_hub.spawner.admission import Admissions
from eohub_hub.spawner.decision import CannotStart
from eohub_hub.spawner.form import form_for
from eohub_hub.spawner.gates import first_obstacle
from eohub_hub.spawner.journal import Journal
from eohub_hub.spawner.progress import Steps
from eohub_hub.spawner.settings import Grounds, Person
from eohub_hub.spawner.spend import spent_text
from eohub_profiles.decision import Plan, Refusal, Subject, Usage
from eohub_profiles.pricing import format_price

if TYPE_CHECKING:
    _Base = Spawner
else:
    # JupyterHub demands start, stop and poll of every subclass of its own.
    _Base = HasTraits


def _as_sent(form: Mapping[str, Any]) -> dict[str, Any]:
    return dict(form)


def _decided_elsewhere(_spawner: Spawner, _options: object) -> None:
    """Apply nothing: see `PlannedSpawner.run_pre_spawn_hook`."""


class PlannedSpawner(_Base):
    """Decides what a server is; how it is started is for the class that it is mixed into."""

    site: ClassVar[Any]
    """The `Grounds` of this hub: a subclass names the ones that it needs."""
    admissions: ClassVar[Admissions]

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._plan: Plan | None = None
        self._person: Person | None = None
        self._is_up = False
        self._stopped_by: str | None = None
        self.steps = Steps(time.monotonic)

    @default("options_form")
    def _default_options_form(self) -> Any:
        return form_for

    @default("options_from_form")
    def _default_options_from_form(self) -> Any:
        return _as_sent

    @default("apply_user_options")
    def _default_apply_user_options(self) -> Any:
        # Not here but in run_pre_spawn_hook: what is refused here would be logged with a traceback.
        return _decided_elsewhere

    async def run_pre_spawn_hook(self) -> None:
        """Decide anew what is started, then run the site's own hook; raises CannotStart with the reason."""
        try:
            await self._decide_start()
        except CannotStart as error:
            await self.journal.refused(self._actor, error)
            raise
        await maybe_future(super().run_pre_spawn_hook())

    async def _decide_start(self) -> None:
        self.steps = self.begin_steps()
        person = await self.person()
        stored, self.user_options = self.user_options, {}
        decision = deciding.decide(
            stored, self.name, self.subject(person), self.usage(), self.grounds.policy, self.grounds.place
        )
        if isinstance(decision, Refusal):
            self.orm_spawner.user_options = {}
            self._save()
            raise deciding.refused(decision)
        request, self._plan = decision
        self.user_options = self.orm_spawner.user_options = deciding.canonical(request)
        self._person = person
        await self.refuse_if_blocked(person)
        await self.claim(person)
        price = format_price(self._plan.price_micro_eur_per_hour)
        await self.journal.allowed(self._actor, self._plan, self.grounds.policies.version)
        self.steps.finish(f"Checked your choice: {self._plan.title}, {price}")

    def begin_steps(self) -> Steps:
        """The steps of a start that begins now."""
        return Steps(time.monotonic)

    async def claim(self, person: Person) -> None:
        """Take what only one account may have, now that the start is decided; raises CannotStart."""

    async def progress(self) -> AsyncGenerator[dict[str, int | str], None]:
        """Every step of the start, when it is done."""
        async for event in self.steps.events():
            yield event

    @property
    def grounds(self) -> Grounds:
        """What a decision rests on."""
        site: Grounds = self.site
        return site

    @property
    def size_text(self) -> str:
        """The chosen profile for the home page: title and price per hour; empty before the first choice."""
        return deciding.chosen_text(self.orm_spawner.user_options, self.grounds.policy)

    @property
    def price_micro_eur_per_hour(self) -> int:
        """What the chosen profile costs by the policy of now; nothing before the first choice."""
        found = deciding.chosen(self.orm_spawner.user_options, self.grounds.policy)
        return 0 if found is None else found[1].price_micro_eur_per_hour

    @property
    def spent_text(self) -> str:
        """What this server has cost since its start, for the home page: `0.28 EUR`."""
        return spent_text(self.price_micro_eur_per_hour, self.orm_spawner.started)

    async def person(self) -> Person:
        """Who this server belongs to; raises CannotStart for an account that nobody has."""
        person = await asyncio.to_thread(self.grounds.people.named, self.user.name)
        if person is None:
            raise CannotStart(
                "This account has never logged in. Log in once, then start the server.",
                reason="unknown-person",
                status_code=403,
            )
        return person

    def subject(self, person: Person) -> Subject:
        """The same in the policy's terms, with the groups of now."""
        return deciding.subject_of(self.user.name, person, (group.name for group in self.user.groups))

    def usage(self) -> Usage:
        """The person's servers that run, or that start since they may."""
        active = {name for name, spawner in self.user.spawners.items() if spawner.active}
        return Usage(self.admissions.of(self.user.name) | active)

    async def blocked(self, person: Person) -> str | None:
        """Why this person can start nothing here now, whatever they choose, a sentence; None where they
        can."""
        return self.unable(person) or await first_obstacle(self.user.settings, self.user.name)

    def unable(self, person: Person) -> str | None:
        """Why servers of this person cannot run at this place, a sentence; None where they can."""
        return None

    async def free_gpus(self) -> Mapping[str, str]:
        """How many GPUs are free, by the profile that has them: `2 of 4 free`; nothing where none are
        counted."""
        return {}

    async def refuse_if_blocked(self, person: Person) -> None:
        """Raise CannotStart where this person can start nothing here now."""
        why = await self.blocked(person)
        if why is not None:
            ask = f"{why} Ask: {self.grounds.policy.support}"
            raise CannotStart(ask, reason=deciding.ISOLATION_RULE, status_code=403)

    @property
    def journal(self) -> Journal:
        """Where what happens to this server is written down."""
        return Journal(self.grounds.audit, self.user.name, self.name)

    @property
    def _actor(self) -> str | None:
        return self.admissions.actor(self.user.name, self.name)

    def _save(self) -> None:
        """Write this server's row now; JupyterHub drops what it finds unwritten after a request."""
        session = object_session(self.orm_spawner)
        if session is not None:
            session.commit()
