"""Terminals in which somebody's program runs."""

import os
from collections.abc import Iterable
from typing import Any


def terminal_jobs(manager: Any) -> int:
    """Count terminals whose foreground job is not the shell itself; 0 without terminals (None)."""
    terminals: Iterable[Any] = () if manager is None else tuple(manager.terminals.values())
    return sum(1 for terminal in terminals if _has_job(terminal.ptyproc))


def _has_job(process: Any) -> bool:
    # The shell leads its own group of processes, and each job that it starts is another one (tcgetpgrp(3)).
    try:
        return os.tcgetpgrp(process.fd) not in (process.pid, 0)
    except OSError:
        return False
