from typing import Any

import pytest
from jupyterhub.auth import Authenticator
from tornado.web import HTTPError
from traitlets.config import Config

from eohub_hub.addresses import install_handlers, needs_scope, with_handlers


class Site(Authenticator):
    def get_handlers(self, app: Any) -> list[Any]:
        return [("/login", object)]


def test_our_handlers_come_along_with_those_that_an_authenticator_has() -> None:
    found = with_handlers(Site, [("/ours", int)])().get_handlers(None)
    assert found == [("/login", object), ("/ours", int)]


def test_the_authenticator_is_otherwise_the_same() -> None:
    made = with_handlers(Site, [])
    assert issubclass(made, Site)
    assert made.__name__ == "Site"


def test_handlers_of_several_parts_add_up() -> None:
    c = Config()
    c.JupyterHub.authenticator_class = Site
    install_handlers(c, [("/one", int)])
    install_handlers(c, [("/two", str)])
    found = c.JupyterHub.authenticator_class().get_handlers(None)
    assert found == [("/login", object), ("/one", int), ("/two", str)]


def test_an_authenticator_that_is_a_mere_name_is_left_alone() -> None:
    c = Config()
    c.JupyterHub.authenticator_class = "dummy"
    install_handlers(c, [("/one", int)])
    assert c.JupyterHub.authenticator_class == "dummy"


class Guarded:
    """A handler of a person who holds these scopes."""

    def __init__(self, *scopes: str) -> None:
        self.scopes = scopes
        self.answered: list[str] = []

    def has_scope(self, scope: str) -> bool:
        return scope in self.scopes

    @needs_scope("custom:ours")
    async def get(self, name: str) -> None:
        """Answer."""
        self.answered.append(name)


async def test_who_holds_the_scope_is_answered() -> None:
    handler = Guarded("custom:ours")
    await handler.get("x")
    assert handler.answered == ["x"]


@pytest.mark.parametrize("scopes", [(), ("custom:our",), ("custom:ours!user=x",), ("self", "admin-ui")])
async def test_who_does_not_hold_the_scope_is_refused_with_its_name(scopes: tuple[str, ...]) -> None:
    handler = Guarded(*scopes)
    with pytest.raises(HTTPError, match="custom:ours") as refused:
        await handler.get("x")
    assert refused.value.status_code == 403
    assert handler.answered == []
