"""`eohub catalogue` hands its words over, with the stack's own database."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from eohub_hub.cli import run
from eohub_hub.local.catalogue import hand_over
from eohub_hub.local.errors import ToolMissing


def eohub(state: Path, *arguments: str) -> tuple[int, str]:
    console = Console(file=io.StringIO(), width=80)
    code = run(arguments, {"EOHUB_STATE_DIR": str(state)}, console)
    assert isinstance(console.file, io.StringIO)
    return code, console.file.getvalue()


def test_a_program_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ToolMissing, match="cannot be run: No such file"):
        hand_over([str(tmp_path / "missing")], {})


def test_a_state_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "version.json").write_text(json.dumps({"state_version": 99}))
    code, text = eohub(tmp_path, "catalogue", "add", "--new-collection", "c")
    assert code == 1
    assert "newer EOHub" in text
    assert not (tmp_path / "catalogue").exists()


def test_its_words_are_left_to_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        eohub(tmp_path, "catalogue", "--help")
    assert end.value.code == 0
    assert "add|import|export|check" in capsys.readouterr().out
