"""Processes that a stack has left behind."""

import os

from eohub_hub.isolation.probe import remove_groups
from eohub_hub.local import processes
from eohub_hub.local.errors import PartFailed
from eohub_hub.local.screen import Screen
from eohub_hub.local.state import StateFolder


def end_strays(state: StateFolder, screen: Screen, *, with_users: bool, grace_seconds: float) -> bool:
    """End what still carries this stack's mark, users' servers only if `with_users`, and say so.

    Returns whether there was anything; raises PartFailed for what does not end.
    """
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
    return bool(strays)
