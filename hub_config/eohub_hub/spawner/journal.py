"""What the audit log says of servers: each start, refusal, failure and end, with who asked for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from jupyterhub.orm import Service
from jupyterhub.user import User

from eohub_hub.audit.event import (
    SERVICE_PREFIX,
    SYSTEM,
    Action,
    Audit,
    AuditEvent,
    AuditUnavailable,
    Detail,
    Outcome,
    recorded,
    recorded_if_possible,
)
from eohub_hub.spawner.decision import CannotStart
from eohub_profiles.decision import Plan
from eohub_profiles.pricing import format_price


@dataclass(frozen=True, slots=True)
class Journal:
    """Writes down what happens to one server; `server` is empty for a person's default one."""

    audit: Audit
    user: str
    server: str

    @property
    def place(self) -> str:
        """What the events are about: `server:alice`, `server:alice/big`."""
        return f"server:{self.user}/{self.server}".rstrip("/")

    async def allowed(self, actor: str | None, plan: Plan, policy_version: str) -> None:
        """A start that the policy allows; raises CannotStart where it cannot be written down."""
        details: dict[str, Detail] = {
            "profile": plan.profile,
            "size": plan.size,
            "environment": plan.environment,
            "image": plan.image,
            "mounts": ", ".join(mount.name for mount in plan.mounts) or None,
            "tier": plan.tier,
            "price": format_price(plan.price_micro_eur_per_hour),
            "policy": policy_version,
        }
        said = {name: value for name, value in details.items() if value is not None}
        try:
            await recorded(self.audit, self._event(Action.SPAWN, actor, Outcome.ALLOWED, said))
        except AuditUnavailable as error:
            text = f"{error.detail} {error.hint or ''}".strip()
            raise CannotStart(text, reason="audit", status_code=503) from error

    async def refused(self, actor: str | None, error: CannotStart) -> None:
        """A start that was refused, once however many hear of it."""
        if error.is_written_down:
            return
        error.is_written_down = True
        await self._note(Action.SPAWN_REFUSED, actor, Outcome.REFUSED, error)

    async def failed(self, actor: str | None, error: CannotStart) -> None:
        """A start that was allowed and came to nothing."""
        error.is_written_down = True
        await self._note(Action.SPAWN_FAILED, actor, Outcome.FAILED, error)

    async def stopped(self, actor: str | None, status: int) -> None:
        """The end of a server that had been up."""
        event = self._event(Action.STOP, actor, Outcome.ALLOWED, {"status": status})
        await recorded_if_possible(self.audit, event)

    async def _note(self, action: Action, actor: str | None, outcome: Outcome, error: CannotStart) -> None:
        details: dict[str, Detail] = {"rule": str(error.reason), "sentence": error.jupyterhub_message}
        await recorded_if_possible(self.audit, self._event(action, actor, outcome, details))

    def _event(
        self, action: Action, actor: str | None, outcome: Outcome, details: Mapping[str, Detail]
    ) -> AuditEvent:
        return AuditEvent(action, actor or SYSTEM, self.place, outcome, details)


def actor_of(asker: object) -> str:
    """The audit log's name for whoever sent a request: a person, or a service with its token."""
    if isinstance(asker, User):
        return str(asker.name)
    return f"{SERVICE_PREFIX}{asker.name}" if isinstance(asker, Service) else SYSTEM
