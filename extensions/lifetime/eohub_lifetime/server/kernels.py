"""Kernels that ran something."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from jupyter_core.utils import ensure_async


async def busy_kernels(manager: Any, since: float) -> int:
    """Count kernels that are busy, or that ran something after `since` (seconds since 1970).

    Jupyter does not count what a page asks by itself (kernel and comm information) as something that ran.
    """
    models: list[Mapping[str, Any]] = await ensure_async(manager.list_kernels())
    return sum(1 for model in models if model.get("execution_state") == "busy" or _active_at(model) > since)


def _active_at(model: Mapping[str, Any]) -> float:
    # A kernel that has just been made is not yet something that ran.
    if model.get("execution_state") == "starting":
        return 0.0
    try:
        return datetime.fromisoformat(str(model.get("last_activity"))).timestamp()
    except ValueError:
        return 0.0
