import re

import pytest
from jupyterhub import apihandlers, handlers

from eohub_hub.spawner.handlers import HANDLERS


@pytest.mark.parametrize("kind", ["SpawnHandler", "UserAPIHandler", "UserServerAPIHandler"])
def test_every_address_at_which_jupyterhub_starts_or_stops_servers_is_ours(kind: str) -> None:
    theirs = [*handlers.default_handlers, *apihandlers.default_handlers]
    patterns = [pattern for pattern, handler, *_ in theirs if handler.__name__ == kind]
    assert patterns
    for pattern in patterns:
        address = re.sub(r"\(\[\^/\][+*]\)", "x", pattern)
        ours = [handler for each, handler in HANDLERS if re.fullmatch(each, address)]
        assert [base.__name__ for handler in ours for base in handler.__mro__].count(kind) == 1, pattern
