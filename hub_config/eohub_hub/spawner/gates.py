"""What else may keep a person from starting any server: other parts of the hub that have a say in it."""

from collections.abc import Mapping
from typing import Any, Protocol

GATES = "eohub_gates"
"""Their key in the hub's Tornado settings, where they stand in the order in which they are asked."""


class Gate(Protocol):
    """A part of the hub that may have something against any start."""

    async def why_not(self, name: str) -> str | None:
        """Why the hub user `name` may start nothing now, a sentence with what to do; None where they may."""
        ...


def install_gate(c: Any, gate: Gate) -> None:
    """Have `gate` asked before each start."""
    settings = c.JupyterHub.get("tornado_settings", {})
    c.JupyterHub.tornado_settings = {**settings, GATES: (*settings.get(GATES, ()), gate)}


async def first_obstacle(settings: Mapping[str, Any], name: str) -> str | None:
    """What the first gate says that is closed to `name`; None where all are open."""
    for gate in settings.get(GATES, ()):
        why = await gate.why_not(name)
        if why is not None:
            return why
    return None
