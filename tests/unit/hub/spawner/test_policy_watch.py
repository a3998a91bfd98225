from pathlib import Path

import pytest

from eohub_hub.spawner.policy_watch import PolicySource, unknown_environments, watch_policy
from eohub_profiles.catalog import load
from eohub_profiles.faults import PolicyError

RULES = (
    "support: desk\ntiers: [{name: free, title: Free, servers_per_user: 1}]\n"
    "environments: [{id: eo, title: EO}]\n"
)
SMALL = "name: small\ntitle: Small\ncpu: 2\nmemory: 4 GiB\nprice: 0.04 EUR/h\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "policy.yaml").write_text(RULES)
    (tmp_path / "profiles" / "small.yaml").write_text(SMALL)
    return tmp_path


def test_a_policy_of_what_this_machine_has_is_in_force_since_now(folder: Path) -> None:
    source = watch_policy(folder, {"eo": folder})
    assert isinstance(source, PolicySource)
    assert source.current() == load(folder)
    assert source.fault is None
    assert source.loaded_at.tzinfo is not None


def test_an_environment_that_this_machine_has_not_is_named_with_those_it_has(folder: Path) -> None:
    (fault,) = unknown_environments(load(folder), ["r", "julia"])
    assert str(fault) == (
        "policy.yaml: environments[0].id: this machine has no environment 'eo'. It has: julia, r"
    )
    with pytest.raises(PolicyError, match="no environment 'eo'"):
        watch_policy(folder, ["r"])
