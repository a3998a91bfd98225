from pathlib import Path

import pytest

from eohub_profiles.catalog import load
from eohub_profiles.faults import PolicyError

SMALL = "name: small\ntitle: Small\ncpu: 2\nmemory: 4 GiB\nprice: 0.04 EUR/h\n"
RULES = """\
support: desk
tiers:
  - name: free
    title: Free
    servers_per_user: 1
    profiles: [small]
environments:
  - id: eo
    title: EO
"""
MOUNT = "name: {}\ntitle: Data\nbucket: data\naccess: read-only\n"
TEAM = "name: {}\ntitle: Team\nbucket: groups\nprefix: '{{group}}/'\naccess: read-write\ngroups: [ice]\n"


def faults(tmp_path: Path, files: dict[str, str]) -> list[str]:
    for name, text in ({"policy.yaml": RULES, "profiles/small.yaml": SMALL} | files).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    try:
        load(tmp_path)
    except PolicyError as error:
        return [str(fault) for fault in error.faults]
    return []


def test_names_that_are_there_are_no_faults(tmp_path: Path) -> None:
    assert faults(tmp_path, {"profiles/small.yaml": SMALL + "environments: [eo]\n"}) == []


def test_a_tier_with_a_profile_that_is_not_there_is_told_with_a_guess(tmp_path: Path) -> None:
    assert faults(tmp_path, {"policy.yaml": RULES.replace("[small]", "[small, smal]")}) == [
        "policy.yaml:6: tiers[0].profiles[1]: there is no profile 'smal', did you mean 'small'? Known: small"
    ]


def test_a_profile_with_an_environment_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert faults(tmp_path, {"profiles/small.yaml": SMALL + "environments: [eo, zz]\n"}) == [
        "profiles/small.yaml:6: environments[1]: there is no environment 'zz'. Known: eo"
    ]


def test_a_file_with_another_fault_does_not_bring_a_second_one_about_its_name(tmp_path: Path) -> None:
    told = faults(tmp_path, {"profiles/small.yaml": SMALL.replace("cpu: 2", "cpu: 0")})
    assert told == ["profiles/small.yaml:3: cpu: must be at least 0.1"]


def test_two_mounts_whose_folders_could_have_one_name_are_told(tmp_path: Path) -> None:
    files = {"mounts/a.yaml": TEAM.format("team"), "mounts/b.yaml": MOUNT.format("team-ice")}
    assert faults(tmp_path, files) == [
        "mounts/b.yaml:1: name: must not begin with 'team-', as the folders of mounts/a.yaml do"
    ]


@pytest.mark.parametrize(("one", "other"), [("team", "teams"), ("team-ice", "team")])
def test_other_names_may_be_alike(tmp_path: Path, one: str, other: str) -> None:
    assert faults(tmp_path, {"mounts/a.yaml": TEAM.format(one), "mounts/b.yaml": MOUNT.format(other)}) == []


def test_two_mounts_of_one_name_are_told(tmp_path: Path) -> None:
    files = {"mounts/a.yaml": MOUNT.format("data"), "mounts/b.yaml": MOUNT.format("data")}
    assert faults(tmp_path, files) == [
        "mounts/b.yaml:1: name: the mount 'data' is already in mounts/a.yaml; each needs its own name"
    ]


def test_a_mount_that_would_be_overlooked_is_told(tmp_path: Path) -> None:
    assert faults(tmp_path, {"mounts/a.yml": MOUNT.format("data")}) == [
        "mounts/a.yml: would be overlooked; rename it so that it ends in .yaml"
    ]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("prefix: 'no-slash'", "prefix: must be empty or end with a slash"),
        ("prefix: '/a/'", "prefix: must be empty or end with a slash"),
        ("prefix: 'a/../b/'", "prefix: must be empty or end with a slash"),
        ("prefix: '{users}/'", "prefix: must be empty or end with a slash"),
        ("prefix: 'x{user}/'", "prefix: must be empty or end with a slash"),
        ("prefix: '{group}/'", "needs groups, since its prefix has {group}"),
    ],
)
def test_a_prefix_that_could_mean_more_than_it_says_is_told(tmp_path: Path, line: str, fault: str) -> None:
    (told,) = faults(tmp_path, {"mounts/a.yaml": MOUNT.format("data") + line + "\n"})
    assert fault in told
