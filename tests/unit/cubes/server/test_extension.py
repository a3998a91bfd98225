"""The extension registers itself with a Jupyter server."""

from tornado.web import Application

from eohub_cubes.server.extension import PREFIX, register


class ServerApp:
    def __init__(self, base_url: str) -> None:
        self.web_app = Application([], base_url=base_url)
        self.root_dir = "/srv/ada"


def test_registering_adds_one_rule_below_the_servers_address() -> None:
    server = ServerApp("/user/demo/")
    before = len(server.web_app.default_router.rules)
    register(server)
    assert len(server.web_app.default_router.rules) == before + 1
    assert PREFIX == "/eohub/cubes"
