from pathlib import Path

import pytest
from fakes.audit_log import FakeAudit

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
    source = watch_policy(folder, {"eo": folder}, FakeAudit())
    assert isinstance(source, PolicySource)
    assert source.current() == load(folder)
    assert source.fault is None
    assert source.loaded_at.tzinfo is not None


def test_an_environment_without_a_recipe_is_named_with_those_that_have_one(folder: Path) -> None:
    (fault,) = unknown_environments(load(folder), ["r", "julia"])
    assert str(fault) == (
        "policy.yaml: environments[0].id: there is no environment 'eo'. There are: julia, r"
    )
    with pytest.raises(PolicyError, match="no environment 'eo'"):
        watch_policy(folder, ["r"], FakeAudit())


def test_a_change_and_a_fault_are_written_down(folder: Path) -> None:
    audit = FakeAudit()
    source = watch_policy(folder, {"eo": folder}, audit)
    small = folder / "profiles" / "small.yaml"
    small.write_text(SMALL.replace("0.04", "0.05"))
    source.look_now()
    small.write_text(SMALL.replace("cpu: 2", "cpu: none"))
    source.look_now()
    assert audit.said() == [
        ("policy.reloaded", "system", "policy", "allowed"),
        ("policy.refused", "system", "policy", "refused"),
    ]
    assert dict(audit.events[0].details) == {"version": source.version}
    assert "cpu: must be a number" in str(audit.events[1].details["fault"])


def test_a_log_that_cannot_be_written_stops_no_change(folder: Path) -> None:
    audit = FakeAudit()
    source = watch_policy(folder, {"eo": folder}, audit)
    audit.is_full = True
    (folder / "profiles" / "small.yaml").write_text(SMALL.replace("0.04", "0.05"))
    source.look_now()
    assert source.current().profiles[0].price_micro_eur_per_hour == 50_000
