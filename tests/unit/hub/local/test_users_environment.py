from pathlib import Path

import pytest

from eohub_hub.local.errors import ToolMissing
from eohub_hub.local.users_environment import POD_HALVES, recipe


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "dist").mkdir()
    for name in (*POD_HALVES, "eohub_hub", "eohub_profiles"):
        (tmp_path / "dist" / f"{name}-0.1.0-py3-none-any.whl").write_text(name)
    return tmp_path


def test_only_the_halves_that_run_in_a_server_are_installed(project: Path) -> None:
    found = recipe(project)
    assert [wheel.name.partition("-")[0] for wheel in found.wheels] == list(POD_HALVES)
    assert found.lock == project / "kernels" / "eo" / "requirements.lock"


def test_of_two_versions_one_is_taken(project: Path) -> None:
    (project / "dist" / "eohub_storage-0.2.0-py3-none-any.whl").write_text("newer")
    assert [wheel.name for wheel in recipe(project).wheels if "storage" in wheel.name] == [
        "eohub_storage-0.2.0-py3-none-any.whl"
    ]


def test_a_wheel_that_was_not_built_is_one_sentence(project: Path) -> None:
    (project / "dist" / "eohub_catalogue-0.1.0-py3-none-any.whl").unlink()
    with pytest.raises(ToolMissing) as caught:
        recipe(project)
    assert caught.value.hint == "Run `make build`."
