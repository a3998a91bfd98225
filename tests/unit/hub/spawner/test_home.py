import os
from contextlib import suppress
from pathlib import Path

import pytest

from eohub_hub.spawner.home import account_files, folder_name, private_folder, replace_file, server_key
from eohub_toolkit.errors import Conflict


class SwappedPath(Path):
    """A path that means another one after so many looks, as it may in a folder that is somebody else's."""

    after: Path
    looks: int

    def with_segments(self, *segments: str | os.PathLike[str]) -> Path:  # type: ignore[override]
        """What lies beside or above it is an ordinary path."""
        return Path(*segments)

    def __fspath__(self) -> str:
        """Count a look."""
        self.looks -= 1
        return str(self) if self.looks >= 0 else str(self.after)


class TestNames:
    @pytest.mark.parametrize("name", ["alice", "alice-2", "a", "x9", "a.b", "a_b"])
    def test_a_harmless_name_is_kept(self, name: str) -> None:
        assert folder_name(name) == name

    @pytest.mark.parametrize(
        "name",
        [
            "../bob",
            "/etc",
            ".",
            "..",
            "",
            "a/b",
            "Alice",
            "a\nb",
            "a--b",
            "-rf",
            "x" * 300,
            "é",
            ".ssh",
            "a:b",
        ],
    )
    def test_any_other_becomes_one_harmless_name(self, name: str) -> None:
        made = folder_name(name)
        assert Path(made).name == made
        assert made not in ("", ".", "..")
        assert len(made) <= 60
        assert ":" not in made
        assert "\n" not in made
        assert not made.startswith(("-", "."))

    def test_two_people_never_share_a_folder(self) -> None:
        names = ["alice", "Alice", "ALICE", "alice.", "alice/", folder_name("Alice"), "a--b", "a-b"]
        assert len({folder_name(name) for name in names}) == len(names)

    def test_servers_of_one_person_have_their_own_keys(self) -> None:
        assert server_key("alice", "") == "alice"
        assert server_key("alice", "big") == "alice+big"
        assert server_key("alice", "../x") != server_key("alice", "..-x")
        assert "/" not in server_key("alice", "../x")


class TestFolders:
    def test_a_folder_is_closed_to_others_whatever_the_umask(self, tmp_path: Path) -> None:
        before = os.umask(0)
        try:
            made = private_folder(tmp_path / "deep" / "home")
        finally:
            os.umask(before)
        assert made.stat().st_mode & 0o777 == 0o700
        assert made.parent.stat().st_mode & 0o777 == 0o700

    def test_making_it_again_changes_nothing_in_it(self, tmp_path: Path) -> None:
        (private_folder(tmp_path / "home") / "notebook").write_text("x")
        assert (private_folder(tmp_path / "home") / "notebook").read_text() == "x"

    def test_a_folder_of_another_account_is_refused(self, tmp_path: Path) -> None:
        private_folder(tmp_path / "home")
        with pytest.raises(Conflict, match="another system account"):
            private_folder(tmp_path / "home", uid=os.getuid() + 1)

    def test_a_link_is_not_followed(self, tmp_path: Path) -> None:
        (tmp_path / "secrets").mkdir(mode=0o750)
        (tmp_path / "home").symlink_to(tmp_path / "secrets")
        with pytest.raises(Conflict):
            private_folder(tmp_path / "home")
        assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o750

    @pytest.mark.parametrize("looks", range(8))
    def test_a_link_that_is_put_there_between_two_looks_is_not_followed(
        self, tmp_path: Path, looks: int
    ) -> None:
        (tmp_path / "data").mkdir(mode=0o700)
        (tmp_path / "target").mkdir(mode=0o755)
        (tmp_path / "link").symlink_to(tmp_path / "target")
        path = SwappedPath(tmp_path / "data")
        path.after, path.looks = tmp_path / "link", looks
        with suppress(Conflict):
            private_folder(path)
        assert (tmp_path / "target").stat().st_mode & 0o777 == 0o755

    def test_a_file_is_not_taken_for_a_folder(self, tmp_path: Path) -> None:
        (tmp_path / "home").touch()
        with pytest.raises(Conflict):
            private_folder(tmp_path / "home")


class TestFiles:
    def test_the_person_has_a_name_and_a_home(self, tmp_path: Path) -> None:
        account_files(tmp_path, "alice", 70_001, Path("/homes/alice"))
        lines = (tmp_path / "passwd").read_text().splitlines()
        assert "alice:x:70001:70001::/homes/alice:/bin/bash" in lines
        assert all(line.count(":") == 6 for line in lines)
        assert "alice:x:70001:" in (tmp_path / "group").read_text().splitlines()

    def test_a_name_cannot_add_a_line(self, tmp_path: Path) -> None:
        account_files(tmp_path, "eve\nroot::0:0::/:/bin/sh", 70_001, Path("/homes/eve"))
        assert len((tmp_path / "passwd").read_text().splitlines()) == 3

    def test_a_file_is_readable_for_a_server_and_replaced_in_one_step(self, tmp_path: Path) -> None:
        replace_file(tmp_path / "aws-config", "old")
        replace_file(tmp_path / "aws-config", "new")
        assert (tmp_path / "aws-config").read_text() == "new"
        assert (tmp_path / "aws-config").stat().st_mode & 0o777 == 0o644
        assert [path.name for path in tmp_path.iterdir()] == ["aws-config"]
