import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from eohub_profiles.faults import Fault, PolicyError
from eohub_profiles.model import Policy
from eohub_profiles.source import LOOK_SECONDS, Change, PolicySource, version_of

WritePolicy = Callable[..., Path]
BEGINNING = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


class Clock:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    def today(self) -> datetime:
        return BEGINNING + timedelta(seconds=self.seconds)


class Followed:
    """A policy's folder and the source that follows it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = Clock()
        self.changes: list[Change] = []
        self.forbidden: str | None = None
        self.source = PolicySource(folder, clock=self.clock, today=self.clock.today, check=self.check)
        self.source.listen(self.changes.append)

    def check(self, policy: Policy) -> Sequence[Fault]:
        if policy.support == self.forbidden:
            return [Fault("policy.yaml", None, "support", "is not used here")]
        return []

    def write(self, name: str, old: str, new: str) -> None:
        path = self.folder / name
        path.write_text(path.read_text().replace(old, new))

    def later(self) -> Policy:
        self.clock.seconds += LOOK_SECONDS
        return self.source.current()


@pytest.fixture
def followed(write_policy: WritePolicy) -> Followed:
    return Followed(write_policy())


def test_a_change_is_in_force_at_the_next_look_with_its_version_and_date(followed: Followed) -> None:
    before = followed.source.version
    followed.write("profiles/small.yaml", "0.04", "0.05")
    assert followed.later().profiles[0].price_micro_eur_per_hour == 50_000
    assert followed.source.version != before
    assert followed.source.loaded_at == BEGINNING + timedelta(seconds=LOOK_SECONDS)
    assert followed.changes == [Change(followed.source.version, None)]


def test_between_two_looks_the_files_are_left_alone(followed: Followed) -> None:
    followed.write("profiles/small.yaml", "0.04", "0.05")
    followed.clock.seconds += LOOK_SECONDS / 2
    assert followed.source.current().profiles[0].price_micro_eur_per_hour == 40_000


def test_without_a_change_nothing_is_read_again(followed: Followed) -> None:
    first = followed.source.current()
    assert followed.later() is first
    assert followed.changes == []


def test_a_fault_keeps_the_old_policy_and_is_there_to_be_shown(followed: Followed) -> None:
    version = followed.source.version
    followed.write("profiles/small.yaml", "cpu: 2", "cpu: none")
    followed.write("policy.yaml", "servers_per_user: 2", "servers_per_user: 9")
    policy = followed.later()
    assert (policy.tiers[0].servers_per_user, policy.profiles[0].cpu) == (2, 2.0)
    assert followed.source.version == version
    assert followed.source.fault is not None
    assert "profiles/small.yaml:3: cpu: must be a number" in followed.source.fault
    assert followed.changes == [Change(version, followed.source.fault)]


def test_a_fault_is_told_once_however_often_one_looks(followed: Followed) -> None:
    followed.write("profiles/small.yaml", "cpu: 2", "cpu: none")
    for _ in range(5):
        followed.later()
    assert len(followed.changes) == 1


def test_a_mended_fault_brings_the_whole_change(followed: Followed) -> None:
    followed.write("profiles/small.yaml", "cpu: 2", "cpu: none")
    followed.later()
    followed.write("profiles/small.yaml", "cpu: none", "cpu: 3")
    assert followed.later().profiles[0].cpu == 3.0
    assert followed.source.fault is None


def test_a_fault_taken_back_leaves_version_and_date_as_they_were(followed: Followed) -> None:
    version, loaded_at = followed.source.version, followed.source.loaded_at
    followed.write("profiles/small.yaml", "cpu: 2", "cpu: none")
    followed.later()
    followed.write("profiles/small.yaml", "cpu: none", "cpu: 2")
    followed.later()
    assert (followed.source.version, followed.source.loaded_at) == (version, loaded_at)
    assert [change.fault is None for change in followed.changes] == [False, True]


def test_a_comment_makes_no_other_version(followed: Followed) -> None:
    version = followed.source.version
    followed.write("profiles/small.yaml", "cpu: 2", "cpu: 2  # cores")
    followed.later()
    assert followed.source.version == version
    assert followed.changes == []


def test_a_file_that_comes_or_goes_is_a_change(followed: Followed) -> None:
    small = (followed.folder / "profiles" / "small.yaml").read_text()
    other = followed.folder / "profiles" / "other.yaml"
    other.write_text(small.replace("small", "other"))
    assert [profile.name for profile in followed.later().profiles] == ["other", "small"]
    other.unlink()
    assert [profile.name for profile in followed.later().profiles] == ["small"]


def test_a_mount_that_comes_is_a_change(followed: Followed) -> None:
    (followed.folder / "mounts").mkdir()
    assert followed.later().mounts == ()
    text = "name: data\ntitle: Data\nbucket: data\naccess: read-only\n"
    (followed.folder / "mounts" / "data.yaml").write_text(text)
    assert [mount.name for mount in followed.later().mounts] == ["data"]


def test_a_folder_that_is_switched_as_kubernetes_does_is_a_change(
    followed: Followed, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = followed.folder / "profiles" / "small.yaml"
    target = tmp_path_factory.mktemp("data") / "small.yaml"
    target.write_text(path.read_text().replace("0.04", "0.05"))
    old = path.stat()
    os.utime(target, ns=(old.st_atime_ns, old.st_mtime_ns))
    path.unlink()
    path.symlink_to(target)
    assert followed.later().profiles[0].price_micro_eur_per_hour == 50_000


def test_a_folder_that_is_gone_keeps_the_old_policy(followed: Followed) -> None:
    for path in followed.folder.rglob("*.yaml"):
        path.unlink()
    assert followed.later().profiles[0].name == "small"
    assert "policy.yaml: cannot be read" in (followed.source.fault or "")


def test_what_this_place_cannot_use_is_a_fault_as_any_other(followed: Followed) -> None:
    followed.forbidden = "nobody"
    followed.write("policy.yaml", "support@example.org", "nobody")
    assert followed.later().support == "support@example.org"
    assert "policy.yaml: support: is not used here" in (followed.source.fault or "")


def test_a_first_policy_with_a_fault_is_refused(write_policy: WritePolicy) -> None:
    with pytest.raises(PolicyError):
        Followed(write_policy({"profiles/small.yaml": None}))


def test_a_version_is_short_and_depends_on_all_that_is_said(policy: Policy) -> None:
    other = policy.model_copy(update={"support": "somebody else"})
    assert len(version_of(policy)) == 12
    assert version_of(policy) == version_of(policy.model_copy())
    assert version_of(policy) != version_of(other)
