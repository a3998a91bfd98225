"""What a command imports: asking for help, or whether the stack runs, must not load a hub."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HUB = {"jupyterhub", "oauthenticator", "sqlalchemy", "alembic", "tornado", "rfc3987_syntax", "kubespawner"}
_COUNTED = """
import io, json, sys
from rich.console import Console
from eohub_hub.cli import run
shown, sys.stdout = sys.stdout, io.StringIO()
try:
    run(sys.argv[2:], {"EOHUB_STATE_DIR": sys.argv[1]}, Console(file=io.StringIO()))
except SystemExit:
    pass
print(json.dumps(sorted(sys.modules)), file=shown)
"""


def imported(folder: Path, *arguments: str) -> list[str]:
    """The modules that a process has after it ran `eohub` with these arguments."""
    command = [sys.executable, "-c", _COUNTED, str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("status",),
        ("down",),
        ("backup", "--help"),
        ("restore", "--help"),
        ("audit", "--help"),
        ("environments", "--help"),
    ],
    ids=" ".join,
)
def test_a_command_that_needs_no_hub_imports_nothing_of_it(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    modules = imported(tmp_path / "state", *arguments)
    assert not HUB & {*modules}
    assert len(modules) < 700


@pytest.mark.parametrize("verb", ["up", "doctor", "explain"])
def test_the_start_doctor_and_explain_need_no_identity_provider_s_library(tmp_path: Path, verb: str) -> None:
    """It compiles grammars when it is imported, which takes seconds."""
    modules = imported(tmp_path / "state", verb, "--help")
    assert not {"oauthenticator", "rfc3987_syntax"} & {*modules}
    assert len(modules) < 1_400
