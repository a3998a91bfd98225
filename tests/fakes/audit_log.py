"""An audit log in memory, behind the product's port."""

from eohub_hub.audit.event import AuditEvent, AuditUnavailable


class FakeAudit:
    """Keeps what it was told; `is_full` stands for a full disk."""

    def __init__(self) -> None:
        self.events: list[AuditEvent] = []
        self.is_full = False

    def record(self, event: AuditEvent) -> None:
        if self.is_full:
            raise AuditUnavailable("The audit log cannot be written (No space left on device).")
        self.events.append(event)

    def said(self) -> list[tuple[str, str, str, str]]:
        """Action, actor, object and outcome of every event."""
        return [(str(each.action), each.actor, each.object, str(each.outcome)) for each in self.events]
