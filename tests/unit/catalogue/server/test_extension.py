"""The extension registers itself without importing what only requests need."""

import json
import subprocess
import sys

from tornado.web import Application

from eohub_catalogue.server.extension import PREFIX, register

HEAVY = ("pydantic", "pydantic_settings", "httpx2", "eohub_toolkit", "eohub_catalogue.contract", "jupyter_server")
LOADED = """
import json, sys
from types import SimpleNamespace
from tornado.web import Application
before = set(sys.modules)
from eohub_catalogue.server import _load_jupyter_server_extension
application = Application([], base_url="/user/demo/")
_load_jupyter_server_extension(SimpleNamespace(web_app=application, config={}))
print(json.dumps(sorted(set(sys.modules) - before)))
"""


class ServerApp:
    def __init__(self, base_url: str) -> None:
        self.web_app = Application([], base_url=base_url)
        self.config: dict[str, object] = {}


def test_registering_adds_one_rule_below_the_servers_address() -> None:
    server = ServerApp("/user/demo/")
    before = len(server.web_app.default_router.rules)
    register(server)
    assert len(server.web_app.default_router.rules) == before + 1
    assert PREFIX == "/eohub/catalogue"


def test_loading_imports_nothing_heavy() -> None:
    command = [sys.executable, "-c", LOADED]
    loaded = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert not [module for module in loaded if module.startswith(HEAVY)], loaded
    assert [module for module in loaded if "eohub" in module] == [
        "eohub_catalogue",
        "eohub_catalogue.server",
        "eohub_catalogue.server.extension",
    ]
