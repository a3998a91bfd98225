import json
import stat
from pathlib import Path

import pytest

from eohub_hub.local.errors import BrokenState, DiskTrouble, NewerState
from eohub_hub.local.state import STATE_VERSION, StateFolder


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    folder = StateFolder(tmp_path / "state")
    folder.prepare()
    return folder


def test_nobody_else_may_enter_any_folder_of_the_state(state: StateFolder) -> None:
    folders = [state.root, *(path for path in state.root.iterdir() if path.is_dir())]
    assert len(folders) > 5
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}


def test_the_instance_is_random_and_stays(state: StateFolder, tmp_path: Path) -> None:
    before = state.instance
    state.prepare()
    other = StateFolder(tmp_path / "other")
    other.prepare()
    assert len(before) == 16
    assert StateFolder(state.root).instance == before
    assert other.instance != before


def test_preparing_again_changes_no_file(state: StateFolder) -> None:
    (state.root / "hub" / "kept").write_text("kept")
    before = {path: path.read_bytes() for path in state.root.rglob("*") if path.is_file()}
    state.prepare()
    assert {path: path.read_bytes() for path in state.root.rglob("*") if path.is_file()} == before


def test_a_folder_without_stamp_is_new_and_fine(tmp_path: Path) -> None:
    StateFolder(tmp_path).check_version()


def test_our_own_version_is_fine(state: StateFolder) -> None:
    state.check_version()
    assert json.loads((state.root / "version.json").read_text()) == {"state_version": STATE_VERSION}


@pytest.mark.parametrize("found", [STATE_VERSION + 1, 10**9, "2", None])
def test_a_newer_version_is_refused_with_what_to_do(state: StateFolder, found: object) -> None:
    (state.root / "version.json").write_text(json.dumps({"state_version": found}))
    with pytest.raises(NewerState, match="newer EOHub") as caught:
        state.check_version()
    assert "EOHUB_STATE_DIR" in (caught.value.hint or "")


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", "7"])
def test_a_broken_stamp_is_not_taken_for_an_old_one(state: StateFolder, content: str) -> None:
    (state.root / "version.json").write_text(content)
    with pytest.raises(BrokenState, match="not a version stamp"):
        state.check_version()


def test_a_folder_that_was_never_started_has_no_instance(tmp_path: Path) -> None:
    with pytest.raises(BrokenState, match="There is no EOHub in") as caught:
        _ = StateFolder(tmp_path).instance
    assert caught.value.hint == "Start one with `make up`."


def test_a_state_folder_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(DiskTrouble):
        StateFolder(tmp_path / "file").prepare()
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("way", ["link", "link/../link", "target/../link/."])
def test_there_is_one_path_to_it_by_whichever_it_was_named(tmp_path: Path, way: str) -> None:
    (tmp_path / "target").mkdir()
    (tmp_path / "link").symlink_to("target")
    assert StateFolder(tmp_path / way).root == (tmp_path / "target").resolve()


def test_a_link_in_a_circle_is_named_when_it_is_used(tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to("circle")
    assert StateFolder(tmp_path / "circle").root == tmp_path.resolve() / "circle"
