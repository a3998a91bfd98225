import re
from typing import Any

import pytest
from jupyterhub import apihandlers, handlers
from jupyterhub.auth import Authenticator

from eohub_hub.spawner.handlers import HANDLERS, with_spawn_handlers


class Site(Authenticator):
    def get_handlers(self, app: Any) -> list[Any]:
        return [("/login", object)]


def test_our_handlers_come_along_with_those_that_an_authenticator_has() -> None:
    found = with_spawn_handlers(Site)().get_handlers(None)
    assert found == [("/login", object), *HANDLERS]


def test_the_authenticator_is_otherwise_the_same() -> None:
    made = with_spawn_handlers(Site)
    assert issubclass(made, Site)
    assert made.__name__ == "Site"


@pytest.mark.parametrize("kind", ["SpawnHandler", "UserServerAPIHandler"])
def test_every_address_at_which_jupyterhub_starts_servers_is_ours(kind: str) -> None:
    theirs = [*handlers.default_handlers, *apihandlers.default_handlers]
    patterns = [pattern for pattern, handler, *_ in theirs if handler.__name__ == kind]
    assert patterns
    for pattern in patterns:
        address = re.sub(r"\(\[\^/\][+*]\)", "x", pattern)
        ours = [handler for each, handler in HANDLERS if re.fullmatch(each, address)]
        assert [base.__name__ for handler in ours for base in handler.__mro__].count(kind) == 1, pattern
