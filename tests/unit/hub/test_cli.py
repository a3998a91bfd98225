import argparse
import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from eohub_hub.cli import VERBS, run
from eohub_hub.local.state import STATE_VERSION, StateFolder
from eohub_hub.verb import Named


class Shell:
    """Calls `eohub` in this process with an environment of its own."""

    def __init__(self, state: Path) -> None:
        self.environ = {"EOHUB_STATE_DIR": str(state)}

    def __call__(self, *arguments: str) -> tuple[int, str]:
        console = Console(file=io.StringIO(), width=80)
        code = run(arguments, self.environ, console)
        assert isinstance(console.file, io.StringIO)
        return code, console.file.getvalue()


@pytest.fixture
def eohub(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "state")


def test_status_without_a_stack_is_one_sentence_and_exit_code_1(eohub: Shell, tmp_path: Path) -> None:
    assert eohub("status") == (1, f"EOHub does not run from {tmp_path / 'state'}.\n")


def test_down_without_a_stack_has_nothing_to_do(eohub: Shell, tmp_path: Path) -> None:
    assert eohub("down") == (0, f"There is no EOHub in {tmp_path / 'state'}.\n")
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("command", ["up", "down"])
def test_a_state_of_a_newer_version_is_refused_and_left_as_it_is(
    eohub: Shell, tmp_path: Path, command: str
) -> None:
    state = StateFolder(tmp_path / "state")
    state.prepare()
    (state.root / "version.json").write_text(json.dumps({"state_version": STATE_VERSION + 1}))
    before = sorted(state.root.rglob("*"))
    code, text = eohub(command)
    assert code == 1
    assert "newer EOHub" in text
    assert text.count("\n") == 1
    assert sorted(state.root.rglob("*")) == before


@pytest.mark.parametrize("command", ["up", "down", "status", "doctor"])
def test_a_misspelt_setting_stops_every_command(eohub: Shell, command: str) -> None:
    eohub.environ["EOHUB_LOCAL_STORAGEPORT"] = "1"
    code, text = eohub(command)
    assert code == 1
    assert "EOHUB_LOCAL_STORAGEPORT" in text
    assert text.count("\n") == 1


@pytest.mark.parametrize("command", ["up", "down", "status", "doctor"])
def test_every_command_explains_itself(
    eohub: Shell, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        eohub(command, "--help")
    assert caught.value.code == 0
    assert len(capsys.readouterr().out.splitlines()) >= 4


@pytest.mark.parametrize("named", VERBS, ids=lambda named: named.name)
def test_a_verb_is_what_the_list_of_verbs_says_before_it_is_imported(named: Named) -> None:
    verb = named.load()
    assert (verb.name, verb.help) == (named.name, named.help)
    parser = argparse.ArgumentParser()
    verb.describe(parser)
    assert parser.get_default("command") is not None


def test_without_a_command_the_commands_are_listed(eohub: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        eohub()
    assert caught.value.code == 2
    assert "COMMAND" in capsys.readouterr().err


def test_a_state_folder_below_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, text = Shell(tmp_path / "file" / "state")("up")
    assert code == 1
    assert text.count("\n") == 1
    assert "EOHUB_STATE_DIR" in text
