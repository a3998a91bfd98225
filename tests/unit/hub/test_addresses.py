from typing import Any

from jupyterhub.auth import Authenticator
from traitlets.config import Config

from eohub_hub.addresses import install_handlers, with_handlers


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
