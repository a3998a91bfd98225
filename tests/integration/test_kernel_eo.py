"""The real users' environment, as `make up` makes it: its smoke test, its kernels, its settings."""

import json
import subprocess
from pathlib import Path

import pytest
from integration.local_stack import ROOT

from eohub_hub.local.state import StateFolder
from eohub_hub.local.tools import find_tools
from eohub_hub.local.users_environment import make_users_environment

STRANGER = """
import json, sys, time
import zmq
from jupyter_client.manager import start_new_kernel
from jupyter_server.services.kernels.kernelmanager import MappingKernelManager
from jupyter_server.serverapp import ServerApp

server = ServerApp()
server.initialize(["--ServerApp.port=0", "--no-browser", "--ServerApp.allow_root=True"], new_httpserver=False)
policy = server.kernel_manager.transport_encryption
manager, client = start_new_kernel(kernel_name="python3", transport_encryption=policy)
try:
    stranger = zmq.Context.instance().socket(zmq.SUB)
    stranger.connect(f"tcp://127.0.0.1:{manager.iopub_port}")
    stranger.setsockopt(zmq.SUBSCRIBE, b"")
    time.sleep(1)
    told = []
    hear = lambda message: told.append(message["content"].get("text"))
    client.execute_interactive("print('private')", output_hook=hear, timeout=60)
    heard = bool(stranger.poll(2000))
    print(json.dumps({"policy": policy, "owner": list(filter(None, told)), "stranger": heard}))
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
"""

SETTINGS = """
import json
from jupyter_server.serverapp import ServerApp

server = ServerApp.instance()
server.initialize(["--ServerApp.port=0", "--ServerApp.allow_root=True", "--no-browser"], new_httpserver=False)
lab = next(iter(server.extension_manager.extension_apps["jupyterlab"]))
enabled = [name for name, each in server.extension_manager.extensions.items() if each.enabled]
print(json.dumps([lab.news_url, lab.check_for_updates_class.__name__, lab.extension_manager, enabled]))
"""


@pytest.fixture(scope="module")
def environment() -> Path:
    """The environment of the test stack; made if no other test did."""
    state = StateFolder(ROOT / "artifacts" / "stack")
    make_users_environment(state, find_tools(), print)
    return state.environment


def run(environment: Path, home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    variables = {"HOME": str(home), "PATH": "/usr/bin:/bin", "TMPDIR": str(home)}
    command = [str(environment / "bin" / "python"), *arguments]
    return subprocess.run(command, env=variables, capture_output=True, text=True, timeout=300, check=False)


def test_the_environment_passes_its_smoke_test(environment: Path, tmp_path: Path) -> None:
    done = run(environment, tmp_path, str(ROOT / "kernels" / "eo" / "smoke_test.py"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "The environment works."


def test_another_account_hears_nothing_of_what_a_kernel_says(environment: Path, tmp_path: Path) -> None:
    done = run(environment, tmp_path, "-c", STRANGER)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told == {"policy": "auto", "owner": ["private\n"], "stranger": False}


def test_jupyterlab_takes_the_settings_that_keep_it_from_asking_outside(
    environment: Path, tmp_path: Path
) -> None:
    done = run(environment, tmp_path, "-c", SETTINGS)
    assert done.returncode == 0, done.stderr
    news, updates, extensions, enabled = json.loads(done.stdout.splitlines()[-1])
    assert (news, updates, extensions) == (None, "NeverCheckForUpdate", "readonly")
    assert "panel.io.jupyter_server_extension" not in enabled
    assert {"eohub_catalogue.server", "jupyterlab"} <= set(enabled)
