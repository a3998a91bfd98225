"""Hang up the hub's board: its addresses, and what its pages show."""

from datetime import UTC, datetime
from typing import Any

from eohub_hub.addresses import install_handlers
from eohub_hub.audit.event import Audit
from eohub_hub.notices.board import Board
from eohub_hub.notices.handlers import BOARD, handlers
from eohub_hub.notices.store import NoticeStore
from eohub_hub.spawner.gates import install_gate


def install_notices(c: Any, people_database_url: str, audit: Audit) -> Board:
    """Open the board in the database of persons and show it on every page of the hub."""
    board = Board(NoticeStore.open(people_database_url), lambda: datetime.now(UTC))
    install_handlers(c, handlers(audit))
    install_gate(c, board)
    for section in ("template_vars", "tornado_settings"):
        c.JupyterHub[section] = {**c.JupyterHub.get(section, {}), BOARD: board}
    return board
